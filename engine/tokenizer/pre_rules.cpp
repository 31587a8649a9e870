#include "engine/tokenizer/pre_rules.h"

#include "engine/tokenizer/pre_scan.h"

#include <algorithm>
#include <span>

// The matchers, in the words of the regular expressions that the models publish. Alternatives are tried in
// their order and runs are greedy; where an expression would have to give characters back, the code says how.

namespace engine {

using namespace scan;

namespace {

/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,most}|
/// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t cl100k(std::string_view text, std::size_t at, int mostDigits)
{
    if (const std::size_t length = contraction(text, at, true); length > 0) {
        return at + length;
    }
    const Here here = look(text, at);
    if ((here.is & kLetter) != 0) {
        return runOf(text, here.end, kLetter);
    }
    if ((here.is & kNumber) != 0) {
        std::size_t end = here.end;
        for (int digits = 1; digits < mostDigits && (look(text, end).is & kNumber) != 0; ++digits) {
            end = look(text, end).end;
        }
        return end;
    }
    const Here after = look(text, here.end);
    if (!isNewline(here.c) && (after.is & kLetter) != 0) {
        return runOf(text, after.end, kLetter);
    }
    constexpr unsigned kNotOther = kWhitespace | kLetter | kNumber;
    if ((here.is & kWhitespace) == 0) {
        return runOfNewlines(text, runWithout(text, here.end, kNotOther));
    }
    if (here.c == ' ' && here.end < text.size() && (after.is & kNotOther) == 0) {
        return runOfNewlines(text, runWithout(text, after.end, kNotOther));
    }
    return linesOrSpaces(text, at);
}

/// \s?[classes]+
std::size_t spaceAndRun(std::string_view text, std::size_t at, unsigned classes)
{
    const Here here = look(text, at);
    const std::size_t start = (here.is & kWhitespace) != 0 ? here.end : at;
    const std::size_t end = runOf(text, start, classes);
    return end > start ? end : at;
}

std::size_t runOfRanges(std::string_view text, std::size_t at, std::span<const CharRange> ranges)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if (std::none_of(ranges.begin(), ranges.end(),
                         [&](CharRange r) { return here.c >= r.first && here.c <= r.last; })) {
            break;
        }
        at = here.end;
    }
    return at;
}

} // namespace

std::size_t rules::gpt2(std::string_view text, std::size_t at)
{
    if (const std::size_t length = contraction(text, at, false); length > 0) {
        return at + length;
    }
    const Here here = look(text, at);
    const bool blank = here.c == ' ' && here.end < text.size();
    const Here word = blank ? look(text, here.end) : here;
    if ((word.is & kLetter) != 0) {
        return runOf(text, word.end, kLetter);
    }
    if ((word.is & kNumber) != 0) {
        return runOf(text, word.end, kNumber);
    }
    if ((word.is & kWhitespace) == 0) {
        return runWithout(text, word.end, kWhitespace | kLetter | kNumber);
    }
    return spaces(text, at);
}

std::size_t rules::digit(std::string_view text, std::size_t at)
{
    const Here here = look(text, at);
    return (here.is & kNumber) != 0 ? here.end : at;
}

std::size_t rules::digits(std::string_view text, std::size_t at)
{
    return runOf(text, at, kNumber);
}

std::size_t rules::whitespace(std::string_view text, std::size_t at)
{
    return runOf(text, at, kWhitespace);
}

std::size_t rules::punctuation(std::string_view text, std::size_t at)
{
    const Here here = look(text, at);
    return (here.is & kPunctuation) != 0 || (here.c < 0x80 && (here.is & kSymbol) != 0) ? here.end : at;
}

std::size_t rules::llama3(std::string_view text, std::size_t at)
{
    return cl100k(text, at, 3);
}

std::size_t rules::qwen2(std::string_view text, std::size_t at)
{
    return cl100k(text, at, 1);
}

std::size_t rules::threeDigits(std::string_view text, std::size_t at)
{
    for (int digits = 0; digits < 3 && (look(text, at).is & kNumber) != 0; ++digits) {
        at = look(text, at).end;
    }
    return at;
}

std::size_t rules::threeAsciiDigits(std::string_view text, std::size_t at)
{
    const auto isDigit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    return isDigit(at) && isDigit(at + 1) && isDigit(at + 2) ? at + 3 : at;
}

std::size_t rules::newline(std::string_view text, std::size_t at)
{
    return isNewline(static_cast<unsigned char>(text[at])) ? at + 1 : at;
}

std::size_t rules::spacesAtEnd(std::string_view text, std::size_t at)
{
    const std::size_t end = runOf(text, at, kWhitespace);
    return end == text.size() ? end : at;
}

std::size_t rules::punctuationRun(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if ((here.is & kPunctuation) == 0 && (here.c >= 0x80 || (here.is & kSymbol) == 0 || here.c == '`')) {
            break;
        }
        at = here.end;
    }
    return at;
}

std::size_t rules::punctuationRunWithGrave(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if ((here.is & kPunctuation) == 0 && (here.c >= 0x80 || (here.is & kSymbol) == 0)) {
            break;
        }
        at = here.end;
    }
    return at;
}

std::size_t rules::spaceAndLetters(std::string_view text, std::size_t at)
{
    return spaceAndRun(text, at, kLetter);
}

std::size_t rules::spaceAndPunctuation(std::string_view text, std::size_t at)
{
    return spaceAndRun(text, at, kPunctuation);
}

std::size_t rules::deepSeekLetters(std::string_view text, std::size_t at)
{
    const auto isLetter = [](char32_t c) {
        if (c < 0x80) {
            return (charClass(c) & kLetter) != 0;
        }
        const auto *range = std::upper_bound(std::begin(kDeepSeekLetters), std::end(kDeepSeekLetters), c,
                                             [](char32_t value, CharRange r) { return value < r.first; });
        return range != std::begin(kDeepSeekLetters) && c <= std::prev(range)->last;
    };
    const Here here = look(text, at);
    const std::size_t start = (here.is & kWhitespace) != 0 ? here.end : at;
    std::size_t end = start;
    while (end < text.size() && isLetter(look(text, end).c)) {
        end = look(text, end).end;
    }
    return end > start ? end : at;
}

std::size_t rules::deepSeekPunctuation(std::string_view text, std::size_t at)
{
    const Here here = look(text, at);
    if ((here.is & kWhitespace) != 0) {
        const std::size_t end = runOfRanges(text, here.end, kDeepSeekPunctuation);
        if (end > here.end) {
            return end;
        }
    }
    return runOfRanges(text, at, kDeepSeekPunctuation);
}

std::size_t rules::deepSeekCjk(std::string_view text, std::size_t at)
{
    return runOfRanges(text, at, kDeepSeekCjk);
}

std::size_t rules::deepSeekV3Cjk(std::string_view text, std::size_t at)
{
    return runOfRanges(text, at, kDeepSeekV3Cjk);
}

std::size_t rules::deepSeekV3(std::string_view text, std::size_t at)
{
    const Here here = look(text, at);
    const Here after = look(text, here.end);
    const auto isAsciiLetter = [](const Here &which) { return which.c < 0x80 && (which.is & kLetter) != 0; };
    if (here.c < 0x80 && (here.is & (kPunctuation | kSymbol)) != 0 && isAsciiLetter(after)) {
        std::size_t end = after.end;
        while (end < text.size() && isAsciiLetter(look(text, end))) {
            ++end;
        }
        return end;
    }
    constexpr unsigned kWord = kLetter | kMark;
    constexpr unsigned kSign = kPunctuation | kSymbol;
    if ((here.is & kWord) != 0) {
        return runOf(text, here.end, kWord);
    }
    if (!isNewline(here.c) && (here.is & kSign) == 0 && (after.is & kWord) != 0) {
        return runOf(text, after.end, kWord);
    }
    if ((here.is & kSign) != 0) {
        return runOfNewlines(text, runOf(text, here.end, kSign));
    }
    if (here.c == ' ' && (after.is & kSign) != 0) {
        return runOfNewlines(text, runOf(text, after.end, kSign));
    }
    return (here.is & kWhitespace) != 0 ? linesOrSpaces(text, at) : at;
}

} // namespace engine
