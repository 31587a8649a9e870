#include "engine/base/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

namespace engine {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kTableEnd = 0x10000;

const utf8proc_property_t &propertyOf(char32_t c)
{
    return *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
}

/// The continuation bytes that a lead byte asks for, and the range of the first of them (Unicode 15, table
/// 3-7).
struct Lead
{
    std::uint8_t more = 0;
    std::uint8_t least = 0x80;
    std::uint8_t most = 0xBF;
};

constexpr Lead leadOf(std::uint8_t byte)
{
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {1};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return {2, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return {3, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
    }
    return {};
}

bool isWhiteSpaceProperty(char32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

std::uint8_t categoryClass(utf8proc_propval_t category)
{
    switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return kLetter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return kMark;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return kNumber;
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
        return kPunctuation;
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
        return kSymbol;
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return kControl;
    default:
        return 0;
    }
}

std::uint8_t computeClass(char32_t c)
{
    const utf8proc_property_t &property = propertyOf(c);
    unsigned bits = categoryClass(property.category);
    if (isWhiteSpaceProperty(c)) {
        bits |= kWhitespace;
    }
    if (property.bidi_class == UTF8PROC_BIDI_CLASS_R || property.bidi_class == UTF8PROC_BIDI_CLASS_AL) {
        bits |= kRightToLeft;
    }
    return static_cast<std::uint8_t>(bits);
}

using ClassTable = std::array<std::uint8_t, kTableEnd>;

const ClassTable &classTable()
{
    static const ClassTable table = [] {
        ClassTable classes;
        for (char32_t c = 0; c < kTableEnd; ++c) {
            classes[c] = computeClass(c);
        }
        return classes;
    }();
    return table;
}

utf8proc_option_t optionsOf(NormalForm form)
{
    int options = UTF8PROC_STABLE;
    options |= form == NormalForm::Nfc || form == NormalForm::Nfkc ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    options |= form == NormalForm::Nfkc || form == NormalForm::Nfkd ? UTF8PROC_COMPAT : 0;
    return static_cast<utf8proc_option_t>(options);
}

using CodePoints = std::vector<utf8proc_int32_t>;

void decompose(char32_t c, utf8proc_option_t options, CodePoints &out)
{
    std::array<utf8proc_int32_t, 32> parts;
    int boundary = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(), parts.size(),
                                               options, &boundary);
    if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
        out.push_back(static_cast<utf8proc_int32_t>(c));
        return;
    }
    out.insert(out.end(), parts.begin(), parts.begin() + count);
}

/// Canonical ordering (UAX #15, D109). utf8proc has it too, but as an insertion sort: a page of marks would
/// never end.
void orderMarks(CodePoints &points)
{
    const auto classOf = [](utf8proc_int32_t c) {
        return propertyOf(static_cast<char32_t>(c)).combining_class;
    };
    auto at = points.begin();
    while (at != points.end()) {
        const auto end = std::find_if(at, points.end(), [&](auto c) { return classOf(c) == 0; });
        if (end - at > 1) {
            std::stable_sort(at, end, [&](auto left, auto right) { return classOf(left) < classOf(right); });
        }
        at = end == points.end() ? end : end + 1;
    }
}

void normalizePoints(CodePoints &points, utf8proc_option_t options)
{
    orderMarks(points);
    if ((options & UTF8PROC_COMPOSE) != 0) {
        const auto length =
            utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()), options);
        points.resize(length < 0 ? points.size() : static_cast<std::size_t>(length));
    }
}

/// A bit for each normal form in which a character stays as it is and never joins what stands before it: text
/// may be cut in front of it, and a text of such characters alone is normal already.
using StableTable = std::array<std::uint8_t, kTableEnd>;

constexpr std::array<NormalForm, 4> kForms{NormalForm::Nfc, NormalForm::Nfd, NormalForm::Nfkc,
                                           NormalForm::Nfkd};

unsigned formBit(NormalForm form)
{
    return 1U << static_cast<unsigned>(form);
}

constexpr unsigned kComposedBits = 0b0101; // of Nfc and Nfkc
constexpr unsigned kAllBits = 0b1111;

bool isHangulSyllable(char32_t c)
{
    return c >= 0xAC00 && c <= 0xD7A3;
}

bool isConjoiningJamo(char32_t c)
{
    return c >= 0x1160 && c <= 0x11FF;
}

/// Fills the entry of a character with a decomposition, and takes away the bit of what it is composed from.
void markDecomposable(char32_t c, StableTable &stable, std::vector<bool> &joins)
{
    unsigned bits = 0;
    for (const NormalForm form : kForms) {
        CodePoints points;
        decompose(c, optionsOf(form), points);
        const bool canonical = form == NormalForm::Nfd;
        if (canonical) {
            for (std::size_t i = 1; i < points.size(); ++i) {
                joins[static_cast<std::size_t>(points[i]) % kTableEnd] = true;
            }
        }
        normalizePoints(points, optionsOf(form));
        if (points.size() == 1 && points.front() == static_cast<utf8proc_int32_t>(c)) {
            bits |= formBit(form);
        }
    }
    stable[c] = static_cast<std::uint8_t>(bits);
}

const StableTable &stableTable()
{
    static const StableTable table = [] {
        StableTable stable;
        std::vector<bool> joins(kTableEnd, false);
        for (char32_t c = 0; c < kTableEnd; ++c) {
            const utf8proc_property_t &property = propertyOf(c);
            if (isHangulSyllable(c)) {
                stable[c] = kComposedBits;
            } else if (property.decomp_seqindex != UINT16_MAX) {
                markDecomposable(c, stable, joins);
            } else {
                stable[c] = kAllBits;
            }
        }
        for (char32_t c = 0; c < kTableEnd; ++c) {
            if (propertyOf(c).combining_class != 0) {
                stable[c] = 0;
            } else if (joins[c] || isConjoiningJamo(c)) {
                stable[c] = static_cast<std::uint8_t>(stable[c] & ~kComposedBits);
            }
        }
        return stable;
    }();
    return table;
}

bool isStable(const StableTable &table, char32_t c, unsigned bit)
{
    if (c < kTableEnd) {
        return (table[c] & bit) != 0;
    }
    return c >= 0x1F300 && c <= 0x1FAFF; // emoji; anything else out there takes the long way
}

} // namespace

char32_t detail::nextBeyondAscii(std::string_view text, std::size_t &at)
{
    const auto byteAt = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byteAt(at++);
    const Lead lead = leadOf(first);
    if (lead.more == 0) {
        return kReplacement;
    }
    auto point = static_cast<char32_t>(first & (0x3FU >> lead.more));
    for (unsigned i = 0; i < lead.more; ++i) {
        const std::uint8_t least = i == 0 ? lead.least : std::uint8_t{0x80};
        const std::uint8_t most = i == 0 ? lead.most : std::uint8_t{0xBF};
        if (at >= text.size() || byteAt(at) < least || byteAt(at) > most) {
            return kReplacement;
        }
        point = (point << 6) | (byteAt(at++) & 0x3FU);
    }
    return point;
}

void appendUtf8(std::string &text, char32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        c = kReplacement;
    }
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

std::string validUtf8(std::string_view text)
{
    if (isValidUtf8(text)) {
        return std::string(text);
    }
    std::string valid;
    valid.reserve(text.size() + 8);
    for (std::size_t at = 0; at < text.size();) {
        appendUtf8(valid, nextCodePoint(text, at));
    }
    return valid;
}

bool isValidUtf8(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (nextCodePoint(text, at) == kReplacement && text.substr(start, at - start) != "\xEF\xBF\xBD") {
            return false;
        }
    }
    return true;
}

std::size_t incompleteTail(std::string_view text)
{
    const std::size_t most = std::min<std::size_t>(3, text.size());
    for (std::size_t length = 1; length <= most; ++length) {
        const std::string_view tail = text.substr(text.size() - length);
        const Lead lead = leadOf(static_cast<std::uint8_t>(tail.front()));
        if (lead.more == 0) {
            continue;
        }
        std::size_t at = 0;
        nextCodePoint(tail, at);
        return at == length && length <= lead.more ? length : 0; // else whole, or broken for good
    }
    return 0;
}

std::size_t graphemeEnd(std::string_view text, std::size_t at)
{
    utf8proc_int32_t state = 0;
    auto before = static_cast<utf8proc_int32_t>(nextCodePoint(text, at));
    while (at < text.size()) {
        std::size_t next = at;
        const auto c = static_cast<utf8proc_int32_t>(nextCodePoint(text, next));
        if (utf8proc_grapheme_break_stateful(before, c, &state)) {
            break;
        }
        before = c;
        at = next;
    }
    return at;
}

std::uint8_t detail::classBeyondAscii(char32_t c)
{
    if (c < kTableEnd) {
        static const ClassTable &table = classTable();
        return table[c];
    }
    return c <= 0x10FFFF ? computeClass(c) : std::uint8_t{0};
}

char32_t toLower(char32_t c)
{
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    return c <= 0x10FFFF ? static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))) : c;
}

bool isCapital(char32_t c)
{
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool isSmall(char32_t c)
{
    return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_LL;
}

bool isNonspacingMark(char32_t c)
{
    return c >= 0x300 && c <= 0x10FFFF && propertyOf(c).category == UTF8PROC_CATEGORY_MN;
}

std::string normalize(std::string_view text, NormalForm form)
{
    const StableTable &table = stableTable();
    const unsigned bit = formBit(form);
    const utf8proc_option_t options = optionsOf(form);
    std::string normal;
    normal.reserve(text.size());
    CodePoints points;
    std::size_t copied = 0; // text before it is in `normal`
    std::size_t last = 0;   // start of the last stable character
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = at;
        char32_t c = nextCodePoint(text, at);
        if (isStable(table, c, bit) && c != kReplacement) {
            last = start;
            continue;
        }
        // From the last stable character to the next one, everything may move.
        normal.append(text.substr(copied, last - copied));
        points.clear();
        at = last;
        bool begun = false;
        while (at < text.size()) {
            const std::size_t here = at;
            c = nextCodePoint(text, at);
            if (begun && here > start && isStable(table, c, bit)) {
                at = here;
                break;
            }
            decompose(c, options, points);
            begun = true;
        }
        normalizePoints(points, options);
        for (const utf8proc_int32_t point : points) {
            appendUtf8(normal, static_cast<char32_t>(point));
        }
        copied = last = at;
    }
    normal.append(text.substr(copied));
    return normal;
}

} // namespace engine
