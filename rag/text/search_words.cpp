#include "rag/text/search_words.h"

#include "rag/text/language.h"
#include "rag/text/normalizer.h"
#include "rag/text/snowball.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace rag {

namespace {

std::string foldedWord(std::string_view text, const IndexWord &word)
{
    std::string folded = normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text;
    std::erase(folded, ','); // of thousands, as splitWords has it
    return folded;
}

/// Snowball reads letters of its language's script alone: other words are what they were.
bool isOfAlphabet(std::string_view word)
{
    return std::none_of(word.begin(), word.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte >= '0' && byte <= '9') || byte > 0xD3; // up to the end of Cyrillic
    });
}

bool hyphenBetween(std::string_view text, const IndexWord &left, const IndexWord &right)
{
    const std::string_view gap = text.substr(left.end, right.begin - left.end);
    return gap == "-" || gap == "_" || gap == "\u2010" || gap == "\u2011";
}

/// Hyphenated words in one piece. Only short runs: a long one is an address or a rule of dashes.
std::vector<std::string> compounds(std::string_view text, const std::vector<IndexWord> &words)
{
    constexpr std::size_t kMostParts = 4;
    std::vector<std::string> joined;
    for (std::size_t first = 0; first < words.size();) {
        std::size_t end = first + 1;
        while (end < words.size() && hyphenBetween(text, words[end - 1], words[end]))
            ++end;
        if (end - first > 1 && end - first <= kMostParts) {
            std::string piece;
            for (std::size_t i = first; i < end; ++i)
                piece += foldedWord(text, words[i]);
            joined.push_back(std::move(piece));
        }
        first = end;
    }
    return joined;
}

std::vector<std::string> stems(std::string_view text, const std::vector<IndexWord> &words,
                               std::string_view language)
{
    const bool snowball = hasSnowball(language);
    std::vector<std::string> list;
    for (const IndexWord &word : words) {
        const std::string folded = snowball ? foldedWord(text, word) : std::string();
        list.push_back(snowball && isOfAlphabet(folded) ? snowballStem(folded, language) : word.stem);
    }
    return list;
}

} // namespace

std::string wordsToStore(std::string_view display, std::string_view language)
{
    const std::vector<IndexWord> words = splitWords(display);
    std::string out;
    for (const auto &list : {stems(display, words, language), compounds(display, words)})
        for (const std::string &word : list)
            out.append(out.empty() ? "" : " ").append(word);
    return out;
}

std::string wordsToFind(std::string_view question, const std::set<std::string> &languages)
{
    const std::vector<IndexWord> words = splitWords(question);
    std::set<std::string> all = languages;
    all.insert(languageOfText(question));
    std::unordered_set<std::string> seen;
    std::string out;
    const auto add = [&](const std::vector<std::string> &list) {
        for (const std::string &word : list)
            if (seen.insert(word).second)
                out.append(out.empty() ? "" : " ").append(word);
    };
    add(stems(question, words, {}));
    add(compounds(question, words));
    for (const std::string &language : all)
        if (hasSnowball(language))
            add(stems(question, words, language));
    return out;
}

} // namespace rag
