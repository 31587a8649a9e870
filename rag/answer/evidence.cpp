#include "rag/answer/evidence.h"

#include "engine/base/unicode.h"
#include "rag/answer/question_kind.h"
#include "rag/answer/units.h"
#include "rag/retrieve/question_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace rag {

namespace {

using StemSet = std::unordered_set<std::string>;

constexpr std::size_t kLongestUnit = 300; ///< characters; longer sentences give a part
constexpr std::size_t kLongestLine = 350; ///< characters shown
constexpr double kTemperature = 2;        ///< of the softmax over scores
constexpr double kPageShare = 0.5;        ///< what a line's own chance counts beside that of its page
constexpr double kLengthCost = 0.00004;   ///< for a character: of equal lines the shorter
constexpr std::size_t kShort = 40;        ///< characters; what is shorter says little by itself
constexpr std::size_t kJudgedPassages = 8;
constexpr std::size_t kMeasured[kJudgedPassages] = {
    10, 8, 7, 6, 5, 4, 4, 4}; ///< units of each passage whose cosine is measured

/// Fitted weights, one a feature in the order of UnitFeature.
constexpr double kWeights[kUnitFeatures] = {2.0, 0.8,  0.4,  0.6,  0.0, 1.1, 0.35, 1.2, 0.8,
                                            0.8, -1.8, -0.4, -0.3, 0.9, 0.2, -0.6, 0.6};

double &at(EvidenceSentence &sentence, UnitFeature feature)
{
    return sentence.features[std::size_t(feature)];
}

double totalWeight(std::span<const WeightedTerm> terms)
{
    return std::accumulate(terms.begin(), terms.end(), 0.0,
                           [](double sum, const WeightedTerm &term) { return sum + term.weight; });
}

std::size_t sharedPrefix(std::string_view a, std::string_view b)
{
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    static_cast<void>(y);
    return std::size_t(x - a.begin());
}

/// 1 for the same stem; less for words of one family, told by a long common beginning ("permission",
/// "permitted").
double likeness(const std::string &term, const std::string &stem)
{
    constexpr std::size_t kFamily = 5;
    constexpr double kRelated = 0.6;
    if (term == stem)
        return 1;
    const std::size_t longer = std::max(term.size(), stem.size());
    const std::size_t shared = sharedPrefix(term, stem);
    return shared >= kFamily && 10 * shared >= 7 * longer ? kRelated : 0;
}

/// How well each term is found among stems: 0..1.
std::vector<double> found(std::span<const WeightedTerm> terms, const std::vector<std::string> &stems)
{
    std::vector<double> how(terms.size(), 0);
    for (std::size_t t = 0; t < terms.size(); ++t)
        for (const std::string &stem : stems)
            how[t] = std::max(how[t], likeness(terms[t].stem, stem));
    return how;
}

std::vector<std::string> stemsOf(std::string_view text)
{
    std::vector<std::string> stems;
    for (IndexWord &word : splitWords(text))
        stems.push_back(std::move(word.stem));
    return stems;
}

double covered(std::span<const WeightedTerm> terms, const std::vector<double> &how)
{
    double sum = 0;
    for (std::size_t t = 0; t < terms.size(); ++t)
        sum += terms[t].weight * how[t];
    const double total = totalWeight(terms);
    return total > 0 ? sum / total : 0;
}

/// What `more` adds to what is found already.
double added(std::span<const WeightedTerm> terms, std::vector<double> &how, const std::vector<double> &more)
{
    const double before = covered(terms, how);
    for (std::size_t t = 0; t < how.size(); ++t)
        how[t] = std::max(how[t], more[t]);
    return covered(terms, how) - before;
}

std::string_view part(std::string_view text, TextRange range)
{
    return text.substr(range.begin, range.end - range.begin);
}

/// The question as the features need it.
struct Asked
{
    std::string_view text;
    std::span<const WeightedTerm> terms;
    QuestionKind kind = QuestionKind::Any;
    StemSet words; ///< all its stems
};

/// Share of the pairs of key terms next to one another in the question that stand within four words here.
double pairsIn(const Asked &asked, const std::vector<std::string> &stems)
{
    constexpr std::ptrdiff_t kNear = 4;
    if (asked.terms.size() < 2)
        return 0;
    std::vector<std::vector<std::ptrdiff_t>> places(asked.terms.size());
    for (std::size_t i = 0; i < stems.size(); ++i)
        for (std::size_t t = 0; t < asked.terms.size(); ++t)
            if (likeness(asked.terms[t].stem, stems[i]) > 0)
                places[t].push_back(std::ptrdiff_t(i));
    double near = 0;
    double all = 0;
    for (std::size_t t = 0; t + 1 < asked.terms.size(); ++t) {
        const double weight = std::min(asked.terms[t].weight, asked.terms[t + 1].weight);
        all += weight;
        const bool close = std::any_of(places[t].begin(), places[t].end(), [&](std::ptrdiff_t a) {
            return std::any_of(places[t + 1].begin(), places[t + 1].end(),
                               [&](std::ptrdiff_t b) { return a != b && std::abs(a - b) <= kNear; });
        });
        near += close ? weight : 0;
    }
    return all > 0 ? near / all : 0;
}

bool isTerm(const Asked &asked, const std::string &stem)
{
    return std::any_of(asked.terms.begin(), asked.terms.end(),
                       [&](const WeightedTerm &term) { return likeness(term.stem, stem) > 0; });
}

/// "X is a ...", "X: ...", "هو", where X is the question's heaviest term.
bool defines(const Asked &asked, const std::vector<std::string> &stems)
{
    static const StemSet copulas = [] {
        StemSet words;
        for (std::string &stem :
             stemsOf("is are means refers denotes called est sont désigne هو هي يعني تعني است"))
            words.insert(std::move(stem));
        return words;
    }();
    constexpr std::size_t kReach = 4;
    for (std::size_t i = 0; i + 1 < std::min(stems.size(), std::size_t(8)); ++i)
        if (isTerm(asked, stems[i]))
            for (std::size_t j = i + 1; j < std::min(stems.size(), i + kReach); ++j)
                if (copulas.contains(stems[j]))
                    return true;
    return false;
}

double newsIn(const Asked &asked, const std::vector<std::string> &stems)
{
    if (stems.empty())
        return 0;
    const auto known = std::count_if(stems.begin(), stems.end(),
                                     [&](const std::string &stem) { return asked.words.contains(stem); });
    return 1 - double(known) / double(stems.size());
}

struct PassageUnits
{
    std::vector<Unit> units;
    std::vector<std::vector<std::string>> stems;
};

PassageUnits unitsOf(const Passage &passage, const Asked &asked)
{
    PassageUnits made;
    made.units = rag::unitsOf(passage.text);
    const auto weightOf = [&](const std::string &stem) {
        double weight = 0;
        for (const WeightedTerm &term : asked.terms)
            weight = std::max(weight, term.weight * likeness(term.stem, stem));
        return weight;
    };
    for (Unit &unit : made.units) {
        if (lengthOf(part(passage.text, unit.range)) > kLongestUnit)
            unit.range = densestPart(passage.text, unit.range, kLongestUnit, weightOf);
        made.stems.push_back(stemsOf(part(passage.text, unit.range)));
    }
    return made;
}

EvidenceSentence byWords(const Asked &asked, const Passage &passage, int index, const PassageUnits &all,
                         std::size_t u, const std::vector<double> &inPassage)
{
    const Unit &unit = all.units[u];
    const std::string_view words = part(passage.text, unit.range);
    EvidenceSentence made{index, unit.range.begin, unit.range.end, unit.lead};
    std::vector<double> how = found(asked.terms, all.stems[u]);
    at(made, UnitFeature::Coverage) = covered(asked.terms, how);
    std::vector<std::string> lead = stemsOf(passage.section);
    for (std::string &stem : stemsOf(part(passage.text, unit.lead)))
        lead.push_back(std::move(stem));
    at(made, UnitFeature::LeadCoverage) = added(asked.terms, how, found(asked.terms, lead));
    made.coverage = at(made, UnitFeature::Coverage) + 0.5 * at(made, UnitFeature::LeadCoverage);
    std::vector<std::string> beside;
    for (const std::size_t other : {u - 1, u + 1})
        if (other < all.units.size())
            beside.insert(beside.end(), all.stems[other].begin(), all.stems[other].end());
    at(made, UnitFeature::NearCoverage) = added(asked.terms, how, found(asked.terms, beside));
    at(made, UnitFeature::PageCoverage) = added(asked.terms, how, inPassage);
    at(made, UnitFeature::Pairs) = pairsIn(asked, all.stems[u]);
    at(made, UnitFeature::Rank) = 1.0 / double(index + 1);
    if (asked.kind != QuestionKind::Any && asked.kind != QuestionKind::Definition) {
        const bool holds = holdsKind(words, asked.kind);
        at(made, UnitFeature::Kind) = holds ? 1 : -1;
        at(made, UnitFeature::NearKind) = !holds && u + 1 < all.units.size() &&
                                          holdsKind(part(passage.text, all.units[u + 1].range), asked.kind);
    }
    at(made, UnitFeature::Heading) = unit.heading;
    at(made, UnitFeature::Asks) = unit.question;
    at(made, UnitFeature::Short) = lengthOf(words) < kShort;
    at(made, UnitFeature::Subject) = !all.stems[u].empty() && isTerm(asked, all.stems[u].front());
    at(made, UnitFeature::Row) = unit.row;
    at(made, UnitFeature::News) = newsIn(asked, all.stems[u]);
    at(made, UnitFeature::Defines) = defines(asked, all.stems[u]);
    return made;
}

void setScores(std::vector<EvidenceSentence> &sentences)
{
    for (EvidenceSentence &sentence : sentences)
        sentence.score =
            std::inner_product(sentence.features.begin(), sentence.features.end(), std::begin(kWeights), 0.0);
    std::stable_sort(sentences.begin(), sentences.end(),
                     [](const EvidenceSentence &a, const EvidenceSentence &b) { return a.score > b.score; });
}

/// Gives the values mean 0 and deviation 1.
void standardise(std::vector<double> &values)
{
    if (values.empty())
        return;
    const double count = double(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double deviation = std::sqrt(squares / count);
    for (double &value : values)
        value = deviation > 1e-9 ? (value - mean) / deviation : 0;
}

/// Of each passage the units that words speak for: all the others are dropped.
void keepMeasured(std::vector<EvidenceSentence> &sentences)
{
    std::map<int, std::size_t> taken;
    std::erase_if(sentences, [&](const EvidenceSentence &sentence) {
        return ++taken[sentence.passage] >
               kMeasured[std::min(std::size_t(sentence.passage), kJudgedPassages - 1)];
    });
}

std::vector<double> chancesOf(std::span<const EvidenceSentence> sentences)
{
    std::vector<double> chances;
    double total = 0;
    for (const EvidenceSentence &sentence : sentences) {
        chances.push_back(std::exp((sentence.score - sentences.front().score) / kTemperature));
        total += chances.back();
    }
    for (double &chance : chances)
        chance /= total;
    return chances;
}

struct Stretch
{
    TextRange range;
    double chance = 0;
    std::size_t length = 0; ///< characters
    std::size_t top = 0;    ///< its likeliest unit
};

/// The best stretch that begins with unit `first`; rows stand alone, a heading is not the end of one.
Stretch stretchFrom(std::size_t first, std::span<const EvidenceSentence> sentences,
                    std::span<const double> chances, std::span<const Passage> passages)
{
    const EvidenceSentence &start = sentences[first];
    const std::string_view text = passages[std::size_t(start.passage)].text;
    std::vector<std::size_t> inside;
    for (std::size_t i = 0; i < sentences.size(); ++i)
        if (sentences[i].passage == start.passage && sentences[i].begin >= start.begin)
            inside.push_back(i);
    std::sort(inside.begin(), inside.end(),
              [&](std::size_t a, std::size_t b) { return sentences[a].begin < sentences[b].begin; });
    Stretch best{
        {start.begin, start.end}, chances[first], lengthOf(part(text, {start.begin, start.end})), first};
    Stretch grown = best;
    for (std::size_t n = 1; n < inside.size(); ++n) {
        const EvidenceSentence &next = sentences[inside[n]];
        grown.range.end = std::max(grown.range.end, next.end);
        grown.length = lengthOf(part(text, grown.range));
        if (grown.length > kLongestLine)
            break;
        grown.chance += chances[inside[n]];
        if (chances[inside[n]] > chances[grown.top])
            grown.top = inside[n];
        if (next.features[std::size_t(UnitFeature::Heading)] == 0)
            best = grown;
    }
    return best;
}

std::string led(const EvidenceSentence &sentence, const Passage &passage)
{
    std::string text = passage.section;
    const auto add = [&](std::string_view more) {
        if (more.empty())
            return;
        if (!text.empty())
            text += '\n';
        text += more;
    };
    add(part(passage.text, sentence.lead));
    add(part(passage.text, {sentence.begin, sentence.end}));
    return text;
}

Result<void> measure(const Asked &asked, std::vector<EvidenceSentence> &sentences,
                     std::span<const Passage> passages, const Embedder &embedder, const CancelToken &cancel)
{
    std::vector<std::string> texts;
    for (const EvidenceSentence &sentence : sentences)
        texts.push_back(led(sentence, passages[std::size_t(sentence.passage)]));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    ASSIGN_OR_RETURN(const std::vector<float> query,
                     embedder.embed(std::span(&asked.text, 1), TextKind::Query, cancel));
    ASSIGN_OR_RETURN(const std::vector<float> rows, embedder.embed(views, TextKind::Passage, cancel));
    const auto dimension = std::size_t(embedder.dimension());
    std::vector<double> cosines(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t d = 0; d < dimension; ++d)
            cosines[i] += double(query[d]) * double(rows[i * dimension + d]);
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        sentences[i].similarity = cosines[i];
    }
    standardise(cosines);
    for (std::size_t i = 0; i < sentences.size(); ++i)
        at(sentences[i], UnitFeature::Similarity) = cosines[i];
    return {};
}

void setPassageSimilarity(std::vector<EvidenceSentence> &sentences, std::span<const Passage> passages)
{
    std::vector<double> cosines;
    double least = 1;
    for (const Passage &passage : passages)
        if (passage.similarity > 0)
            least = std::min(least, passage.similarity);
    for (const Passage &passage : passages)
        cosines.push_back(passage.similarity > 0 ? passage.similarity : least);
    standardise(cosines);
    for (EvidenceSentence &sentence : sentences)
        at(sentence, UnitFeature::PassageSimilarity) = cosines[std::size_t(sentence.passage)];
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
    Asked asked{question, terms, kindOf(question), {}};
    for (std::string &stem : stemsOf(question))
        asked.words.insert(std::move(stem));
    passages = passages.first(std::min(passages.size(), kJudgedPassages));

    std::vector<EvidenceSentence> sentences;
    for (std::size_t p = 0; p < passages.size(); ++p) {
        const PassageUnits units = unitsOf(passages[p], asked);
        const std::vector<double> inPassage = found(terms, stemsOf(passages[p].text));
        for (std::size_t u = 0; u < units.units.size(); ++u)
            sentences.push_back(byWords(asked, passages[p], int(p), units, u, inPassage));
    }
    setPassageSimilarity(sentences, passages);
    setScores(sentences);
    if (!embedder || sentences.empty())
        return sentences;
    keepMeasured(sentences);
    RETURN_IF_ERROR(measure(asked, sentences, passages, *embedder, cancel));
    setScores(sentences);
    return sentences;
}

AnswerLine bestLine(std::span<const EvidenceSentence> sentences, std::span<const Passage> passages)
{
    const std::vector<double> chances = chancesOf(sentences);
    using Page = std::pair<int, int>; // document's index among the passages' documents, page
    std::map<Page, double> pages;
    std::vector<Page> pageOf;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        const Passage &passage = passages[std::size_t(sentences[i].passage)];
        pageOf.emplace_back(int(passage.document),
                            locate(passage, sentences[i].begin, sentences[i].end).page);
        pages[pageOf.back()] += chances[i];
    }

    AnswerLine best;
    double bestScore = -1;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        const Stretch stretch = stretchFrom(i, sentences, chances, passages);
        // A heading before its text reads as a part of the first sentence.
        if (stretch.top != i && sentences[i].features[std::size_t(UnitFeature::Heading)] > 0)
            continue;
        const double score =
            stretch.chance * (kPageShare + pages[pageOf[stretch.top]]) - kLengthCost * double(stretch.length);
        if (score <= bestScore)
            continue;
        bestScore = score;
        const EvidenceSentence &first = sentences[i];
        const EvidenceSentence &top = sentences[stretch.top];
        best = {first.passage, stretch.range, {top.begin, top.end}, {}, pages[pageOf[stretch.top]], 0};
        if (first.features[std::size_t(UnitFeature::Row)] > 0)
            best.lead = first.lead;
    }
    double second = 0;
    bool skipped = false;
    for (const auto &[page, mass] : pages)
        if (mass == best.mass && !skipped)
            skipped = true;
        else
            second = std::max(second, mass);
    best.gap = best.mass - second;
    return best;
}

PageRange locate(const Passage &passage, std::uint32_t begin, std::uint32_t end)
{
    struct Part
    {
        std::uint32_t bytes = 0;
        PageRange range;
    };

    std::map<int, Part> pages;
    for (const Segment &segment : passage.segments) {
        const std::uint32_t from = std::max(begin, segment.begin);
        const std::uint32_t to = std::min(end, segment.begin + segment.length);
        if (from >= to)
            continue;
        const std::uint32_t pageFrom = segment.pageBegin + (from - segment.begin);
        const std::uint32_t pageTo = segment.pageBegin + (to - segment.begin);
        Part &part = pages[segment.page];
        if (part.bytes == 0)
            part.range = {segment.page, from, to, pageFrom, pageTo};
        part.bytes += to - from;
        part.range.begin = std::min(part.range.begin, from);
        part.range.end = std::max(part.range.end, to);
        part.range.pageBegin = std::min(part.range.pageBegin, pageFrom);
        part.range.pageEnd = std::max(part.range.pageEnd, pageTo);
    }
    Part best;
    for (const auto &[page, part] : pages)
        if (part.bytes > best.bytes)
            best = part;
    return best.range;
}

} // namespace rag
