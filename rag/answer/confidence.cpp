#include "rag/answer/confidence.h"

#include "engine/base/unicode.h"
#include "rag/answer/question_kind.h"
#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_set>

namespace rag {

namespace {

constexpr double kEnough = 0.30;
constexpr double kSure = 0.60;     ///< of the page
constexpr double kAnswered = 0.50; ///< below, a page may be right for a question that has no answer there

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

bool isArabicScript(std::string_view text)
{
    const std::string language = questionLanguage(text);
    return language == "ar" || language == "fa";
}

/// Words that stand for one thing only: with a digit, or a capital that does not begin a sentence; Latin
/// words in an Arabic question.
std::vector<std::string> exactStems(std::string_view question)
{
    const bool arabic = isArabicScript(question);
    std::vector<std::string> stems;
    bool begins = true;
    std::uint32_t end = 0;
    for (IndexWord &word : splitWords(question)) {
        const std::string_view between = question.substr(end, word.begin - end);
        begins = end == 0 || between.find_first_of(".?!:") != std::string_view::npos;
        end = word.end;
        bool digit = false;
        bool capital = false;
        bool latin = true;
        int letters = 0;
        for (std::size_t at = word.begin; at < word.end; ++letters) {
            const char32_t c = engine::nextCodePoint(question, at);
            digit |= engine::isNumber(c);
            capital |= engine::isCapital(c) && !(begins && letters == 0);
            latin &= c < 0x250;
        }
        const bool named = capital && (letters > 1 || begins);
        if (digit || named || (arabic && latin && letters > 1))
            stems.push_back(std::move(word.stem));
    }
    return stems;
}

bool holdsAll(const Passage &passage, const std::vector<std::string> &stems)
{
    std::unordered_set<std::string> words;
    for (const std::string &text : {passage.text, passage.section, passage.documentName})
        for (IndexWord &word : splitWords(text))
            words.insert(std::move(word.stem));
    return std::all_of(stems.begin(), stems.end(),
                       [&](const std::string &stem) { return words.contains(stem); });
}

/// How far a cosine is on the way from what is usual in the scope to 1. The mean cosine of unrelated texts in
/// embedders of the default's kind, or of others, counts as so many chunks: the one chunk of a short document
/// may be the answer itself.
double liftOf(double similarity, std::span<const double> background)
{
    constexpr double kUsual = 0.785;
    constexpr double kUsualElsewhere = 0.1;
    constexpr double kOfItsKind = 0.6;
    constexpr double kUsualCount = 10;
    const double count = double(background.size());
    const double sum = std::accumulate(background.begin(), background.end(), 0.0);
    const double usual = (count > 0 ? sum / count : similarity) > kOfItsKind ? kUsual : kUsualElsewhere;
    const double mean = (sum + kUsualCount * usual) / (count + kUsualCount);
    return mean < 1 ? (similarity - mean) / (1 - mean) : 0;
}

double of(const EvidenceSentence &sentence, UnitFeature feature)
{
    return sentence.features[std::size_t(feature)];
}

} // namespace

ConfidenceFeatures confidenceFeatures(std::string_view question, std::span<const WeightedTerm> terms,
                                      std::span<const Passage> passages,
                                      std::span<const EvidenceSentence> sentences,
                                      std::span<const double> background)
{
    constexpr double kUsualLift = 0.25; ///< without an embedder nothing is measured: as much as is usual
    constexpr std::size_t kBest = 5;
    ConfidenceFeatures features;
    if (passages.empty() || sentences.empty())
        return features;
    double unknown = 0;
    double total = 0;
    for (const WeightedTerm &term : terms) {
        unknown += term.known ? 0 : term.weight;
        total += term.weight;
    }
    features.cross = isArabicScript(question) != isArabicScript(passages.front().text);
    features.unknown = total > 0 && features.cross == 0 ? unknown / total : 0;
    const std::vector<std::string> exact = exactStems(question);
    features.missingName =
        !exact.empty() && std::none_of(passages.begin(), passages.end(),
                                       [&](const Passage &passage) { return holdsAll(passage, exact); });
    features.asksNumber = kindOf(question) == QuestionKind::Number;
    features.kind = -1;
    double similarity = 0;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        const EvidenceSentence &unit = sentences[i];
        features.coverage = std::max(
            features.coverage, of(unit, UnitFeature::Coverage) + of(unit, UnitFeature::LeadCoverage) +
                                   of(unit, UnitFeature::NearCoverage) + of(unit, UnitFeature::PageCoverage));
        similarity = std::max(similarity, unit.similarity);
        if (i < kBest)
            features.kind = std::max(features.kind, of(unit, UnitFeature::Kind));
    }
    features.lift = similarity > 0 ? liftOf(similarity, background) : kUsualLift;
    // Across scripts missing words speak for nothing, but then something has to be near by meaning.
    constexpr double kNear = 0.15;
    features.cross *= std::clamp(features.lift / kNear, 0.0, 1.0);
    return features;
}

Confidence judge(const ConfidenceFeatures &features, const AnswerLine &line,
                 std::span<const Passage> passages, int chunks)
{
    constexpr int kFront = 3;
    const Passage &passage = passages[std::size_t(line.passage)];
    const bool bothFound = passage.vectorRank >= 0 && passage.vectorRank < kFront && passage.wordRank >= 0 &&
                           passage.wordRank < kFront;
    Confidence confidence;
    confidence.answered = logistic(
        -1.718 + 0.912 * features.coverage - 1.342 * features.unknown - 2.468 * features.missingName +
        1.871 * features.cross - 1.755 * features.asksNumber + 0.921 * features.kind + 9.951 * features.lift);
    confidence.enough = confidence.answered >= kEnough;
    confidence.page = logistic(-0.278 + 2.006 * line.mass + 1.889 * line.gap + (bothFound ? 0.702 : 0) -
                               0.173 * std::log(1.0 + chunks));
    confidence.sure = confidence.page >= kSure && confidence.answered >= kAnswered;
    return confidence;
}

} // namespace rag
