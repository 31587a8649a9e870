#include "engine/tokenizer/pre_rules.h"
#include "engine/tokenizer/pre_scan.h"

// Expressions that part a word where a small letter is followed by a capital: Mistral's Tekken and GPT-4o's.

namespace engine {

using namespace scan;

namespace {

/// Letters without case and marks are of both classes.
bool isUpperClass(const Here &here)
{
    return (here.is & kMark) != 0 || ((here.is & kLetter) != 0 && !isSmall(here.c));
}

bool isLowerClass(const Here &here)
{
    return (here.is & kMark) != 0 || ((here.is & kLetter) != 0 && !isCapital(here.c));
}

std::size_t runOfLower(std::string_view text, std::size_t at)
{
    for (Here here = look(text, at); here.end > at && isLowerClass(here); here = look(text, at)) {
        at = here.end;
    }
    return at;
}

struct UpperRun
{
    std::size_t end;
    std::size_t
        lastOfBoth; ///< where the last character of it begins that is of the lower class, too; end: none
};

UpperRun runOfUpper(std::string_view text, std::size_t at)
{
    std::size_t both = std::string_view::npos;
    for (Here here = look(text, at); here.end > at && isUpperClass(here); here = look(text, at)) {
        both = isLowerClass(here) ? at : both;
        at = here.end;
    }
    return {at, both == std::string_view::npos ? at : both};
}

/// U*L+ : the first takes all it can and gives back from its end until the second has something. `at`: no
/// match.
std::size_t upperThenLower(std::string_view text, std::size_t at)
{
    const UpperRun upper = runOfUpper(text, at);
    if (const std::size_t end = runOfLower(text, upper.end); end > upper.end) {
        return end;
    }
    return upper.lastOfBoth < upper.end ? runOfLower(text, upper.lastOfBoth) : at;
}

/// U+L*
std::size_t upperMaybeLower(std::string_view text, std::size_t at)
{
    const UpperRun upper = runOfUpper(text, at);
    return upper.end > at ? runOfLower(text, upper.end) : at;
}

/// Both kinds of words, each with one character before it that is no letter, number or line end, if that
/// helps.
std::size_t casedWord(std::string_view text, std::size_t at)
{
    const Here first = look(text, at);
    const bool mayLead = (first.is & (kLetter | kNumber)) == 0 && !isNewline(first.c);
    for (const auto word : {upperThenLower, upperMaybeLower}) {
        if (mayLead) {
            if (const std::size_t end = word(text, first.end); end > first.end) {
                return end;
            }
        }
        if (const std::size_t end = word(text, at); end > at) {
            return end;
        }
    }
    return at;
}

std::size_t runOfNewlinesAndSlashes(std::string_view text, std::size_t at)
{
    while (at < text.size() && (isNewline(static_cast<unsigned char>(text[at])) || text[at] == '/')) {
        ++at;
    }
    return at;
}

std::size_t casedRule(std::string_view text, std::size_t at, bool contractions, int mostDigits)
{
    if (const std::size_t end = casedWord(text, at); end > at) {
        return contractions && end < text.size() ? end + contraction(text, end, true) : end;
    }
    const Here here = look(text, at);
    if ((here.is & kNumber) != 0) {
        std::size_t end = here.end;
        for (int digits = 1; digits < mostDigits && (look(text, end).is & kNumber) != 0; ++digits) {
            end = look(text, end).end;
        }
        return end;
    }
    constexpr unsigned kNotOther = kWhitespace | kLetter | kNumber;
    const std::size_t start = here.c == ' ' ? here.end : at;
    if (const std::size_t end = runWithout(text, start, kNotOther); end > start) {
        return runOfNewlinesAndSlashes(text, end);
    }
    return (here.is & kWhitespace) != 0 ? linesOrSpaces(text, at) : at;
}

} // namespace

std::size_t rules::tekken(std::string_view text, std::size_t at)
{
    return casedRule(text, at, false, 1);
}

std::size_t rules::gpt4o(std::string_view text, std::size_t at)
{
    return casedRule(text, at, true, 3);
}

} // namespace engine
