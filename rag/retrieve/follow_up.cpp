#include "rag/retrieve/follow_up.h"

#include "rag/retrieve/question_text.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <unordered_set>

namespace rag {

namespace {

using WordSet = std::unordered_set<std::string>;

/// A question that opens so goes on from another.
constexpr std::string_view kOpeners = "and or but also then so et mais donc puis alors ثم أو لكن اما یا ولی";

/// Stand for something that was named before.
constexpr std::string_view kPronouns =
    "it its that those these this they them their theirs he him his she her hers one ones same such "
    "ça cela celui celle ceux celles ceci lui leur leurs "
    "هذا هذه ذلك تلك هؤلاء ذاك هناك له لها لهم لهما فيه فيها فيهم منه منها منهم عنه عنها عنهم عليه عليها "
    "عليهم "
    "به بها بهم معه معها معهم إليه إليها بذلك لذلك كذلك "
    "این آنها اینها ایشان همان همین";

/// Persian's; folded, the first two are Arabic for other things.
constexpr std::string_view kPersianPronouns = "آن او";

/// "this document" is what is being read, not what was said.
constexpr std::string_view kReadings =
    "document documents file files manual book paper article guide page pages report pdf form notice invoice "
    "policy handbook library text chapter faq leaflet card contract section table figure week year month day "
    "documents fichier manuel livre papier guide rapport texte chapitre facture "
    "المستند الوثيقة الملف الكتاب الدليل التقرير الورقة المقال النص اللائحة السياسة الفصل العقد الفاتورة "
    "النموذج "
    "سند کتاب مقاله راهنما گزارش متن فایل";

/// Compare with something that was named before.
constexpr std::string_view kComparatives =
    "other others another else instead alternative more less better worse best earlier later before after "
    "autre autres sinon plus moins mieux بدلا آخر أخرى غيره غيرها أكثر أقل أفضل دیگر بیشتر کمتر بهتر";

/// Arabic writes "and" on its word; these begin with that letter by themselves.
constexpr std::string_view kWawWords =
    "وقت وزن وصف وثيقة وثائق وظيفة وظائف وزارة وزير واجب واجبات وحدة وحدات وسيلة وسائل ورق ورقة وضع وعد وفاة "
    "ولاية "
    "وكيل وكالة وجبة وجهة ولادة وراثة وصول وصفة وديعة وقف ورشة وصي وسط وحيد واحد واحدة والد والدة والدي وفق "
    "وراء وجود "
    "وجوب وقوع ورد وصل وصية وسيط وجه وجوه وعي واقع واردات وقود وردة وفد وقاية وضوح وفاء وكلاء ويب ويندوز";

WordSet foldedWords(std::string_view list)
{
    WordSet words;
    for (const IndexWord &word : splitWords(list))
        words.insert(normalizeForIndex(list.substr(word.begin, word.end - word.begin)).text);
    return words;
}

struct Term
{
    std::string folded;
    std::string stem;
    std::string shown; ///< as it was written
    bool stop = false;
};

std::vector<Term> termsOf(std::string_view text)
{
    std::vector<Term> terms;
    for (const IndexWord &word : splitWords(text)) {
        const std::string_view shown = text.substr(word.begin, word.end - word.begin);
        Term term{normalizeForIndex(shown).text, word.stem, std::string(shown), false};
        term.stop = isStopWord(term.folded);
        terms.push_back(std::move(term));
    }
    return terms;
}

bool opensWithAnd(const Term &first)
{
    static const WordSet openers = foldedWords(kOpeners);
    static const WordSet wawWords = foldedWords(kWawWords);
    constexpr std::string_view kWaw = "\u0648";
    if (openers.contains(first.folded))
        return true;
    if (first.folded.size() <= 2 * kWaw.size() || !first.folded.starts_with(kWaw))
        return false;
    return !wawWords.contains(first.folded);
}

/// "what about", "how about", "et pour", "ماذا عن", "چه درباره".
bool opensElliptic(std::span<const Term> terms)
{
    constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
        {"what", "about"}, {"how", "about"}, {"what", "if"},  {"why", "not"},   {"qu", "en"},
        {"ماذا", "عن"},    {"ماذا", "لو"},   {"ماذا", "بعد"}, {"ماذا", "بشان"}, {"چه", "درباره"}};
    if (terms.size() < 2)
        return false;
    return std::any_of(std::begin(kPairs), std::end(kPairs), [&](const auto &pair) {
        return terms[0].folded == normalizeForIndex(pair.first).text &&
               terms[1].folded == normalizeForIndex(pair.second).text;
    });
}

bool holdsAny(std::span<const Term> terms, const WordSet &words)
{
    return std::any_of(terms.begin(), terms.end(),
                       [&](const Term &term) { return words.contains(term.folded); });
}

/// "of that folder": no conjunction, and what is named before it is another thing.
bool pointsAfterPreposition(std::span<const Term> terms, std::size_t i)
{
    static const WordSet prepositions =
        foldedWords("of in for on to with from at about by into de dans pour sur avec من في عن على إلى مع");
    static const WordSet pointers = foldedWords("that those ذلك تلك هذا هذه");
    return i > 0 && i + 1 < terms.size() && pointers.contains(terms[i].folded) &&
           prepositions.contains(terms[i - 1].folded);
}

/// Whether the word at `i` stands for something; `named`: content words before it that it could stand for.
bool standsForEarlier(std::span<const Term> terms, std::size_t i, int named)
{
    static const WordSet pronouns = foldedWords(kPronouns);
    static const WordSet persian = foldedWords(kPersianPronouns);
    static const WordSet readings = foldedWords(kReadings);
    static const WordSet existence = foldedWords("هل كم أليس");
    static const WordSet there = foldedWords("هناك");
    static const WordSet relatives = foldedWords("الذي التي الذين اللذين");
    const Term &term = terms[i];
    const bool last = i + 1 == terms.size();
    const bool opens = i == 0 && persian.contains(term.folded);
    if (!(pronouns.contains(term.folded) || opens) || (!last && readings.contains(terms[i + 1].folded)))
        return false;
    if (pointsAfterPreposition(terms, i))
        return true;
    if (named >= (last ? 3 : 2))
        return false;
    if (term.folded == "that" && named > 0 && i > 0 && !terms[i - 1].stop)
        return false; // "a command that lists"
    if (term.folded == "one" && !last && (terms[i + 1].folded == "of" || !terms[i + 1].stop))
        return false; // "one of the", "one day"
    if (i > 0 && existence.contains(terms[i - 1].folded) && there.contains(term.folded))
        return false; // "is there"
    return !holdsAny(terms.first(i), relatives);
}

/// "What is BM25?": one word, and all it needs.
bool definesATerm(std::span<const Term> terms)
{
    static const WordSet asks = foldedWords("what who define qui quoi ما من عرف چیست");
    static const WordSet copulas = foldedWords("is are was were does est sont هو هي معنى تعني");
    return terms.size() >= 2 && asks.contains(terms[0].folded) &&
           (terms[0].folded == "define" || holdsAny(terms.subspan(1), copulas));
}

bool isNumber(const Term &term)
{
    return std::all_of(term.folded.begin(), term.folded.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Content words of a question, each once.
std::vector<Term> contentOf(std::string_view question)
{
    static const WordSet pronouns = foldedWords(kPronouns);
    std::vector<Term> content;
    for (Term &term : termsOf(question)) {
        const bool known = std::any_of(content.begin(), content.end(),
                                       [&](const Term &other) { return other.stem == term.stem; });
        if (!known && !term.stop && !pronouns.contains(term.folded))
            content.push_back(std::move(term));
    }
    return content;
}

/// What the question before was about, as far as the new one does not say it, or say something else in its
/// place: a number takes the place of a number of as many digits (a year of a year).
void takeOver(std::vector<Term> &context, std::span<const Term> said, std::string_view before)
{
    constexpr std::size_t kMostTerms = 12;
    std::vector<Term> taken;
    for (Term &term : contentOf(before)) {
        const auto replaces = [&](const Term &other) {
            return other.stem == term.stem ||
                   (isNumber(term) && isNumber(other) && term.folded.size() == other.folded.size());
        };
        if (std::none_of(said.begin(), said.end(), replaces) &&
            std::none_of(context.begin(), context.end(), replaces))
            taken.push_back(std::move(term));
    }
    taken.insert(taken.end(), context.begin(), context.end());
    if (taken.size() > kMostTerms)
        taken.resize(kMostTerms);
    context = std::move(taken);
}

} // namespace

bool leansOnHistory(std::string_view question)
{
    static const WordSet comparatives = foldedWords(kComparatives);
    constexpr int kFewNamed = 3; ///< content words of a question that compares with what was said
    const std::vector<Term> terms = termsOf(question);
    if (terms.empty())
        return false;
    if (opensWithAnd(terms.front()) || opensElliptic(terms))
        return true;
    int named = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (standsForEarlier(terms, i, named))
            return true;
        named += terms[i].stop ? 0 : 1;
    }
    if (holdsAny(terms, comparatives))
        return named <= kFewNamed;
    return named == 0 || (named == 1 && !definesATerm(terms));
}

std::string standaloneQuestion(std::string_view question, std::span<const Exchange> history)
{
    constexpr std::size_t kMostTurns = 3;
    if (history.empty() || !leansOnHistory(question))
        return std::string(question);
    const std::vector<Term> said = contentOf(question);
    std::vector<Term> context;
    std::size_t turns = 0;
    for (auto turn = history.rbegin(); turn != history.rend() && turns < kMostTurns; ++turn, ++turns) {
        takeOver(context, said, turn->question);
        if (!leansOnHistory(turn->question))
            break;
    }
    if (context.empty())
        return std::string(question);
    std::string written;
    for (const Term &term : context)
        written += (written.empty() ? "" : " ") + term.shown;
    return written + ": " + std::string(question);
}

} // namespace rag
