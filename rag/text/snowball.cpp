#include "rag/text/snowball.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace rag {

namespace {

constexpr std::array<std::string_view, 13> kLanguages = {"da", "de", "es", "fi", "hu", "it", "nl",
                                                         "no", "pt", "ro", "ru", "sv", "tr"};

struct Delete
{
    void operator()(sb_stemmer *stemmer) const { sb_stemmer_delete(stemmer); }
};

using Stemmer = std::unique_ptr<sb_stemmer, Delete>;

/// A stemmer has a buffer of its own: one a thread. Null where the library was built without the language.
sb_stemmer *stemmerOf(std::string_view language)
{
    thread_local std::map<std::string, Stemmer, std::less<>> stemmers;
    auto found = stemmers.find(language);
    if (found == stemmers.end()) {
        const std::string name(language);
        found = stemmers.emplace(name, Stemmer(sb_stemmer_new(name.c_str(), "UTF_8"))).first;
    }
    return found->second.get();
}

} // namespace

bool hasSnowball(std::string_view language)
{
    return std::find(kLanguages.begin(), kLanguages.end(), language) != kLanguages.end();
}

std::string snowballStem(std::string_view word, std::string_view language)
{
    sb_stemmer *stemmer = hasSnowball(language) ? stemmerOf(language) : nullptr;
    if (!stemmer)
        return std::string(word);
    const auto *bytes = reinterpret_cast<const sb_symbol *>(word.data());
    const sb_symbol *stem = sb_stemmer_stem(stemmer, bytes, static_cast<int>(word.size()));
    if (!stem) // no memory
        return std::string(word);
    return {reinterpret_cast<const char *>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

} // namespace rag
