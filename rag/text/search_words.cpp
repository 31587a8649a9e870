#include "rag/text/search_words.h"

#include "rag/text/language.h"
#include "rag/text/normalizer.h"
#include "rag/text/snowball.h"

#include <algorithm>
#include <span>
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

/// A caption says "Fig. 2" where a question says "the second figure".
struct OtherSpelling
{
    std::string_view asked; ///< as the index text spells it
    std::string_view written;
};

constexpr OtherSpelling kPictured[] = {{"figure", "fig"}, {"figures", "fig"}, {"fig", "figure"},
                                       {"table", "tab"},  {"tables", "tab"},  {"tableau", "tab"},
                                       {"الشكل", "شكل"},  {"الجدول", "جدول"}};

constexpr OtherSpelling kOrdinals[] = {
    {"first", "1"},     {"second", "2"},    {"third", "3"},     {"fourth", "4"},  {"fifth", "5"},
    {"sixth", "6"},     {"seventh", "7"},   {"eighth", "8"},    {"ninth", "9"},   {"tenth", "10"},
    {"premier", "1"},   {"premiere", "1"},  {"deuxieme", "2"},  {"second", "2"},  {"seconde", "2"},
    {"troisieme", "3"}, {"quatrieme", "4"}, {"cinquieme", "5"}, {"الأول", "1"},   {"الأولى", "1"},
    {"الثاني", "2"},    {"الثانية", "2"},   {"الثالث", "3"},    {"الثالثة", "3"}, {"الرابع", "4"},
    {"الرابعة", "4"},   {"الخامس", "5"},    {"الخامسة", "5"}};

void addOtherSpelling(std::vector<std::string> &found, std::span<const OtherSpelling> list,
                      const std::string &word)
{
    for (const OtherSpelling &spelling : list)
        if (normalizeForIndex(spelling.asked).text == word)
            for (const IndexWord &written : splitWords(spelling.written))
                found.push_back(written.stem);
}

/// Other spellings of what a question calls a figure or table, and of the ordinal beside it.
std::vector<std::string> captionWords(std::string_view question, const std::vector<IndexWord> &words)
{
    std::vector<std::string> found;
    std::vector<std::string> ordinals;
    for (const IndexWord &word : words) {
        const std::string folded = foldedWord(question, word);
        addOtherSpelling(found, kPictured, folded);
        addOtherSpelling(ordinals, kOrdinals, folded);
    }
    if (!found.empty())
        found.insert(found.end(), ordinals.begin(), ordinals.end());
    return found;
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
    add(captionWords(question, words));
    for (const std::string &language : all)
        if (hasSnowball(language))
            add(stems(question, words, language));
    return out;
}

} // namespace rag
