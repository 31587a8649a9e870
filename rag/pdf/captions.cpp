#include "rag/pdf/captions.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <string>

namespace rag::order {

namespace {

constexpr std::string_view kLabels[] = {
    "figure", "fig.",    "fig",     "table",     "tab.",         "listing", "algorithm", "scheme",
    "chart",  "exhibit", "plate",   "abbildung", "abb.",         "tabelle", "tableau",   "graphique",
    "figura", "tabla",   "tabella", "tabela",    "illustration", "شكل",     "الشكل",     "جدول",
    "الجدول", "صورة",    "الصورة",  "رسم",       "مخطط",         "شکل",     "تصویر",     "نمودار",
};

constexpr std::string_view kBoxTitles[] = {
    "note",      "notes",   "tip",           "tips",    "caution", "warning", "important", "attention",
    "hint",      "remark",  "info",          "example", "danger",  "notice",  "remarque",  "astuce",
    "important", "exemple", "avertissement", "hinweis", "achtung", "warnung", "tipp",      "beispiel",
    "nota",      "aviso",   "ejemplo",       "ملاحظة",  "تنبيه",   "تحذير",   "مهم",       "نصيحة",
    "هام",       "مثال",    "تلميح",         "نکته",    "توجه",    "هشدار",
};

std::string lowered(std::string_view text, std::size_t most)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size() && out.size() < most)
        engine::appendUtf8(out, engine::toLower(engine::nextCodePoint(text, at)));
    return out;
}

bool isDigit(char32_t c)
{
    return (c >= U'0' && c <= U'9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9);
}

bool isSignAfterNumber(char32_t c)
{
    return c == U':' || c == U'.' || c == U'|' || c == 0x2013 || c == 0x2014 || c == U'-' || c == 0xFF1A;
}

/// What follows the label, from its number on.
bool isNumbered(std::string_view rest)
{
    std::size_t at = 0;
    bool digit = false;
    bool sign = false;
    std::size_t length = 0;
    std::size_t next = 0;
    while (next < rest.size() && length < 9) {
        const char32_t c = engine::nextCodePoint(rest, next);
        const bool letter = length == 0 && c >= U'A' && c <= U'Z';
        if (!isDigit(c) && !letter && c != U'.' && c != U'-')
            break;
        digit = digit || isDigit(c);
        sign = c == U'.' || c == U'-';
        ++length;
        at = next;
    }
    if (!digit)
        return false;
    rest.remove_prefix(at);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty() || sign)
        return true;
    at = 0;
    const char32_t c = engine::nextCodePoint(rest, at);
    if (isSignAfterNumber(c))
        return true;
    constexpr std::size_t kLongest = 120;
    const bool title = c >= U'A' && c <= U'Z';
    return title && rest.size() <= kLongest && rest.back() != '.' && rest.find(". ") == rest.npos;
}

} // namespace

bool beginsCaption(std::string_view text)
{
    constexpr std::size_t kLongestLabel = 16;
    const std::string start = lowered(text, kLongestLabel);
    return std::any_of(std::begin(kLabels), std::end(kLabels), [&](std::string_view label) {
        if (!start.starts_with(label) || text.size() <= label.size())
            return false;
        std::string_view rest = text.substr(label.size());
        const bool apart = rest.front() == ' ' || label.back() == '.';
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        return apart && isNumbered(rest);
    });
}

bool isBoxTitle(std::string_view text)
{
    constexpr std::size_t kLongest = 32;
    while (!text.empty() && (text.back() == ':' || text.back() == '!' || text.back() == '.' ||
                             text.back() == ' ' || (text.back() >= '0' && text.back() <= '9')))
        text.remove_suffix(1);
    if (text.empty() || text.size() > kLongest)
        return false;
    const std::string title = lowered(text, kLongest + 1);
    return std::find(std::begin(kBoxTitles), std::end(kBoxTitles), title) != std::end(kBoxTitles);
}

bool beginsNote(std::string_view text)
{
    constexpr std::string_view kSigns[] = {"*", "†", "‡", "§", "¶", "["};
    if (text.empty())
        return false;
    std::size_t at = 0;
    const bool sign = std::any_of(std::begin(kSigns), std::end(kSigns),
                                  [&](std::string_view one) { return text.starts_with(one); });
    return sign || isDigit(engine::nextCodePoint(text, at));
}

} // namespace rag::order
