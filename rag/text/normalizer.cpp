#include "rag/text/normalizer.h"

#include "engine/base/unicode.h"

#include <utf8proc.h>

#include <array>

namespace rag {

namespace {

struct Range
{
    char32_t first;
    char32_t last;
};

/// Marks that spelling leaves out as often as not. Indic and Thai vowel signs are letters in all but name:
/// they stay.
constexpr Range kDroppedMarks[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05C7}, {0x0610, 0x061A},
    {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8},
    {0x06EA, 0x06ED}, {0x08D3, 0x08FF}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

/// The zeros of the decimal digits that NFKC leaves as they are (Unicode 15, DerivedNumericType).
constexpr char32_t kZeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
                               0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
                               0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
                               0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0};

bool isDropped(char32_t c)
{
    constexpr char32_t kTatweel = 0x0640;
    constexpr char32_t kArabicThousands = 0x066C;
    if (c < 0x0300)
        return c == 0x00AD;
    if (c == kTatweel || c == kArabicThousands)
        return true;
    for (const Range &range : kDroppedMarks) {
        if (c < range.first)
            break;
        if (c <= range.last)
            return true;
    }
    return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_CF;
}

/// What marks have not already told apart: Arabic letters of one sound and Persian forms of the same letter.
char32_t foldLetter(char32_t c)
{
    switch (c) {
    case 0x0671: // alef wasla
        return 0x0627;
    case 0x0629: // ta marbuta
    case 0x06C1: // heh goal
    case 0x06C3: // ta marbuta goal
    case 0x06D5: // ae
    case 0x06BE: // heh doachashmee
        return 0x0647;
    case 0x0649: // alef maksura
    case 0x06CC: // Farsi yeh
    case 0x06D2: // yeh barree
        return 0x064A;
    case 0x06A9: // keheh
        return 0x0643;
    case 0x066B: // Arabic decimal separator
        return U'.';
    case 0x2018:
    case 0x2019:
        return U'\'';
    case 0x2010:
    case 0x2011:
        return U'-';
    default:
        break;
    }
    if (c < 0x0660)
        return c;
    for (const char32_t zero : kZeros) {
        if (c >= zero && c < zero + 10)
            return U'0' + (c - zero);
    }
    return c;
}

/// Hangul and kana come apart under decomposition and are not put together again by what follows: left whole.
bool staysWhole(char32_t c)
{
    return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x3041 && c <= 0x30FE) || (c >= 0x4E00 && c <= 0x9FFF);
}

class Folder
{
public:
    explicit Folder(std::size_t expected)
    {
        m_out.text.reserve(expected);
        m_out.origin.reserve(expected + 1);
    }

    void addAscii(char c, std::uint32_t at)
    {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        const bool space = c == '\n' || c == '\t' || c == '\r' || c == '\f';
        const bool upper = c >= 'A' && c <= 'Z';
        const char folded = upper ? static_cast<char>(c + ('a' - 'A')) : (control && !space ? ' ' : c);
        m_out.text.push_back(folded);
        m_out.origin.push_back(at);
    }

    void add(char32_t c, std::uint32_t at)
    {
        if (staysWhole(c)) {
            append(c, at);
            return;
        }
        constexpr auto kOptions =
            static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
        std::array<utf8proc_int32_t, 32> parts{};
        int boundary = UTF8PROC_BOUNDCLASS_START;
        const auto count =
            utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                    static_cast<utf8proc_ssize_t>(parts.size()), kOptions, &boundary);
        if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size()))
            return;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const auto part = static_cast<char32_t>(parts[i]);
            if (!isDropped(part))
                append(foldLetter(part), at);
        }
    }

    IndexText finish(std::size_t sourceSize)
    {
        m_out.origin.push_back(static_cast<std::uint32_t>(sourceSize));
        return std::move(m_out);
    }

private:
    void append(char32_t c, std::uint32_t at)
    {
        engine::appendUtf8(m_out.text, c);
        m_out.origin.resize(m_out.text.size(), at);
    }

    IndexText m_out;
};

} // namespace

IndexText normalizeForIndex(std::string_view display)
{
    Folder folder(display.size());
    std::size_t at = 0;
    while (at < display.size()) {
        const auto begin = static_cast<std::uint32_t>(at);
        if (static_cast<unsigned char>(display[at]) < 0x80)
            folder.addAscii(display[at++], begin);
        else
            folder.add(engine::nextCodePoint(display, at), begin);
    }
    return folder.finish(display.size());
}

} // namespace rag
