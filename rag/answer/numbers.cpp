#include "rag/answer/numbers.h"

#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <unordered_map>

namespace rag {

namespace {

using WordValues = std::unordered_map<std::string, int>;
using WordUnits = std::unordered_map<std::string, std::string>;

std::string foldedWord(std::string_view text, const IndexWord &word)
{
    return normalizeForIndex(text.substr(word.begin, word.end - word.begin)).text;
}

const WordValues &wordValues()
{
    static const WordValues values = [] {
        struct Row
        {
            int value;
            std::string_view words;
        };

        constexpr Row kRows[] = {{2, "two deux اثنان اثنين اثنتان اثنتين"},
                                 {3, "three trois ثلاث ثلاثة"},
                                 {4, "four quatre أربع أربعة"},
                                 {5, "five cinq خمس خمسة"},
                                 {6, "six ست ستة"},
                                 {7, "seven sept سبع سبعة"},
                                 {8, "eight huit ثمان ثماني ثمانية"},
                                 {9, "nine neuf تسع تسعة"},
                                 {10, "ten dix عشر عشرة"},
                                 {11, "eleven onze"},
                                 {12, "twelve douze"},
                                 {13, "thirteen treize"},
                                 {14, "fourteen quatorze"},
                                 {15, "fifteen quinze"},
                                 {16, "sixteen seize"},
                                 {17, "seventeen"},
                                 {18, "eighteen"},
                                 {19, "nineteen"},
                                 {20, "twenty vingt عشرون عشرين"},
                                 {30, "thirty trente ثلاثون ثلاثين"},
                                 {40, "forty quarante أربعون أربعين"},
                                 {50, "fifty cinquante خمسون خمسين"},
                                 {60, "sixty soixante ستون ستين"},
                                 {70, "seventy سبعون سبعين"},
                                 {80, "eighty ثمانون ثمانين"},
                                 {90, "ninety تسعون تسعين"},
                                 {100, "hundred cent مئة مائة"},
                                 {200, "مئتان مئتين"},
                                 {1000, "thousand mille ألف آلاف"}};
        WordValues map;
        for (const Row &row : kRows)
            for (const IndexWord &word : splitWords(row.words))
                map[foldedWord(row.words, word)] = row.value;
        return map;
    }();
    return values;
}

const WordUnits &units()
{
    static const WordUnits map = [] {
        constexpr std::string_view kRows[] = {"second seconds s sec secs seconde secondes ثانية ثوان ثواني",
                                              "millisecond milliseconds ms",
                                              "minute minutes min دقيقة دقائق",
                                              "hour hours h hrs heure heures ساعة ساعات",
                                              "day days jour jours يوم أيام يوما",
                                              "week weeks semaine semaines أسبوع أسابيع أسبوعا",
                                              "month months mois شهر أشهر شهور شهرا",
                                              "year years an ans année années سنة سنوات عام أعوام عاما",
                                              "percent pourcent بالمئة",
                                              "metre metres meter meters m mètre mètres متر أمتار مترا",
                                              "centimetre centimetres cm سم سنتيمتر",
                                              "kilometre kilometres km كم كيلومتر",
                                              "gram grams g gramme grammes غرام جرام",
                                              "kilogram kilograms kg كيلو كيلوغرام كيلوجرام",
                                              "litre litres liter liters l لتر لترا لترات",
                                              "byte bytes",
                                              "kb kilobyte kilobytes",
                                              "mb megabyte megabytes",
                                              "gb gigabyte gigabytes",
                                              "dollar dollars usd",
                                              "euro euros eur",
                                              "pound pounds gbp",
                                              "riyal riyals sar ريال ريالا ريالات",
                                              "rial omr",
                                              "page pages صفحة صفحات",
                                              "time times fois مرة مرات"};
        WordUnits made;
        for (const std::string_view row : kRows) {
            std::string first;
            for (const IndexWord &word : splitWords(row)) {
                if (first.empty())
                    first = foldedWord(row, word);
                made[foldedWord(row, word)] = first;
            }
        }
        return made;
    }();
    return map;
}

bool isDigit(char32_t c)
{
    return engine::isNumber(c);
}

/// Digits from `at` on, moved past them: with points as they are, without thousands separators, all as 0-9.
std::string digitsFrom(std::string_view text, std::size_t &at)
{
    constexpr std::size_t kThousands = 3;
    std::string value;
    std::string group;
    std::string separator;
    const auto close = [&] {
        const bool thousands = separator == "," && group.size() == kThousands;
        value += (separator.empty() || thousands ? "" : ".") + group;
        group.clear();
    };
    for (std::size_t next = at; next < text.size(); at = next) {
        char32_t c = engine::nextCodePoint(text, next);
        if (isDigit(c)) {
            group += normalizeForIndex(text.substr(at, next - at)).text;
            continue;
        }
        const bool point = c == U'.' || c == 0x066B;
        const bool comma = c == U',' || c == 0x066C;
        std::size_t after = next;
        if (!(point || comma) || next >= text.size() || !isDigit(engine::nextCodePoint(text, after)))
            break;
        close();
        separator = comma ? "," : ".";
    }
    close();
    return value;
}

/// What stands right after byte `end`: a percent sign, or a word that counts something.
std::string unitAfter(std::string_view text, std::size_t end)
{
    const std::size_t blank = text.find_first_not_of(' ', end);
    const std::string_view rest = text.substr(std::min(blank, text.size()));
    if (rest.starts_with("%") || rest.starts_with("\u066A"))
        return "percent";
    if (blank == std::string_view::npos || blank > end + 1)
        return {};
    std::size_t stop = 0;
    while (stop < rest.size()) {
        std::size_t next = stop;
        const char32_t c = engine::nextCodePoint(rest, next);
        if (!engine::isLetter(c) && !engine::isMark(c))
            break;
        stop = next;
    }
    const std::string word = normalizeForIndex(rest.substr(0, stop)).text;
    const auto unit = units().find(word);
    // Letters that stick to the digits are one, known or not: "15p".
    return unit != units().end() ? unit->second : blank == end ? word : std::string();
}

/// The value of a number word, also with the Arabic "and" on it; 0: none.
int valueOf(std::string_view folded, bool afterNumber)
{
    const auto found = wordValues().find(std::string(folded));
    if (found != wordValues().end())
        return found->second;
    constexpr std::string_view kAnd = "\u0648";
    return afterNumber && folded.starts_with(kAnd) ? valueOf(folded.substr(kAnd.size()), false) : 0;
}

} // namespace

std::vector<NumberInText> numbersIn(std::string_view text)
{
    const std::vector<IndexWord> words = splitWords(text);
    std::vector<NumberInText> numbers;
    for (std::size_t i = 0; i < words.size();) {
        NumberInText number{{}, {}, words[i].begin, words[i].end};
        std::size_t at = words[i].begin;
        std::size_t second = at;
        if (isDigit(engine::nextCodePoint(text, second))) {
            number.value = digitsFrom(text, at);
            number.end = std::uint32_t(at);
            while (i < words.size() && words[i].begin < at)
                ++i;
        } else if (int value = valueOf(foldedWord(text, words[i]), false); value > 0) {
            for (++i; i < words.size(); ++i) {
                const int more = valueOf(foldedWord(text, words[i]), true);
                if (more == 0 || words[i].begin > number.end + 1)
                    break;
                value = more >= 100 && more > value ? value * more : value + more;
                number.end = words[i].end;
            }
            number.value = std::to_string(value);
        } else {
            ++i;
            continue;
        }
        number.unit = unitAfter(text, number.end);
        numbers.push_back(std::move(number));
    }
    return numbers;
}

} // namespace rag
