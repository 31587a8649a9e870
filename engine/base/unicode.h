#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

/// The code point at `at` and moves past it; malformed bytes give U+FFFD, one for each maximal ill-formed part
/// (Unicode 15, table 3-8).
char32_t nextCodePoint(std::string_view text, std::size_t &at);
void appendUtf8(std::string &text, char32_t codePoint);
/// Malformed parts replaced by U+FFFD.
std::string validUtf8(std::string_view text);
bool isValidUtf8(std::string_view text);
/// Bytes at the end of `text` that begin a character which is not whole yet: 0..3.
std::size_t incompleteTail(std::string_view text);

bool isLetter(char32_t c);     ///< general category L*
bool isMark(char32_t c);       ///< M*
bool isNumber(char32_t c);     ///< N*
bool isPunctuation(char32_t c); ///< P*
bool isSymbol(char32_t c);     ///< S*
bool isWhitespace(char32_t c); ///< property White_Space
bool isControl(char32_t c);    ///< Cc, Cf, Cn-free: C0/C1 controls and format characters
char32_t toLower(char32_t c);
bool isRightToLeft(char32_t c); ///< bidi class R or AL

enum class NormalForm { Nfc, Nfd, Nfkc, Nfkd };
std::string normalize(std::string_view text, NormalForm form);

} // namespace engine
