#include "rag/retrieve/passage_order.h"

#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rag {

namespace {

/// Bytes of the page texts that both passages were taken from.
std::uint32_t sharedBytes(const Passage &a, const Passage &b)
{
    std::uint32_t shared = 0;
    for (const Segment &x : a.segments)
        for (const Segment &y : b.segments)
            if (x.page == y.page) {
                const std::uint32_t begin = std::max(x.pageBegin, y.pageBegin);
                const std::uint32_t end = std::min(x.pageBegin + x.length, y.pageBegin + y.length);
                shared += end > begin ? end - begin : 0;
            }
    return shared;
}

bool repeats(const Passage &passage, const Passage &better)
{
    if (passage.document != better.document)
        return false;
    const auto length = std::min(passage.text.size(), better.text.size());
    return 2 * std::size_t(sharedBytes(passage, better)) > length;
}

/// Documents whose file name or title shares a word with the question.
std::unordered_set<DocumentId> namedDocuments(std::span<const std::string> terms,
                                              std::span<const Document> scope)
{
    std::map<std::string, int> frequency;
    std::unordered_map<DocumentId, std::unordered_set<std::string>> words;
    for (const Document &document : scope) {
        for (const IndexWord &word : splitWords(document.name + " " + document.title))
            words[document.id].insert(word.stem);
        for (const std::string &word : words[document.id])
            ++frequency[word];
    }
    std::unordered_set<DocumentId> named;
    for (const Document &document : scope)
        for (const std::string &term : terms)
            // a word that is in many names tells nothing
            if (words[document.id].contains(term) && 3 * frequency[term] <= int(scope.size()))
                named.insert(document.id);
    return named;
}

using WordPairs = std::set<std::pair<std::string, std::string>>;

WordPairs pairsOf(std::string_view text)
{
    const std::vector<IndexWord> words = splitWords(text);
    WordPairs pairs;
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        pairs.emplace(words[i].stem, words[i + 1].stem);
    return pairs;
}

/// Jaccard over pairs of neighbouring words (Broder 1997, "shingles").
bool nearlyTheSame(const WordPairs &a, const WordPairs &b)
{
    constexpr std::size_t kFewest = 8;
    constexpr double kAlike = 0.85;
    if (std::min(a.size(), b.size()) < kFewest ||
        double(std::min(a.size(), b.size())) < kAlike * double(std::max(a.size(), b.size())))
        return false;
    const auto shared = std::count_if(a.begin(), a.end(), [&](const auto &pair) { return b.contains(pair); });
    return double(shared) >= kAlike * double(a.size() + b.size() - std::size_t(shared));
}

} // namespace

double contentsShare(std::string_view text)
{
    constexpr double kFull = 0.01; ///< leaders a byte at which all of it is contents
    if (text.empty())
        return 0;
    std::size_t leaders = 0;
    for (std::size_t i = 0; i + 2 < text.size();) {
        const std::string_view three = text.substr(i, 3);
        const bool leader = three == ". ." || three == "...";
        leaders += leader ? 1 : 0;
        i += leader ? 3 : 1;
    }
    return std::min(1.0, double(leaders) / double(text.size()) / kFull);
}

void favourNamed(std::vector<Passage> &passages, std::string_view question, std::span<const Document> scope,
                 double nameWeight, double languageWeight)
{
    if (scope.size() < 2)
        return;
    const std::unordered_set<DocumentId> named = namedDocuments(keyTerms(question), scope);
    const std::set<std::string> languages = languagesNamed(question);
    std::unordered_map<DocumentId, double> favour;
    for (const Document &document : scope)
        favour[document.id] = (named.contains(document.id) ? 1 + nameWeight : 1) *
                              (languages.contains(document.language) ? 1 + languageWeight : 1);
    for (Passage &passage : passages)
        passage.score *= favour[passage.document];
}

void sortByScore(std::vector<Passage> &passages)
{
    std::stable_sort(passages.begin(), passages.end(),
                     [](const Passage &a, const Passage &b) { return a.score > b.score; });
}

void dropRepeats(std::vector<Passage> &passages)
{
    std::vector<Passage> kept;
    for (Passage &passage : passages)
        if (std::none_of(kept.begin(), kept.end(),
                         [&](const Passage &better) { return repeats(passage, better); }))
            kept.push_back(std::move(passage));
    passages = std::move(kept);
}

void putRepeatsLast(std::vector<Passage> &passages)
{
    constexpr std::size_t kCompared = 30; ///< further down it changes nothing that is seen
    std::vector<Passage> kept;
    std::vector<Passage> repeated;
    std::vector<WordPairs> pairs;
    for (std::size_t i = 0; i < passages.size(); ++i) {
        WordPairs own = i < kCompared ? pairsOf(passages[i].text) : WordPairs();
        const bool known = std::any_of(pairs.begin(), pairs.end(),
                                       [&](const WordPairs &other) { return nearlyTheSame(own, other); });
        (known ? repeated : kept).push_back(std::move(passages[i]));
        if (!known && !own.empty())
            pairs.push_back(std::move(own));
    }
    std::move(repeated.begin(), repeated.end(), std::back_inserter(kept));
    passages = std::move(kept);
}

std::vector<int> pagesOf(const Passage &passage)
{
    std::map<int, std::uint32_t> bytes;
    for (const Segment &segment : passage.segments)
        bytes[segment.page] += segment.length;
    if (bytes.empty())
        bytes[passage.page] = 0;
    std::vector<int> pages;
    for (const auto &[page, length] : bytes)
        pages.push_back(page);
    std::stable_sort(pages.begin(), pages.end(), [&](int a, int b) { return bytes[a] > bytes[b]; });
    return pages;
}

} // namespace rag
