#include "rag/answer/evidence.h"

#include "engine/base/unicode.h"
#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace rag {

namespace {

using StemSet = std::unordered_set<std::string>;

constexpr std::size_t kLongestQuote = 320; ///< bytes; longer sentences (tables, lists) give a part
constexpr std::size_t kMeasured = 24;      ///< sentences whose cosine is measured
constexpr double kContextShare = 0.4;      ///< what a term just before the sentence counts
constexpr double kRankShare = 0.15;        ///< for a sentence of the first passage
constexpr double kNumberShare = 0.1;       ///< for a number where one is asked for
constexpr double kSubjectShare = 0.15; ///< for a sentence that begins with a term as the question spells it
constexpr double kSaysNothing = 0.4;   ///< taken off headings and questions

StemSet stemsOf(std::string_view text)
{
    StemSet stems;
    for (IndexWord &word : splitWords(text))
        stems.insert(std::move(word.stem));
    return stems;
}

double totalWeight(std::span<const WeightedTerm> terms)
{
    double total = 0;
    for (const WeightedTerm &term : terms)
        total += term.weight;
    return total;
}

double coverageOf(std::span<const WeightedTerm> terms, const StemSet &inside, const StemSet &around)
{
    double covered = 0;
    for (const WeightedTerm &term : terms)
        covered += inside.contains(term.stem)   ? term.weight
                   : around.contains(term.stem) ? kContextShare * term.weight
                                                : 0;
    const double total = totalWeight(terms);
    return total > 0 ? covered / total : 0;
}

bool hasDigit(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();)
        if (engine::isNumber(engine::nextCodePoint(text, at)))
            return true;
    return false;
}

bool asksForNumber(std::string_view question)
{
    static const StemSet asking = [] {
        StemSet words;
        for (const std::string_view word : {"how", "many", "much", "number", "long", "old", "when", "percent",
                                            "share", "كم", "متى", "رقم", "عدد", "combien", "quand", "چند"})
            words.insert(normalizeForIndex(word).text);
        return words;
    }();
    bool how = false;
    for (const IndexWord &word : splitWords(question)) {
        const std::string folded = normalizeForIndex(question.substr(word.begin, word.end - word.begin)).text;
        if (folded == "how")
            how = true;
        else if (asking.contains(folded) &&
                 (how || (folded != "long" && folded != "old" && folded != "much")))
            return true;
    }
    return false;
}

/// The part of a long sentence that holds most of the terms, on word boundaries.
TextRange densestPart(std::string_view text, TextRange range, std::span<const WeightedTerm> terms)
{
    const std::string_view sentence = text.substr(range.begin, range.end - range.begin);
    const std::vector<IndexWord> words = splitWords(sentence);
    const auto weightOf = [&](const IndexWord &word) {
        for (const WeightedTerm &term : terms)
            if (term.stem == word.stem)
                return term.weight;
        return 0.0;
    };
    TextRange best{range.begin, range.begin};
    double bestWeight = -1;
    double weight = 0;
    std::size_t last = 0;
    for (std::size_t first = 0; first < words.size(); ++first) {
        for (; last < words.size() && words[last].end - words[first].begin <= kLongestQuote; ++last)
            weight += weightOf(words[last]);
        if (last > first && weight > bestWeight + 1e-9) {
            bestWeight = weight;
            best = {range.begin + words[first].begin, range.begin + words[last - 1].end};
        }
        weight -= weightOf(words[first]);
        last = std::max(last, first + 1);
    }
    return best.end > best.begin ? best : range;
}

/// Sentences of one passage; rows of a table and lines of a list each by themselves.
std::vector<TextRange> sentencesOf(std::string_view text, std::span<const WeightedTerm> terms)
{
    std::vector<TextRange> units;
    for (const TextRange &sentence : splitSentences(text)) {
        std::uint32_t begin = sentence.begin;
        while (begin < sentence.end) {
            const auto end = std::uint32_t(std::min(std::size_t(sentence.end), text.find('\n', begin)));
            if (end > begin)
                units.push_back({begin, end});
            begin = end + 1;
        }
    }
    for (TextRange &unit : units)
        if (unit.end - unit.begin > kLongestQuote)
            unit = densestPart(text, unit, terms);
    return units;
}

/// Short, without a stop at its end or a number in it: names what follows, but says nothing.
bool isHeading(std::string_view unit)
{
    constexpr std::size_t kLongestHeading = 90;
    constexpr std::string_view kStops[] = {".", "!", ";", "\u061B", "\u06D4", ")", "\u201D", "\u00BB"};
    if (unit.size() > kLongestHeading || hasDigit(unit))
        return false;
    return std::none_of(std::begin(kStops), std::end(kStops),
                        [&](std::string_view stop) { return unit.ends_with(stop); });
}

bool isQuestion(std::string_view sentence)
{
    return sentence.ends_with('?') || sentence.ends_with("\u061F");
}

/// Begins with a key word of the question, spelled alike: what is asked about is likely the sentence's
/// subject.
bool beginsAsAsked(std::string_view sentence, std::string_view question, std::span<const WeightedTerm> terms)
{
    const std::vector<IndexWord> words = splitWords(sentence);
    if (words.empty() || std::none_of(terms.begin(), terms.end(), [&](const WeightedTerm &term) {
            return term.stem == words.front().stem;
        }))
        return false;
    const std::string_view first =
        sentence.substr(words.front().begin, words.front().end - words.front().begin);
    const std::vector<IndexWord> asked = splitWords(question);
    return std::any_of(asked.begin(), asked.end(), [&](const IndexWord &word) {
        return question.substr(word.begin, word.end - word.begin) == first;
    });
}

std::string_view textOf(const EvidenceSentence &sentence, std::span<const Passage> passages)
{
    return std::string_view(passages[std::size_t(sentence.passage)].text)
        .substr(sentence.begin, sentence.end - sentence.begin);
}

std::vector<EvidenceSentence> sentencesByWords(std::string_view question, std::span<const WeightedTerm> terms,
                                               std::span<const Passage> passages)
{
    const bool wantsNumber = asksForNumber(question);
    std::vector<EvidenceSentence> found;
    for (std::size_t p = 0; p < passages.size(); ++p) {
        const std::string_view text = passages[p].text;
        std::string_view heading = passages[p].section;
        std::string_view before;
        for (const TextRange &range : sentencesOf(text, terms)) {
            EvidenceSentence sentence{int(p), range.begin, range.end};
            const std::string_view words = text.substr(range.begin, range.end - range.begin);
            StemSet around = stemsOf(before);
            around.merge(stemsOf(heading));
            sentence.coverage = coverageOf(terms, stemsOf(words), around);
            sentence.score = sentence.coverage + kRankShare / double(p + 1);
            if (wantsNumber && hasDigit(words))
                sentence.score += kNumberShare;
            if (beginsAsAsked(words, question, terms))
                sentence.score += kSubjectShare;
            if (isQuestion(words) || isHeading(words))
                sentence.score -= kSaysNothing;
            found.push_back(sentence);
            (isHeading(words) ? heading : before) = words;
        }
    }
    return found;
}

void sortByScore(std::vector<EvidenceSentence> &sentences)
{
    std::stable_sort(sentences.begin(), sentences.end(),
                     [](const EvidenceSentence &a, const EvidenceSentence &b) { return a.score > b.score; });
}

Result<void> measureSimilarity(std::string_view question, std::span<EvidenceSentence> sentences,
                               std::span<const Passage> passages, const Embedder &embedder,
                               const CancelToken &cancel)
{
    std::vector<std::string_view> texts;
    for (const EvidenceSentence &sentence : sentences)
        texts.push_back(textOf(sentence, passages));
    ASSIGN_OR_RETURN(const std::vector<float> query,
                     embedder.embed(std::span(&question, 1), TextKind::Query, cancel));
    ASSIGN_OR_RETURN(const std::vector<float> rows, embedder.embed(texts, TextKind::Passage, cancel));
    const auto dimension = std::size_t(embedder.dimension());
    for (std::size_t i = 0; i < sentences.size(); ++i)
        for (std::size_t d = 0; d < dimension; ++d)
            sentences[i].similarity += double(query[d]) * double(rows[i * dimension + d]);
    return {};
}

/// The same script, and so probably words in common.
bool sameWriting(std::string_view a, std::string_view b)
{
    const auto isArabic = [](const std::string &language) { return language == "ar" || language == "fa"; };
    const std::string x = questionLanguage(a);
    const std::string y = questionLanguage(b);
    return x == y || (isArabic(x) && isArabic(y));
}

/// Words that must be in the passage letter by letter: with a digit, or a capital that does not begin the
/// sentence.
bool isExact(std::string_view sentence, const IndexWord &word)
{
    const std::string_view text = sentence.substr(word.begin, word.end - word.begin);
    if (hasDigit(text))
        return true;
    bool afterFirst = word.begin > 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (afterFirst && engine::toLower(c) != c)
            return true;
        afterFirst = true;
    }
    return false;
}

} // namespace

std::vector<WeightedTerm> weighTerms(std::span<const std::string> stems, std::size_t chunks,
                                     const std::function<std::size_t(const std::string &)> &chunksWith)
{
    std::vector<WeightedTerm> terms;
    for (const std::string &stem : stems) {
        const std::size_t with = chunksWith(stem);
        // The +1 keeps a term that is everywhere from weighing nothing. (Robertson & Spärck Jones, smoothed)
        const double weight = std::log(1 + (double(chunks) + 0.5) / (double(with) + 0.5));
        terms.push_back({stem, weight, with > 0});
    }
    return terms;
}

Result<std::vector<EvidenceSentence>> rankSentences(std::string_view question,
                                                    std::span<const WeightedTerm> terms,
                                                    std::span<const Passage> passages,
                                                    const Embedder *embedder, const CancelToken &cancel)
{
    std::vector<EvidenceSentence> sentences = sentencesByWords(question, terms, passages);
    sortByScore(sentences);
    if (!embedder || sentences.empty())
        return sentences;

    sentences.resize(std::min(sentences.size(), kMeasured));
    RETURN_IF_ERROR(measureSimilarity(question, sentences, passages, *embedder, cancel));
    double low = 1;
    double high = -1;
    for (const EvidenceSentence &sentence : sentences) {
        low = std::min(low, sentence.similarity);
        high = std::max(high, sentence.similarity);
    }
    for (EvidenceSentence &sentence : sentences)
        sentence.score += high > low ? (sentence.similarity - low) / (high - low) : 0;
    sortByScore(sentences);
    return sentences;
}

Evidence judgeEvidence(std::string_view question, std::span<const WeightedTerm> terms,
                       std::span<const Passage> passages, std::span<const EvidenceSentence> sentences)
{
    constexpr double kThreshold = 0.25;
    constexpr double kUnrelated = 0.76; ///< cosine of unrelated texts in the default embedder
    constexpr double kAlike = 0.90;
    Evidence evidence;
    if (passages.empty() || sentences.empty())
        return evidence;
    for (const Passage &passage : passages) {
        evidence.coverage =
            std::max(evidence.coverage, coverageOf(terms, stemsOf(passage.text), stemsOf(passage.section)));
        evidence.similarity = std::max(evidence.similarity, passage.similarity);
    }
    double unknown = 0;
    for (const WeightedTerm &term : terms)
        unknown += term.known ? 0 : term.weight;
    evidence.unknown = totalWeight(terms) > 0 ? unknown / totalWeight(terms) : 0;

    const double alike = std::clamp((evidence.similarity - kUnrelated) / (kAlike - kUnrelated), 0.0, 1.0);
    const double words = sentences.front().coverage;
    evidence.confidence = sameWriting(question, passages.front().text)
                              ? 0.4 * evidence.coverage + 0.2 * words + 0.4 * alike - 0.3 * evidence.unknown
                              : alike;
    evidence.enough = evidence.confidence >= kThreshold;
    return evidence;
}

Support supportOf(std::string_view sentence, std::span<const Passage> passages)
{
    constexpr double kEnoughWords = 0.75;
    const std::vector<std::string> content = keyTerms(sentence);
    std::vector<std::string> exact;
    for (const IndexWord &word : splitWords(sentence))
        if (isExact(sentence, word))
            exact.push_back(word.stem);

    // Within two neighbouring sentences: the words of a whole passage can be put together to say anything.
    Support best;
    for (std::size_t p = 0; p < passages.size(); ++p) {
        StemSet before;
        for (const TextRange &range : splitSentences(passages[p].text)) {
            const StemSet here =
                stemsOf(std::string_view(passages[p].text).substr(range.begin, range.end - range.begin));
            const auto in = [&](const std::string &stem) {
                return here.contains(stem) || before.contains(stem);
            };
            const double share = content.empty() ? 0
                                                 : double(std::count_if(content.begin(), content.end(), in)) /
                                                       double(content.size());
            const bool holds = share >= kEnoughWords && std::all_of(exact.begin(), exact.end(), in);
            if (holds > best.holds || (holds == best.holds && share > best.share))
                best = {int(p), share, holds};
            before = here;
        }
    }
    return best;
}

} // namespace rag
