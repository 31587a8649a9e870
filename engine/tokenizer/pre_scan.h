#pragma once

#include "engine/base/unicode.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

// Steps that the matchers of pre-tokenizers are made of.
namespace engine::scan {

struct Here
{
    char32_t c = 0;
    std::uint8_t is = 0; ///< CharClass bits
    std::size_t end = 0; ///< where the next character begins
};

/// The character at `at`; nothing (no class, end == at) at the end of the text. A malformed byte is a symbol.
inline Here look(std::string_view text, std::size_t at)
{
    Here here;
    here.end = at;
    if (at < text.size()) {
        here.c = nextCodePoint(text, here.end);
        here.is = charClass(here.c);
    }
    return here;
}

/// Past the characters that have one of `classes`.
inline std::size_t runOf(std::string_view text, std::size_t at, unsigned classes)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if ((here.is & classes) == 0) {
            break;
        }
        at = here.end;
    }
    return at;
}

/// Past the characters that have none of `classes`.
inline std::size_t runWithout(std::string_view text, std::size_t at, unsigned classes)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if ((here.is & classes) != 0) {
            break;
        }
        at = here.end;
    }
    return at;
}

inline bool isNewline(char32_t c)
{
    return c == '\r' || c == '\n';
}

inline std::size_t runOfNewlines(std::string_view text, std::size_t at)
{
    while (at < text.size() && isNewline(static_cast<unsigned char>(text[at]))) {
        ++at;
    }
    return at;
}

/// \s+(?!\S)|\s+ : white space, but the last of it is left to the word behind it.
inline std::size_t spaces(std::string_view text, std::size_t at)
{
    std::size_t last = at;
    std::size_t end = at;
    while (end < text.size()) {
        const Here here = look(text, end);
        if ((here.is & kWhitespace) == 0) {
            break;
        }
        last = end;
        end = here.end;
    }
    return end == text.size() || last == at ? end : last;
}

/// \s*[\r\n]+|\s+(?!\S)|\s+ : the first gives back what follows the last line end.
inline std::size_t linesOrSpaces(std::string_view text, std::size_t at)
{
    std::size_t lineEnd = at;
    for (std::size_t end = at; end < text.size();) {
        const Here here = look(text, end);
        if ((here.is & kWhitespace) == 0) {
            break;
        }
        end = here.end;
        lineEnd = isNewline(here.c) ? end : lineEnd;
    }
    return lineEnd > at ? lineEnd : spaces(text, at);
}

/// 's|'t|'re|'ve|'m|'ll|'d : the length, 0 for none.
inline std::size_t contraction(std::string_view text, std::size_t at, bool anyCase)
{
    if (text[at] != '\'' || at + 1 == text.size()) {
        return 0;
    }
    const auto letter = [&](std::size_t i) -> char {
        const char c = i < text.size() ? text[i] : '\0';
        return anyCase && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    };
    const char first = letter(at + 1);
    const char second = letter(at + 2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
        return 2;
    }
    if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
        (first == 'l' && second == 'l')) {
        return 3;
    }
    const bool longS = anyCase && text.substr(at + 1).starts_with("\u017F"); // folds to s
    return longS ? 3 : 0;
}

} // namespace engine::scan
