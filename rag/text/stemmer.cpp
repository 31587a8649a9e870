#include "rag/text/stemmer.h"

#include "engine/base/unicode.h"

#include <array>

namespace rag {

namespace {

bool isVowel(std::string_view word, std::size_t i)
{
    switch (word[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
        return true;
    case 'y':
        return i > 0 && !isVowel(word, i - 1);
    default:
        return false;
    }
}

bool hasVowel(std::string_view stem)
{
    for (std::size_t i = 0; i < stem.size(); ++i) {
        if (isVowel(stem, i))
            return true;
    }
    return false;
}

/// Porter's m: the number of times a vowel is followed by a consonant.
int measure(std::string_view stem)
{
    int count = 0;
    for (std::size_t i = 1; i < stem.size(); ++i)
        count += isVowel(stem, i - 1) && !isVowel(stem, i);
    return count;
}

/// Porter's *o: consonant, vowel, consonant other than w, x, y at the end.
bool endsShort(std::string_view stem)
{
    const std::size_t n = stem.size();
    if (n < 3 || isVowel(stem, n - 3) || !isVowel(stem, n - 2) || isVowel(stem, n - 1))
        return false;
    return stem[n - 1] != 'w' && stem[n - 1] != 'x' && stem[n - 1] != 'y';
}

bool endsDouble(std::string_view stem)
{
    const std::size_t n = stem.size();
    return n >= 2 && stem[n - 1] == stem[n - 2] && !isVowel(stem, n - 1);
}

void dropPlural(std::string &word)
{
    const std::string_view w = word;
    if (w.ends_with("sses") || w.ends_with("ies") || w.ends_with("xes") || w.ends_with("ches") ||
        w.ends_with("shes"))
        word.resize(word.size() - 2);
    else if (w.size() > 5 && w.ends_with("eaux"))
        word.resize(word.size() - 1);
    else if (w.size() > 5 && w.ends_with("aux"))
        word.replace(word.size() - 2, 2, "l");
    else if (w.ends_with("s") && !w.ends_with("ss") && !w.ends_with("us"))
        word.resize(word.size() - 1);
}

void dropPast(std::string &word)
{
    const std::string_view w = word;
    if (w.ends_with("eed")) {
        if (measure(w.substr(0, w.size() - 3)) > 0)
            word.resize(word.size() - 1);
        return;
    }
    const std::size_t suffix = w.ends_with("ed") ? 2 : w.ends_with("ing") ? 3 : 0;
    if (suffix == 0 || w.size() - suffix < 2 || !hasVowel(w.substr(0, w.size() - suffix)))
        return;
    word.resize(word.size() - suffix);
    const std::string_view stem = word;
    if (stem.size() == 2 || stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz"))
        word += 'e';
    else if (endsDouble(stem) && stem.back() != 'l' && stem.back() != 's' && stem.back() != 'z')
        word.pop_back();
    else if (measure(stem) == 1 && endsShort(stem))
        word += 'e';
}

std::string latinStem(std::string_view word)
{
    std::string stem(word);
    if (stem.size() < 4)
        return stem;
    dropPlural(stem);
    dropPast(stem);
    if (stem.size() > 3 && stem.back() == 'y' && hasVowel(std::string_view(stem).substr(0, stem.size() - 1)))
        stem.back() = 'i';
    // A silent e comes and goes with the endings (configure, configuring).
    if (stem.size() > 4 && stem.back() == 'e')
        stem.pop_back();
    return stem;
}

constexpr std::size_t kLetter = 2; // bytes of an Arabic letter

std::string arabicStem(std::string_view word)
{
    constexpr std::array<std::string_view, 6> kArticles = {"وال", "بال", "كال", "فال", "ال", "لل"};
    constexpr std::array<std::string_view, 9> kSuffixes = {"هاي", "ها", "ات", "ون", "ين",
                                                           "ان",  "يه", "ه",  "ي"};
    if (word.size() > 4 * kLetter && word.starts_with("و") && !word.starts_with("وال"))
        word.remove_prefix(kLetter);
    for (const std::string_view article : kArticles) {
        if (word.starts_with(article) && word.size() >= article.size() + 2 * kLetter) {
            word.remove_prefix(article.size());
            break;
        }
    }
    for (const std::string_view suffix : kSuffixes) {
        if (word.ends_with(suffix) && word.size() >= suffix.size() + 3 * kLetter)
            word.remove_suffix(suffix.size());
    }
    return std::string(word);
}

} // namespace

std::string lightStem(std::string_view word)
{
    bool latin = true;
    bool arabic = true;
    std::size_t at = 0;
    while (at < word.size() && (latin || arabic)) {
        const char32_t c = engine::nextCodePoint(word, at);
        latin = latin && c >= U'a' && c <= U'z';
        arabic = arabic && c >= 0x0620 && c <= 0x06FF && engine::isLetter(c);
    }
    if (word.empty() || latin == arabic)
        return std::string(word);
    return latin ? latinStem(word) : arabicStem(word);
}

} // namespace rag
