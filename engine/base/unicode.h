#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// UTF-8 steps, character classes and normal forms (Unicode 15, tables of utf8proc). All functions are pure,
/// take any bytes, and are safe from any thread.
namespace engine {

namespace detail {
char32_t nextBeyondAscii(std::string_view text, std::size_t &at);
} // namespace detail

/// The code point at `at` and moves past it; malformed bytes give U+FFFD, one for each maximal ill-formed
/// part (Unicode 15, table 3-8). `at` must be below text.size().
inline char32_t nextCodePoint(std::string_view text, std::size_t &at)
{
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
        ++at;
        return byte;
    }
    return detail::nextBeyondAscii(text, at);
}

/// U+FFFD for a surrogate or a number beyond U+10FFFF.
void appendUtf8(std::string &text, char32_t codePoint);
/// Malformed parts replaced by U+FFFD.
std::string validUtf8(std::string_view text);
bool isValidUtf8(std::string_view text);
/// Bytes at the end of `text` that begin a character which is not whole yet: 0..3.
std::size_t incompleteTail(std::string_view text);

/// Where the extended grapheme cluster (UAX #29) that begins at `at` ends. `at` must be below text.size().
std::size_t graphemeEnd(std::string_view text, std::size_t at);

/// What a character is, as a set of bits: one look-up where a scanner asks several questions.
enum CharClass : std::uint8_t {
    kLetter = 1,       ///< general category L*
    kMark = 2,         ///< M*
    kNumber = 4,       ///< N*
    kPunctuation = 8,  ///< P*
    kSymbol = 16,      ///< S*
    kWhitespace = 32,  ///< property White_Space
    kControl = 64,     ///< Cc, Cf: C0/C1 controls and format characters
    kRightToLeft = 128 ///< bidi class R or AL
};

namespace detail {
std::uint8_t classBeyondAscii(char32_t c);

inline constexpr auto kAsciiClasses = [] {
    constexpr std::string_view kSymbols = "$+<=>^`|~";
    std::array<std::uint8_t, 128> classes{};
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const auto letter = static_cast<char>(c | 0x20);
        if (c < 0x20 || c == 0x7F) {
            classes[c] = c >= 0x09 && c <= 0x0D ? kControl | kWhitespace : kControl;
        } else if (c == ' ') {
            classes[c] = kWhitespace;
        } else if (letter >= 'a' && letter <= 'z' && c >= 'A') {
            classes[c] = kLetter;
        } else if (c >= '0' && c <= '9') {
            classes[c] = kNumber;
        } else {
            classes[c] =
                kSymbols.find(static_cast<char>(c)) != std::string_view::npos ? kSymbol : kPunctuation;
        }
    }
    return classes;
}();
} // namespace detail

inline std::uint8_t charClass(char32_t c)
{
    return c < 0x80 ? detail::kAsciiClasses[c] : detail::classBeyondAscii(c);
}

inline bool isLetter(char32_t c)
{
    return (charClass(c) & kLetter) != 0;
}

inline bool isMark(char32_t c)
{
    return (charClass(c) & kMark) != 0;
}

inline bool isNumber(char32_t c)
{
    return (charClass(c) & kNumber) != 0;
}

inline bool isPunctuation(char32_t c)
{
    return (charClass(c) & kPunctuation) != 0;
}

inline bool isSymbol(char32_t c)
{
    return (charClass(c) & kSymbol) != 0;
}

inline bool isWhitespace(char32_t c)
{
    return (charClass(c) & kWhitespace) != 0;
}

inline bool isControl(char32_t c)
{
    return (charClass(c) & kControl) != 0;
}

inline bool isRightToLeft(char32_t c)
{
    return (charClass(c) & kRightToLeft) != 0;
}

/// The simple (one to one) lower case mapping.
char32_t toLower(char32_t c);
/// Category Lu or Lt: a capital letter.
bool isCapital(char32_t c);
/// Category Ll: a small letter.
bool isSmall(char32_t c);
/// Category Mn: a mark that takes no room of its own (accents, Arabic vowel signs).
bool isNonspacingMark(char32_t c);

enum class NormalForm { Nfc, Nfd, Nfkc, Nfkd };
/// UAX #15; malformed parts become U+FFFD. Linear but for the sorting of a run of marks, whatever the text.
std::string normalize(std::string_view text, NormalForm form);

} // namespace engine
