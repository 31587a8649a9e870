#include "rag/tasks/salience.h"

#include "engine/base/unicode.h"
#include "rag/retrieve/question_text.h"
#include "rag/tasks/structure.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <unordered_set>

namespace rag {

namespace {

constexpr double kHeadingShare = 0.4;
constexpr double kOpeningShare = 0.5; ///< for the first sentence after a heading
constexpr double kWorthShowing = 0.3; ///< see standsAlone()

std::string_view slice(std::string_view text, const TextRange &range)
{
    return text.substr(range.begin, range.end - range.begin);
}

/// Like a sum, but not quite: long sentences have more words, not more to say.
double lexicalScore(std::span<const std::string> stems,
                    const std::function<double(const std::string &)> &weight)
{
    double sum = 0;
    for (const std::string &stem : stems)
        sum += weight(stem);
    return sum / std::sqrt(double(stems.size()) + 4);
}

const std::unordered_set<std::string> &pointingWords()
{
    static const std::unordered_set<std::string> words = [] {
        std::unordered_set<std::string> folded;
        for (const std::string_view list :
             {"this these those that it they he she such however therefore thus hence also then but and so "
              "otherwise moreover furthermore here there note ceci cela il elle ils cependant donc ainsi "
              "mais et",
              "هذا هذه ذلك تلك هو هي هم كما لكن ولكن لذلك وذلك وهذا وهذه وهو وهي ثم حيث بينما كذلك ايضا"})
            for (const IndexWord &word : splitWords(list))
                folded.insert(
                    normalizeForIndex(std::string_view(list).substr(word.begin, word.end - word.begin)).text);
        return folded;
    }();
    return words;
}

/// Words that open a condition, an example, an aside: the matter itself stands elsewhere.
const std::unordered_set<std::string> &asideWords()
{
    static const std::unordered_set<std::string> words = [] {
        std::unordered_set<std::string> folded;
        for (const std::string_view list :
             {"if for since although when while because after before upon unless once even additionally "
              "similarly please see si lorsque quand par pour bien",
              "اذا لو مثلا مثال عند عندما بعد قبل رغم انظر"})
            for (const IndexWord &word : splitWords(list))
                folded.insert(
                    normalizeForIndex(std::string_view(list).substr(word.begin, word.end - word.begin)).text);
        return folded;
    }();
    return words;
}

int count(std::string_view text, std::string_view part)
{
    int found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

/// Like an entry of a bibliography: initials, or an address.
bool isReference(std::string_view sentence, std::span<const IndexWord> words)
{
    constexpr int kInitials = 3;
    int initials = 0;
    for (const IndexWord &word : words)
        initials +=
            word.end - word.begin <= 2 && sentence[word.begin] >= 'A' && sentence[word.begin] <= 'Z' ? 1 : 0;
    return (initials >= kInitials && initials * 5 >= int(words.size())) ||
           sentence.find("doi:") != sentence.npos || sentence.find("://") != sentence.npos;
}

bool isBibliography(std::string_view section)
{
    static const std::unordered_set<std::string> names = [] {
        std::unordered_set<std::string> folded;
        for (const std::string_view name : {"references", "bibliography", "bibliographie", "index",
                                            "works cited", "المراجع", "المصادر", "فهرس", "منابع"})
            folded.insert(indexWords(name));
        return folded;
    }();
    return names.contains(indexWords(section));
}

bool endsAsSentence(std::string_view sentence)
{
    constexpr std::string_view kEnds[] = {".",      "!",       "\u061B", "\u06D4", "\u2026", "\u3002",
                                          "\uFF01", ".\u201D", ".\"",    ".)",     ".\u00BB"};
    return std::any_of(std::begin(kEnds), std::end(kEnds),
                       [&](std::string_view end) { return sentence.ends_with(end); });
}

} // namespace

double standsAlone(std::string_view sentence)
{
    constexpr int kFewestWords = 5;
    constexpr int kFewestLetters = 25;
    constexpr int kMostLetters = 320;
    constexpr double kProse = 0.78; ///< share of letters in what is printed; code and tables have less
    int printed = 0;
    int letters = 0;
    int digits = 0;
    for (std::size_t at = 0; at < sentence.size();) {
        const char32_t c = engine::nextCodePoint(sentence, at);
        if (engine::isWhitespace(c))
            continue;
        ++printed;
        letters += engine::isLetter(c) || engine::isMark(c) ? 1 : 0;
        digits += engine::isNumber(c) ? 1 : 0;
    }
    const std::vector<IndexWord> words = splitWords(sentence);
    if (int(words.size()) < kFewestWords || letters < kFewestLetters || letters > kMostLetters)
        return 0;
    if (hasLeaders(sentence) || sentence.find('|') != sentence.npos ||
        double(letters + digits / 2) < kProse * double(printed))
        return 0;
    double quality = 1;
    if (!endsAsSentence(sentence))
        quality *=
            sentence.ends_with(':') || sentence.ends_with('?') || sentence.ends_with("\u061F") ? 0.35 : 0.55;
    std::size_t at = 0;
    const char32_t first = engine::nextCodePoint(sentence, at);
    const bool startsInside =
        (first >= U'a' && first <= U'z') || first == U')' || first == U',' || first == U'.';
    if (startsInside)
        quality *= 0.5;
    const std::string opening =
        normalizeForIndex(sentence.substr(words.front().begin, words.front().end - words.front().begin)).text;
    if (pointingWords().contains(opening))
        quality *= 0.7;
    if (asideWords().contains(opening))
        quality *= 0.75;
    if (isReference(sentence, words))
        quality *= 0.3;
    if (first >= U'0' && first <= U'9') // a step of a list
        quality *= 0.75;
    // Long and many-membered sentences hold many words, but no reader takes them in.
    constexpr int kComfortable = 180; // letters
    constexpr int kManyMembers = 5;
    if (letters > kComfortable)
        quality *= double(kComfortable) / double(letters);
    if (count(sentence, ",") + count(sentence, "\u060C") > kManyMembers)
        quality *= 0.6;
    if (sentence.find('\n') != sentence.npos) // lines that were ended on purpose: code, lists
        quality *= 0.6;
    return quality;
}

double likeness(std::string_view a, std::string_view b)
{
    const std::vector<std::string> x = keyTerms(a);
    const std::vector<std::string> y = keyTerms(b);
    const std::set<std::string> words(x.begin(), x.end());
    const auto both =
        std::count_if(y.begin(), y.end(), [&](const std::string &w) { return words.contains(w); });
    const std::size_t shorter = std::min(x.size(), y.size());
    return shorter == 0 ? 0 : double(both) / double(shorter);
}

Salience::Salience(std::span<const Passage> passages)
    : m_passages(passages)
{
    for (const Passage &passage : passages) {
        std::unordered_set<std::string> here;
        for (const std::string &stem : keyTerms(passage.text))
            here.insert(stem);
        for (const IndexWord &word : splitWords(passage.text)) {
            if (!here.contains(word.stem))
                continue;
            Term &term = m_terms[word.stem];
            ++term.count;
            ++m_words;
            if (term.spelling.empty())
                term.spelling = passage.text.substr(word.begin, word.end - word.begin);
        }
        for (const std::string &stem : here)
            ++m_terms[stem].passages;
    }
    double sum = 0;
    int count = 0;
    const std::size_t step = std::max<std::size_t>(passages.size() / 64, 1); // a sample is enough
    for (std::size_t i = 0; i < passages.size(); i += step)
        for (const TextRange &range : splitSentences(passages[i].text)) {
            const std::string_view sentence = slice(passages[i].text, range);
            if (standsAlone(sentence) < kWorthShowing)
                continue;
            sum += lexicalScore(keyTerms(sentence), [this](const std::string &stem) { return weight(stem); });
            ++count;
        }
    if (sum > 0)
        m_usual = sum / count;
}

double Salience::weight(const std::string &stem) const
{
    const auto term = m_terms.find(stem);
    if (term == m_terms.end() || term->second.passages == 0)
        return 0;
    return std::log(1 + double(term->second.count)) *
           std::log(1 + double(m_passages.size()) / double(term->second.passages));
}

std::vector<KeySentence> Salience::keySentences(std::size_t passage, std::size_t most) const
{
    const Passage &from = m_passages[passage];
    if (isContents(from.text) || isBibliography(from.section))
        return {};
    std::unordered_set<std::string> heading;
    for (std::string &stem : keyTerms(from.section))
        heading.insert(std::move(stem));
    const bool opens = passage == 0 || m_passages[passage - 1].section != from.section;

    std::vector<KeySentence> found;
    bool first = opens;
    for (const TextRange &range : splitSentences(from.text)) {
        const std::string_view sentence = slice(from.text, range);
        const double quality = standsAlone(sentence);
        if (quality < kWorthShowing)
            continue;
        const std::vector<std::string> stems = keyTerms(sentence);
        double score =
            lexicalScore(stems, [this](const std::string &stem) { return weight(stem); }) / m_usual;
        const auto named = std::count_if(stems.begin(), stems.end(),
                                         [&](const std::string &stem) { return heading.contains(stem); });
        if (!heading.empty())
            score += kHeadingShare * double(named) / double(heading.size());
        if (first)
            score += kOpeningShare;
        first = false;
        found.push_back({range.begin, range.end, score * quality});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const KeySentence &a, const KeySentence &b) { return a.score > b.score; });
    found.resize(std::min(found.size(), most));
    return found;
}

namespace {

bool isAWord(const std::string &stem)
{
    constexpr int kFewestLetters = 3;
    int letters = 0;
    for (std::size_t at = 0; at < stem.size();) {
        const char32_t c = engine::nextCodePoint(stem, at);
        if (engine::isNumber(c))
            return false;
        letters += engine::isLetter(c) ? 1 : 0;
    }
    return letters >= kFewestLetters;
}

std::vector<std::string> strongest(std::vector<std::pair<double, std::string>> words, std::size_t most)
{
    std::sort(words.begin(), words.end(), [](const auto &a, const auto &b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::min(most, words.size()); ++i)
        out.push_back(std::move(words[i].second));
    return out;
}

} // namespace

std::vector<std::string> Salience::telling(const Salience &other, std::size_t most) const
{
    // Log-likelihood ratio of the two counts (Dunning 1993).
    std::vector<std::pair<double, std::string>> words;
    for (const auto &[stem, term] : m_terms) {
        if (term.count < 3 || !isAWord(stem))
            continue;
        const auto there = other.m_terms.find(stem);
        const double a = term.count;
        const double b = there == other.m_terms.end() ? 0 : there->second.count;
        const double total = double(m_words) + double(other.m_words);
        const double expectedA = double(m_words) * (a + b) / total;
        const double expectedB = double(other.m_words) * (a + b) / total;
        if (a <= expectedA)
            continue;
        const double ratio = a * std::log(a / expectedA) + (b > 0 ? b * std::log(b / expectedB) : 0);
        words.push_back({ratio, term.spelling});
    }
    return strongest(std::move(words), most);
}

std::vector<std::string> Salience::shared(const Salience &other, std::size_t most) const
{
    std::vector<std::pair<double, std::string>> words;
    for (const auto &[stem, term] : m_terms) {
        const auto there = other.m_terms.find(stem);
        if (there == other.m_terms.end() || !isAWord(stem) || term.count < 2 || there->second.count < 2)
            continue;
        words.push_back({std::min(weight(stem), other.weight(stem)), term.spelling});
    }
    return strongest(std::move(words), most);
}

} // namespace rag
