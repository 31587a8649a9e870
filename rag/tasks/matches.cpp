#include "rag/tasks/matches.h"

#include "engine/base/unicode.h"
#include "rag/retrieve/question_text.h"
#include "rag/tasks/structure.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_set>

namespace rag {

namespace {

constexpr double kEnough = 0.6;       ///< share of the stems
constexpr double kFromHeading = 0.5;  ///< what a stem in the section's title counts, where another is here
constexpr std::size_t kLongest = 420; ///< bytes of a unit
constexpr int kFewestLetters = 3;

std::set<std::string> folded(std::string_view list)
{
    std::set<std::string> words;
    for (const IndexWord &word : splitWords(list))
        words.insert(normalizeForIndex(list.substr(word.begin, word.end - word.begin)).text);
    return words;
}

int letters(std::string_view text)
{
    int count = 0;
    for (std::size_t at = 0; at < text.size();)
        count += engine::isLetter(engine::nextCodePoint(text, at)) ? 1 : 0;
    return count;
}

/// Sentences; rows and list lines each by themselves; those that are too long cut to their head.
std::vector<TextRange> unitsOf(std::string_view text)
{
    std::vector<TextRange> units;
    for (const TextRange &sentence : splitSentences(text)) {
        std::uint32_t begin = sentence.begin;
        while (begin < sentence.end) {
            const auto end = std::uint32_t(std::min<std::size_t>(sentence.end, text.find('\n', begin)));
            if (end > begin)
                units.push_back({begin, end});
            begin = end + 1;
        }
    }
    for (TextRange &unit : units)
        if (unit.end - unit.begin > kLongest) {
            std::size_t cut = unit.begin + kLongest;
            const std::size_t space = text.rfind(' ', cut);
            if (space != text.npos && space > unit.begin)
                cut = space;
            while (cut > unit.begin && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
                --cut;
            unit.end = std::uint32_t(cut);
        }
    return units;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// "12/5/2024", "2024-05-12", "5 May 2024", "١٢ مايو": digits are folded already.
bool hasDate(std::string_view text)
{
    static const std::set<std::string> months =
        folded("january february march april may june july august september october november december jan "
               "feb mar apr "
               "jun jul aug sep sept oct nov dec "
               "janvier février mars avril mai juin juillet août septembre octobre novembre décembre "
               "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر كانون شباط اذار "
               "نيسان ايار "
               "حزيران تموز اب ايلول تشرين محرم صفر ربيع جمادى رجب شعبان رمضان شوال");
    const std::vector<IndexWord> words = splitWords(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string word =
            normalizeForIndex(text.substr(words[i].begin, words[i].end - words[i].begin)).text;
        const auto numberAt = [&](std::size_t at) {
            return at < words.size() && !words[at].stem.empty() &&
                   std::all_of(words[at].stem.begin(), words[at].stem.end(), isDigit);
        };
        if (months.contains(word) && (numberAt(i + 1) || (i > 0 && numberAt(i - 1))))
            return true;
        // Three numbers joined by the same sign.
        if (numberAt(i) && numberAt(i + 1) && numberAt(i + 2) && words[i].end + 1 == words[i + 1].begin &&
            words[i + 1].end + 1 == words[i + 2].begin) {
            const char sign = text[words[i].end];
            if (sign == text[words[i + 1].end] && (sign == '/' || sign == '-' || sign == '.'))
                return words[i].stem.size() == 4 || words[i + 2].stem.size() >= 2;
        }
    }
    return false;
}

bool hasMoney(std::string_view text)
{
    static const std::set<std::string> units = folded(
        "usd eur gbp sar aed egp dollar dollars euro euros pound pounds riyal riyals dirham dirhams cents "
        "دولار دولارا دولارات يورو ريال ريالا ريالات درهم درهما دراهم جنيه جنيها جنيهات دينار دينارا دنانير "
        "ليرة");
    const auto *signs = "$\u20AC\u00A3\u00A5";
    bool digit = false;
    for (std::size_t at = 0; at < text.size();)
        digit = engine::isNumber(engine::nextCodePoint(text, at)) || digit;
    if (!digit)
        return false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        engine::nextCodePoint(text, at);
        if (std::string_view(signs).find(text.substr(begin, at - begin)) != std::string_view::npos)
            return true;
    }
    const std::vector<IndexWord> words = splitWords(text);
    return std::any_of(words.begin(), words.end(), [&](const IndexWord &word) {
        return units.contains(normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text);
    });
}

bool hasPercentage(std::string_view text)
{
    static const std::set<std::string> words =
        folded("percent percentage pourcent بالمئة بالمائة المئة المائة");
    const std::string plain = normalizeForIndex(text).text;
    for (const std::string_view sign : {"%", "\u066A"})
        for (std::size_t at = plain.find(sign); at != plain.npos; at = plain.find(sign, at + 1)) {
            const bool before = at > 0 && (isDigit(plain[at - 1]) || (at > 1 && isDigit(plain[at - 2])));
            const std::size_t next = at + sign.size();
            if (before || (next < plain.size() && isDigit(plain[next])))
                return true;
        }
    const std::vector<IndexWord> found = splitWords(text); // "twenty percent", "خمسة في المئة"
    return std::any_of(found.begin(), found.end(), [&](const IndexWord &word) {
        return words.contains(normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text);
    });
}

bool hasEmail(std::string_view text)
{
    const auto part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '.' || c == '-' ||
               c == '_';
    };
    for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1))
        if (at > 0 && at + 3 < text.size() && part(text[at - 1]) && part(text[at + 1])) {
            std::size_t end = at + 1;
            bool dot = false;
            for (; end < text.size() && part(text[end]); ++end)
                dot = dot || (text[end] == '.' && end + 1 < text.size() && part(text[end + 1]));
            if (dot)
                return true;
        }
    return false;
}

bool hasLink(std::string_view text)
{
    return text.find("://") != text.npos || text.find("www.") != text.npos;
}

} // namespace

ListedThing::ListedThing(std::string_view what)
    : m_stems(keyTerms(what))
    , m_pattern(patternOf(what))
{
}

ListedThing::Pattern ListedThing::patternOf(std::string_view what)
{
    struct Name
    {
        Pattern pattern;
        std::string_view words;
    };

    constexpr Name kNames[] = {
        {Pattern::Date, "date dates تاريخ تواريخ التواريخ"},
        {Pattern::Money, "price prices amount amounts cost costs fee fees sum sums prix montant montants "
                         "سعر اسعار الاسعار مبلغ مبالغ المبالغ رسوم الرسوم"},
        {Pattern::Percentage, "percentage percentages percent pourcentage pourcentages نسبة نسب النسب"},
        {Pattern::Email, "email emails mail mails بريد ايميل"},
        {Pattern::Link, "link links url urls website websites site sites رابط روابط الروابط مواقع"},
        {Pattern::Number, "number numbers figure figures رقم ارقام الارقام"}};
    const std::vector<IndexWord> words = splitWords(what);
    if (words.empty())
        return Pattern::None;
    // Alone: "every date" means all of them, "every payment date" only those of payment.
    for (const Name &name : kNames) {
        const std::set<std::string> known = folded(name.words);
        if (std::all_of(words.begin(), words.end(), [&](const IndexWord &word) {
                const std::string plain =
                    normalizeForIndex(what.substr(word.begin, word.end - word.begin)).text;
                return known.contains(plain) || plain == "address" || plain == "addresses" ||
                       plain == "عنوان" || plain == "عناوين" || plain == "الكتروني" || plain == "الالكتروني";
            }))
            return name.pattern;
    }
    return Pattern::None;
}

bool ListedThing::showsPattern(std::string_view unit) const
{
    const std::string plain = normalizeForIndex(unit).text;
    switch (m_pattern) {
    case Pattern::None:
        return false;
    case Pattern::Date:
        return hasDate(plain);
    case Pattern::Money:
        return hasMoney(unit);
    case Pattern::Percentage:
        return hasPercentage(unit);
    case Pattern::Email:
        return hasEmail(unit);
    case Pattern::Link:
        return hasLink(unit);
    case Pattern::Number:
        return std::any_of(plain.begin(), plain.end(), isDigit);
    }
    return false;
}

std::vector<Match> ListedThing::matches(const Passage &passage) const
{
    std::unordered_set<std::string> heading;
    for (IndexWord &word : splitWords(passage.section))
        heading.insert(std::move(word.stem));
    std::vector<Match> found;
    if (isContents(passage.text))
        return found;
    for (const TextRange &unit : unitsOf(passage.text)) {
        const std::string_view text =
            std::string_view(passage.text).substr(unit.begin, unit.end - unit.begin);
        if (hasLeaders(text))
            continue;
        if (hasPattern()) {
            if (showsPattern(text))
                found.push_back({unit.begin, unit.end, 1});
            continue;
        }
        if (letters(text) < kFewestLetters)
            continue;
        std::unordered_set<std::string> here;
        for (IndexWord &word : splitWords(text))
            here.insert(std::move(word.stem));
        double share = 0;
        bool any = false;
        for (const std::string &stem : m_stems)
            any = any || here.contains(stem);
        for (const std::string &stem : m_stems)
            share += here.contains(stem) ? 1 : any && heading.contains(stem) ? kFromHeading : 0;
        if (m_stems.empty() || share / double(m_stems.size()) < kEnough)
            continue;
        found.push_back({unit.begin, unit.end, share / double(m_stems.size())});
    }
    return found;
}

std::vector<Match> ListedThing::units(const Passage &passage)
{
    std::vector<Match> found;
    if (isContents(passage.text))
        return found;
    for (const TextRange &unit : unitsOf(passage.text)) {
        const std::string_view text =
            std::string_view(passage.text).substr(unit.begin, unit.end - unit.begin);
        if (!hasLeaders(text) && letters(text) >= 4 * kFewestLetters)
            found.push_back({unit.begin, unit.end, 0});
    }
    return found;
}

} // namespace rag
