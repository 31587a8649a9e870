#include "rag/answer/verifier.h"

#include "engine/base/unicode.h"
#include "rag/answer/numbers.h"
#include "rag/answer/scope_scan.h"
#include "rag/answer/units.h"
#include "rag/retrieve/question_text.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>
#include <vector>

namespace rag {

namespace {

using WordSet = std::unordered_set<std::string>;

constexpr double kSupported = 0.68; ///< of the content words
constexpr double kWeak = 0.38;
constexpr std::size_t kMostUnits = 3; ///< neighbours that one sentence may be made of

struct Word
{
    std::string stem;
    std::string folded;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool content = false;
    bool name = false;
    bool breaks = false; ///< a clause begins here: punctuation or a conjunction before it
};

WordSet setOf(std::string_view list)
{
    WordSet words;
    for (const IndexWord &word : splitWords(list))
        words.insert(normalizeForIndex(list.substr(word.begin, word.end - word.begin)).text);
    return words;
}

bool isNegator(const std::string &folded)
{
    static const WordSet words = setOf(
        "not no never without cannot neither nor none nobody nothing doesn don isn aren wasn weren won can't "
        "didn hasn haven shouldn mustn ne pas non jamais sans aucun aucune "
        "لا ليس ليست لم لن غير بدون دون ولا ولم ولن وليس فلا نه نیست نباید بدون");
    return words.contains(folded);
}

bool isConjunction(const std::string &folded)
{
    static const WordSet words =
        setOf("and while but whereas however although unless except et mais tandis sauf لكن "
              "بينما إلا أما و");
    return words.contains(folded);
}

struct Opposite
{
    std::string a;
    std::string b;
};

const std::vector<Opposite> &opposites()
{
    static const std::vector<Opposite> pairs = [] {
        constexpr std::string_view kPairs[] = {"before after",
                                               "always never",
                                               "minimum maximum",
                                               "least most",
                                               "more less",
                                               "more fewer",
                                               "increase decrease",
                                               "increases decreases",
                                               "increased decreased",
                                               "allowed forbidden",
                                               "allowed prohibited",
                                               "allows forbids",
                                               "enable disable",
                                               "enables disables",
                                               "enabled disabled",
                                               "first last",
                                               "open closed",
                                               "opens closes",
                                               "mandatory optional",
                                               "required optional",
                                               "above below",
                                               "higher lower",
                                               "faster slower",
                                               "fastest slowest",
                                               "longest shortest",
                                               "largest smallest",
                                               "start end",
                                               "starts ends",
                                               "success failure",
                                               "earliest latest",
                                               "with without",
                                               "public private",
                                               "avant après",
                                               "plus moins",
                                               "قبل بعد",
                                               "أكثر أقل",
                                               "أعلى أدنى",
                                               "يسمح يمنع",
                                               "إلزامي اختياري",
                                               "زيادة نقص",
                                               "أول آخر",
                                               "أطول أقصر",
                                               "أكبر أصغر",
                                               "تزيد تقل",
                                               "صيفا شتاء",
                                               "الصيف الشتاء",
                                               "summer winter"};
        std::vector<Opposite> made;
        for (const std::string_view pair : kPairs) {
            const std::vector<IndexWord> words = splitWords(pair);
            const auto folded = [&](const IndexWord &word) {
                return normalizeForIndex(pair.substr(word.begin, word.end - word.begin)).text;
            };
            made.push_back({folded(words[0]), folded(words[1])});
            made.push_back({folded(words[1]), folded(words[0])});
        }
        return made;
    }();
    return pairs;
}

bool isArabicLetter(char32_t c)
{
    return c >= 0x0600 && c <= 0x06FF;
}

/// A capital that does not begin a sentence, or one inside a word; a Latin word among Arabic ones.
bool isName(std::string_view text, const IndexWord &word, bool begins, bool arabic)
{
    std::size_t letters = 0;
    bool latin = true;
    bool capital = false;
    for (std::size_t at = word.begin; at < word.end; ++letters) {
        const char32_t c = engine::nextCodePoint(text, at);
        capital |= engine::isCapital(c) && !(begins && letters == 0);
        latin &= c < 0x250 && !engine::isNumber(c);
    }
    return capital || (arabic && latin && letters > 1);
}

std::vector<Word> wordsOf(std::string_view text)
{
    const std::vector<std::string> key = keyTerms(text);
    const WordSet content(key.begin(), key.end());
    bool arabic = false;
    for (std::size_t at = 0; at < text.size() && !arabic;)
        arabic = isArabicLetter(engine::nextCodePoint(text, at));
    std::vector<Word> words;
    bool begins = true;
    std::uint32_t end = 0;
    for (const IndexWord &word : splitWords(text)) {
        Word made{word.stem, normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text,
                  word.begin, word.end};
        const std::string_view between = text.substr(end, word.begin - end);
        begins = words.empty() || between.find_first_of(".?!\n") != std::string_view::npos;
        made.content = content.contains(word.stem);
        made.name = isName(text, word, begins, arabic);
        made.breaks = begins || between.find_first_of(",;:()") != std::string_view::npos ||
                      between.find("\u060C") != std::string_view::npos ||
                      between.find("\u061B") != std::string_view::npos || isConjunction(made.folded);
        end = word.end;
        words.push_back(std::move(made));
    }
    // "Bruce Perens led ...": a name may begin the sentence too.
    if (words.size() > 1 && words[1].name && !words[1].breaks && words[0].content && !words[0].name) {
        std::size_t at = words[0].begin;
        words[0].name = engine::isCapital(engine::nextCodePoint(text, at));
    }
    return words;
}

double likeness(const Word &a, const Word &b)
{
    constexpr double kSpelling = 0.85;
    constexpr double kFamily = 0.7;
    if (a.stem == b.stem)
        return 1;
    if (a.stem.size() < 5 || b.stem.size() < 5 || std::isdigit(static_cast<unsigned char>(a.stem[0])))
        return 0;
    const auto [x, y] = std::mismatch(a.stem.begin(), a.stem.end(), b.stem.begin(), b.stem.end());
    static_cast<void>(y);
    const auto shared = std::size_t(x - a.stem.begin());
    if (shared >= 5 && 10 * shared >= 7 * std::max(a.stem.size(), b.stem.size()))
        return kFamily;
    const auto letters = [](std::string_view text) {
        std::u32string all;
        for (std::size_t at = 0; at < text.size();)
            all += engine::nextCodePoint(text, at);
        return all;
    };
    const std::u32string first = letters(a.stem);
    const std::u32string second = letters(b.stem);
    return first.size() >= 5 && second.size() >= 5 && oneEditApart(first, second) ? kSpelling : 0;
}

/// A sentence beside a stretch of a passage.
struct Alignment
{
    const std::vector<Word> &claim;
    const std::vector<Word> &evidence;
    std::vector<int> match; ///< [claim] best word of the evidence, -1: none
    double share = 0;       ///< of the claim's content words
    double order = 1;       ///< share of the matches that stand in the claim's order
};

int matchOf(const Word &word, const std::vector<Word> &evidence, int near)
{
    int best = -1;
    double bestScore = 0;
    for (std::size_t j = 0; j < evidence.size(); ++j) {
        const double like = likeness(word, evidence[j]);
        // Of equal words the one that goes on where the last match was.
        const double score = like > 0 ? like + 0.01 / (1.0 + std::abs(int(j) - near)) : 0;
        if (score > bestScore) {
            bestScore = score;
            best = int(j);
        }
    }
    return best;
}

double longestAscent(const std::vector<int> &places)
{
    std::vector<int> ends;
    for (const int place : places) {
        const auto at = std::lower_bound(ends.begin(), ends.end(), place);
        if (at == ends.end())
            ends.push_back(place);
        else
            *at = place;
    }
    return places.empty() ? 1 : double(ends.size()) / double(places.size());
}

/// The word of the evidence that says the number which `word` is part of; -1: none.
int sameNumber(const Word &word, std::span<const NumberInText> claimed, std::span<const NumberInText> there,
               const std::vector<Word> &evidence)
{
    for (const NumberInText &number : claimed)
        for (const NumberInText &other : there)
            if (number.begin <= word.begin && word.begin < number.end && number.value == other.value)
                for (std::size_t j = 0; j < evidence.size(); ++j)
                    if (evidence[j].begin == other.begin)
                        return int(j);
    return -1;
}

Alignment align(const std::vector<Word> &claim, const std::vector<Word> &evidence,
                std::span<const NumberInText> claimed, std::span<const NumberInText> there)
{
    Alignment made{claim, evidence, std::vector<int>(claim.size(), -1), 0, 1};
    double matched = 0;
    double total = 0;
    int near = 0;
    std::vector<int> places;
    for (std::size_t i = 0; i < claim.size(); ++i) {
        const int number = sameNumber(claim[i], claimed, there, evidence);
        const int j = number >= 0 ? number : matchOf(claim[i], evidence, near);
        made.match[i] = j;
        if (!claim[i].content || isNegator(claim[i].folded))
            continue;
        total += 1;
        if (j < 0)
            continue;
        matched += number >= 0 ? 1 : likeness(claim[i], evidence[std::size_t(j)]);
        near = j + 1;
        places.push_back(j);
    }
    made.share = total > 0 ? matched / total : 0;
    made.order = longestAscent(places);
    return made;
}

/// The first content word after a negator, in its clause: what is denied. -1: none.
int denied(const std::vector<Word> &words, std::size_t negator)
{
    constexpr std::size_t kReach = 4;
    for (std::size_t i = negator + 1; i < std::min(words.size(), negator + 1 + kReach); ++i) {
        if (words[i].breaks && i > negator + 1)
            return -1;
        if (words[i].content && !isNegator(words[i].folded))
            return int(i);
    }
    return -1;
}

bool isDenied(const std::vector<Word> &words, std::size_t at)
{
    constexpr std::size_t kReach = 5;
    for (std::size_t back = 0; back <= std::min(at, kReach); ++back) {
        const std::size_t i = at - back;
        if (isNegator(words[i].folded))
            return true;
        if (words[i].breaks && back > 0)
            return false;
    }
    return false;
}

/// One says what the other denies.
bool contradictsByNegation(const Alignment &both)
{
    for (std::size_t i = 0; i < both.claim.size(); ++i) {
        if (!isNegator(both.claim[i].folded))
            continue;
        const int target = denied(both.claim, i);
        const int there = target >= 0 ? both.match[std::size_t(target)] : -1;
        if (there >= 0 && !isDenied(both.evidence, std::size_t(there)))
            return true;
    }
    for (std::size_t j = 0; j < both.evidence.size(); ++j) {
        if (!isNegator(both.evidence[j].folded))
            continue;
        const int target = denied(both.evidence, j);
        for (std::size_t i = 0; target >= 0 && i < both.claim.size(); ++i)
            if (both.match[i] == target && both.claim[i].content && !isDenied(both.claim, i))
                return true;
    }
    return false;
}

bool holdsWord(const std::vector<Word> &words, const std::string &folded)
{
    return std::any_of(words.begin(), words.end(), [&](const Word &word) { return word.folded == folded; });
}

bool saysOpposite(const Alignment &both)
{
    return std::any_of(opposites().begin(), opposites().end(), [&](const Opposite &pair) {
        return holdsWord(both.claim, pair.a) && !holdsWord(both.evidence, pair.a) &&
               !holdsWord(both.claim, pair.b) && holdsWord(both.evidence, pair.b);
    });
}

bool beginsWithDigit(const Word &word)
{
    std::size_t at = 0;
    return engine::isNumber(engine::nextCodePoint(word.folded, at));
}

/// Content words of the clause round bytes [begin, end). A clause that begins with its number has its subject
/// from before the first number: "The deposit is 20 euros for students, 40 for teachers."
WordSet clauseRound(const std::vector<Word> &words, std::uint32_t begin, std::uint32_t end)
{
    std::size_t first = 0;
    for (std::size_t i = 0; i < words.size() && words[i].begin <= begin; ++i)
        if (words[i].breaks)
            first = i;
    WordSet round;
    for (std::size_t i = 0;
         first > 0 && words[first].begin >= begin && i < first && !beginsWithDigit(words[i]); ++i)
        if (words[i].content)
            round.insert(words[i].stem);
    for (std::size_t i = first; i < words.size(); ++i) {
        if (i > first && words[i].breaks && words[i].begin >= end)
            break;
        if (words[i].content && (words[i].end <= begin || words[i].begin >= end))
            round.insert(words[i].stem);
    }
    return round;
}

int common(const WordSet &a, const WordSet &b)
{
    return int(std::count_if(a.begin(), a.end(), [&](const std::string &word) { return b.contains(word); }));
}

/// Whether a word that the number is said of stands with another number of the same kind, and not with its
/// own.
bool belongsElsewhere(const WordSet &round, const WordSet &own, const WordSet &other, bool sameKind)
{
    if (common(round, other) > common(round, own))
        return true;
    return sameKind && std::any_of(round.begin(), round.end(), [&](const std::string &word) {
               return !own.contains(word) && other.contains(word);
           });
}

/// Every number is there, with its unit, and said of the same thing. @return why not; empty: all well
const char *wrongNumber(std::span<const NumberInText> claimed, std::span<const NumberInText> there,
                        const Alignment &both)
{
    for (const NumberInText &number : claimed) {
        const WordSet round = clauseRound(both.claim, number.begin, number.end);
        bool found = false;
        bool sameUnit = false;
        bool elsewhere = true;
        for (const NumberInText &candidate : there) {
            if (candidate.value != number.value)
                continue;
            found = true;
            sameUnit |= number.unit.empty() || candidate.unit.empty() || candidate.unit == number.unit;
            const WordSet own = clauseRound(both.evidence, candidate.begin, candidate.end);
            elsewhere &= std::any_of(there.begin(), there.end(), [&](const NumberInText &other) {
                return other.value != number.value &&
                       belongsElsewhere(round, own, clauseRound(both.evidence, other.begin, other.end),
                                        !other.unit.empty() && other.unit == candidate.unit);
            });
        }
        if (!found)
            return "number";
        if (!sameUnit)
            return "unit";
        if (elsewhere)
            return "number of something else";
    }
    return "";
}

bool isPassive(const std::vector<Word> &words, std::size_t begin, std::size_t end)
{
    for (std::size_t i = begin; i < end; ++i)
        if (words[i].folded == "by" || words[i].folded == "par" || words[i].folded == "يد")
            return true;
    return false;
}

/// Two names stand round a word that both texts have, the other way round in the passage.
bool swapsNames(const Alignment &both)
{
    std::vector<std::size_t> names;
    for (std::size_t i = 0; i < both.claim.size(); ++i) {
        const int there = both.match[i];
        // The first word has a capital anyhow: the passage tells whether it is a name.
        if (there >= 0 && (both.claim[i].name || (i == 0 && both.evidence[std::size_t(there)].name)))
            names.push_back(i);
    }
    for (std::size_t n = 0; n + 1 < names.size(); ++n) {
        const std::size_t a = names[n];
        const std::size_t b = names[n + 1];
        if (both.claim[a].stem == both.claim[b].stem)
            continue;
        bool related = false; // a word between them that the passage has between them too
        bool same = false;
        bool reversed = false;
        const bool passive = isPassive(both.claim, a + 1, b);
        for (std::size_t i = 0; i < both.evidence.size(); ++i)
            for (std::size_t j = i + 1; j < both.evidence.size(); ++j) {
                const bool forward = both.evidence[i].stem == both.claim[a].stem &&
                                     both.evidence[j].stem == both.claim[b].stem;
                const bool backward = both.evidence[i].stem == both.claim[b].stem &&
                                      both.evidence[j].stem == both.claim[a].stem;
                if (!forward && !backward)
                    continue;
                const bool turned = isPassive(both.evidence, i + 1, j) != passive;
                same |= forward != turned;
                reversed |= forward == turned;
                for (std::size_t k = a + 1; k < b; ++k)
                    related |= both.claim[k].content && both.match[k] > int(i) && both.match[k] < int(j);
            }
        if (related && reversed && !same)
            return true;
    }
    return false;
}

bool isMonth(const std::string &folded)
{
    static const WordSet months =
        setOf("january february march april may june july august september october november "
              "december monday tuesday wednesday thursday friday saturday sunday");
    return months.contains(folded);
}

/// The stretch speaks of somebody else: it lacks a name of the sentence and has one that the sentence lacks.
bool namesAnother(const Alignment &both)
{
    bool lacks = false;
    for (std::size_t i = 0; i < both.claim.size(); ++i)
        lacks |= both.claim[i].name && both.match[i] < 0;
    return lacks && std::any_of(both.evidence.begin(), both.evidence.end(), [&](const Word &word) {
               return word.name && !isMonth(word.folded) &&
                      std::none_of(both.claim.begin(), both.claim.end(),
                                   [&](const Word &claimed) { return likeness(claimed, word) > 0; });
           });
}

/// A clause of the sentence, "and the card is blocked", of which the stretch says next to nothing.
bool addsAClause(const Alignment &both)
{
    constexpr int kClause = 2; ///< content words that make one
    int content = 0;
    int matched = 0;
    for (std::size_t i = 0; i <= both.claim.size(); ++i) {
        const bool ends = i == both.claim.size() || (both.claim[i].breaks && i > 0);
        if (ends && content >= kClause && 3 * matched < content)
            return true;
        if (i == both.claim.size())
            return false;
        if (ends)
            content = matched = 0;
        const bool counts = both.claim[i].content && !isNegator(both.claim[i].folded);
        content += counts ? 1 : 0;
        matched += counts && both.match[i] >= 0 ? 1 : 0;
    }
    return false;
}

bool missesName(const Alignment &both, const WordSet &passage)
{
    return std::any_of(both.claim.begin(), both.claim.end(),
                       [&](const Word &word) { return word.name && !passage.contains(word.stem); });
}

TextRange spanOf(const Alignment &both, std::uint32_t offset)
{
    TextRange span;
    for (std::size_t i = 0; i < both.claim.size(); ++i) {
        if (!both.claim[i].content || both.match[i] < 0)
            continue;
        const Word &word = both.evidence[std::size_t(both.match[i])];
        span.begin = span.end == 0 ? word.begin : std::min(span.begin, word.begin);
        span.end = std::max(span.end, word.end);
    }
    return {span.begin + offset, span.end + offset};
}

Verdict verdictOf(const Alignment &both, double cosine)
{
    constexpr double kAlike = 0.92; ///< cosine of paraphrases in the default embedder
    const bool whole = !addsAClause(both);
    if (whole && both.share >= kSupported && both.order >= 0.5)
        return Verdict::Supported;
    if (whole && both.share >= 0.5 && cosine >= kAlike)
        return Verdict::Supported;
    if (both.share >= kWeak || (both.share >= 0.2 && cosine >= kAlike))
        return Verdict::Weak;
    return Verdict::Unsupported;
}

Judgement judgeStretch(std::string_view sentence, const std::vector<Word> &claim, std::string_view stretch,
                       std::uint32_t offset, const WordSet &passage, double cosine)
{
    const std::vector<Word> evidence = wordsOf(stretch);
    const std::vector<NumberInText> claimed = numbersIn(sentence);
    const std::vector<NumberInText> there = numbersIn(stretch);
    const Alignment both = align(claim, evidence, claimed, there);
    Judgement made;
    made.support = both.share * (0.8 + 0.2 * both.order);
    made.span = spanOf(both, offset);
    made.verdict = verdictOf(both, cosine);
    if (made.verdict == Verdict::Unsupported) {
        made.why = "words";
        return made;
    }
    const char *number = wrongNumber(claimed, there, both);
    made.why = *number                       ? number
               : missesName(both, passage)   ? "name"
               : namesAnother(both)          ? "another name"
               : contradictsByNegation(both) ? "negation"
               : saysOpposite(both)          ? "opposite"
               : swapsNames(both)            ? "names exchanged"
                                             : "";
    if (*made.why) {
        made.verdict = Verdict::Unsupported;
        made.support *= 0.5;
    }
    return made;
}

bool isBetter(const Judgement &a, const Judgement &b)
{
    if (a.verdict != b.verdict)
        return a.verdict < b.verdict;
    return a.support > b.support;
}

/// A stretch that contradicts the sentence outweighs one that merely has fewer of its words.
bool contradicts(const Judgement &judgement)
{
    const std::string_view why = judgement.why;
    return why == "negation" || why == "opposite" || why == "names exchanged" || why == "unit" ||
           why == "another name" || why == "number of something else";
}

Judgement judgeInPassage(std::string_view sentence, const std::vector<Word> &claim, const Passage &passage,
                         double cosine)
{
    constexpr double kContradicted = 0.6; ///< of the support it would have had
    WordSet words;
    for (const std::string &text : {passage.text, passage.section, passage.documentName})
        for (IndexWord &word : splitWords(text))
            words.insert(std::move(word.stem));
    const std::vector<Unit> units = unitsOf(passage.text);
    Judgement best;
    Judgement against;
    std::size_t bestUnits = 0;
    for (std::size_t first = 0; first < units.size(); ++first)
        for (std::size_t count = 1; count <= std::min(kMostUnits, units.size() - first); ++count) {
            const std::uint32_t begin = units[first].range.begin;
            const std::uint32_t end = units[first + count - 1].range.end;
            Judgement made =
                judgeStretch(sentence, claim, std::string_view(passage.text).substr(begin, end - begin),
                             begin, words, cosine);
            made.support -= 0.02 * double(count - 1);
            if (count == 1 && contradicts(made) && made.support > against.support)
                against = made;
            if (isBetter(made, best)) {
                best = made;
                bestUnits = count;
            }
        }
    // What one unit says outright stands; what only several together seem to say does not against one that
    // denies it.
    const bool clash = 2 * against.support >= kContradicted &&
                       (best.verdict == Verdict::Unsupported || bestUnits > 1) &&
                       best.support < 2 * against.support + 0.3;
    return clash ? against : best;
}

} // namespace

Judgement judgeSentence(std::string_view sentence, std::span<const Passage> passages,
                        std::span<const double> cosines)
{
    const std::vector<Word> claim = wordsOf(sentence);
    Judgement best;
    best.why = "words";
    for (std::size_t p = 0; p < passages.size(); ++p) {
        Judgement made = judgeInPassage(sentence, claim, passages[p], p < cosines.size() ? cosines[p] : 0);
        made.passage = int(p);
        if (best.passage < 0 || isBetter(made, best))
            best = made;
    }
    return best;
}

Result<Judgement> judgeSentence(std::string_view sentence, std::span<const Passage> passages,
                                const Embedder *embedder, const CancelToken &cancel)
{
    constexpr double kOtherLanguage = 0.86; ///< cosine of translations in the default embedder
    Judgement byWords = judgeSentence(sentence, passages, std::span<const double>());
    if (!embedder || byWords.verdict == Verdict::Supported || contradicts(byWords) || passages.empty())
        return byWords;

    // Only what words leave open is worth its time: the units of the two passages that speak most for it.
    std::vector<std::string_view> texts;
    std::vector<std::size_t> owner;
    for (std::size_t p = 0; p < passages.size(); ++p)
        for (const Unit &unit : unitsOf(passages[p].text)) {
            texts.push_back(std::string_view(passages[p].text)
                                .substr(unit.range.begin, unit.range.end - unit.range.begin));
            owner.push_back(p);
        }
    if (texts.empty())
        return byWords;
    texts.push_back(sentence);
    ASSIGN_OR_RETURN(const std::vector<float> rows, embedder->embed(texts, TextKind::Passage, cancel));
    const auto dimension = std::size_t(embedder->dimension());
    const float *own = &rows[(texts.size() - 1) * dimension];
    std::vector<double> cosines(passages.size(), 0);
    std::size_t top = 0;
    double topCosine = -1;
    for (std::size_t i = 0; i + 1 < texts.size(); ++i) {
        double cosine = 0;
        for (std::size_t d = 0; d < dimension; ++d)
            cosine += double(own[d]) * double(rows[i * dimension + d]);
        cosines[owner[i]] = std::max(cosines[owner[i]], cosine);
        if (cosine > topCosine) {
            topCosine = cosine;
            top = i;
        }
    }
    Judgement made = judgeSentence(sentence, passages, cosines);
    const bool otherLanguage = questionLanguage(sentence) != questionLanguage(texts[top]);
    if (made.verdict == Verdict::Unsupported && !contradicts(made) && otherLanguage &&
        topCosine >= kOtherLanguage) {
        const std::vector<NumberInText> there = numbersIn(texts[top]);
        for (const NumberInText &number : numbersIn(sentence))
            if (std::none_of(there.begin(), there.end(),
                             [&](const NumberInText &other) { return other.value == number.value; }))
                return made;
        const auto begin = std::uint32_t(texts[top].data() - passages[owner[top]].text.data());
        made = {Verdict::Weak, 0.5, int(owner[top]), {begin, begin + std::uint32_t(texts[top].size())}, ""};
    }
    return made;
}

} // namespace rag
