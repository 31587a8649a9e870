#include "engine/base/unicode.h"
#include "engine/tokenizer/pre_tokenizer.h"

#include <algorithm>
#include <span>
#include <string>

// The matchers, in the words of the regular expressions that the models publish. Alternatives are tried in
// their order and runs are greedy; where an expression would have to give characters back, the code says how.

namespace engine {
namespace {

struct Here
{
    char32_t c = 0;
    std::uint8_t is = 0; ///< CharClass bits
    std::size_t end = 0; ///< where the next character begins
};

/// The character at `at`; nothing (no class, end == at) at the end of the text. A malformed byte is a symbol.
Here look(std::string_view text, std::size_t at)
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
std::size_t runOf(std::string_view text, std::size_t at, unsigned classes)
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
std::size_t runWithout(std::string_view text, std::size_t at, unsigned classes)
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

bool isNewline(char32_t c)
{
    return c == '\r' || c == '\n';
}

std::size_t runOfNewlines(std::string_view text, std::size_t at)
{
    while (at < text.size() && isNewline(static_cast<unsigned char>(text[at]))) {
        ++at;
    }
    return at;
}

/// \s+(?!\S)|\s+ : white space, but the last of it is left to the word behind it.
std::size_t spaces(std::string_view text, std::size_t at)
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
std::size_t linesOrSpaces(std::string_view text, std::size_t at)
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
std::size_t contraction(std::string_view text, std::size_t at, bool anyCase)
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

std::size_t llama3(std::string_view text, std::size_t at)
{
    return cl100k(text, at, 3);
}

std::size_t qwen2(std::string_view text, std::size_t at)
{
    return cl100k(text, at, 1);
}

/// \p{N}{1,3}
std::size_t threeDigits(std::string_view text, std::size_t at)
{
    for (int digits = 0; digits < 3 && (look(text, at).is & kNumber) != 0; ++digits) {
        at = look(text, at).end;
    }
    return at;
}

/// [0-9][0-9][0-9]
std::size_t threeAsciiDigits(std::string_view text, std::size_t at)
{
    const auto isDigit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    return isDigit(at) && isDigit(at + 1) && isDigit(at + 2) ? at + 3 : at;
}

/// [\r\n]
std::size_t newline(std::string_view text, std::size_t at)
{
    return isNewline(static_cast<unsigned char>(text[at])) ? at + 1 : at;
}

/// \s+$ (no line end is left inside by then)
std::size_t spacesAtEnd(std::string_view text, std::size_t at)
{
    const std::size_t end = runOf(text, at, kWhitespace);
    return end == text.size() ? end : at;
}

/// [\p{P}\$\+<=>\^~\|]+
std::size_t punctuationRun(std::string_view text, std::size_t at)
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

/// [\p{P}\$\+<=>\^~\|`]+
std::size_t punctuationRunWithGrave(std::string_view text, std::size_t at)
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

/// \s?[classes]+
std::size_t spaceAndRun(std::string_view text, std::size_t at, unsigned classes)
{
    const Here here = look(text, at);
    const std::size_t start = (here.is & kWhitespace) != 0 ? here.end : at;
    const std::size_t end = runOf(text, start, classes);
    return end > start ? end : at;
}

std::size_t spaceAndLetters(std::string_view text, std::size_t at)
{
    return spaceAndRun(text, at, kLetter);
}

std::size_t spaceAndPunctuation(std::string_view text, std::size_t at)
{
    return spaceAndRun(text, at, kPunctuation);
}

struct Range
{
    char32_t first;
    char32_t last;
};

/// The letters that DeepSeek LLM names one by one (bicameral scripts; sorted).
constexpr Range kDeepSeekLetters[] = {
    {0x41, 0x5A},       {0x61, 0x7A},       {0xB5, 0xB5},       {0xC0, 0xD6},       {0xD8, 0xF6},
    {0xF8, 0x1BA},      {0x1BC, 0x1BF},     {0x1C4, 0x293},     {0x295, 0x2AF},     {0x370, 0x373},
    {0x376, 0x376},     {0x377, 0x377},     {0x37B, 0x37D},     {0x37F, 0x37F},     {0x386, 0x386},
    {0x388, 0x38A},     {0x38C, 0x38C},     {0x38E, 0x3A1},     {0x3A3, 0x3F5},     {0x3F7, 0x481},
    {0x48A, 0x52F},     {0x531, 0x556},     {0x10A0, 0x10C5},   {0x13A0, 0x13F5},   {0x13F8, 0x13FD},
    {0x1C90, 0x1CBA},   {0x1CBD, 0x1CBF},   {0x1D00, 0x1D2B},   {0x1D6B, 0x1D77},   {0x1D79, 0x1D9A},
    {0x1E00, 0x1F15},   {0x1F18, 0x1F1D},   {0x1F20, 0x1F45},   {0x1F48, 0x1F4D},   {0x1F50, 0x1F57},
    {0x1F59, 0x1F59},   {0x1F5B, 0x1F5B},   {0x1F5D, 0x1F5D},   {0x1F5F, 0x1F7D},   {0x1F80, 0x1FB4},
    {0x1FB6, 0x1FBC},   {0x1FBE, 0x1FBE},   {0x1FC2, 0x1FC4},   {0x1FC6, 0x1FCC},   {0x1FD0, 0x1FD3},
    {0x1FD6, 0x1FDB},   {0x1FE0, 0x1FEC},   {0x1FF2, 0x1FF4},   {0x1FF6, 0x1FFC},   {0x2102, 0x2102},
    {0x2107, 0x2107},   {0x210A, 0x2113},   {0x2115, 0x2115},   {0x2119, 0x211D},   {0x2124, 0x2124},
    {0x2126, 0x2126},   {0x2128, 0x2128},   {0x212A, 0x212D},   {0x212F, 0x2134},   {0x2139, 0x2139},
    {0x213C, 0x213F},   {0x2145, 0x2149},   {0x214E, 0x214E},   {0x2183, 0x2183},   {0x2184, 0x2184},
    {0x2C00, 0x2C7B},   {0x2C7E, 0x2CE4},   {0x2CEB, 0x2CEE},   {0x2CF2, 0x2CF2},   {0x2CF3, 0x2CF3},
    {0xA640, 0xA66D},   {0xA680, 0xA69B},   {0xA722, 0xA76F},   {0xA771, 0xA787},   {0xA78B, 0xA78E},
    {0xAB70, 0xABBF},   {0xFB00, 0xFB06},   {0xFB13, 0xFB17},   {0xFF21, 0xFF3A},   {0xFF41, 0xFF5A},
    {0x10400, 0x1044F}, {0x104B0, 0x104D3}, {0x104D8, 0x104FB}, {0x10C80, 0x10CB2}, {0x10CC0, 0x10CF2},
    {0x118A0, 0x118DF}, {0x1E900, 0x1E943}};
constexpr Range kDeepSeekPunctuation[] = {{'!', '/'},       {':', '~'},       {0xFF01, 0xFF0F},
                                          {0xFF1A, 0xFF5E}, {0x2018, 0x201F}, {0x3000, 0x3002}};
constexpr Range kDeepSeekCjk[] = {{0x4E00, 0x9FA5}, {0x0800, 0x4E00}, {0xAC00, 0xD7FF}};
constexpr Range kDeepSeekV3Cjk[] = {{0x4E00, 0x9FA5}, {0x3040, 0x309F}, {0x30A0, 0x30FF}};

std::size_t runOfRanges(std::string_view text, std::size_t at, std::span<const Range> ranges)
{
    while (at < text.size()) {
        const Here here = look(text, at);
        if (std::none_of(ranges.begin(), ranges.end(),
                         [&](Range r) { return here.c >= r.first && here.c <= r.last; })) {
            break;
        }
        at = here.end;
    }
    return at;
}

std::size_t deepSeekLetters(std::string_view text, std::size_t at)
{
    const auto isLetter = [](char32_t c) {
        if (c < 0x80) {
            return (charClass(c) & kLetter) != 0;
        }
        const auto *range = std::upper_bound(std::begin(kDeepSeekLetters), std::end(kDeepSeekLetters), c,
                                             [](char32_t value, Range r) { return value < r.first; });
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

/// U+3000 is white space and one of the punctuation at once: \s? takes it and gives it back if nothing
/// follows.
std::size_t deepSeekPunctuation(std::string_view text, std::size_t at)
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

std::size_t deepSeekCjk(std::string_view text, std::size_t at)
{
    return runOfRanges(text, at, kDeepSeekCjk);
}

std::size_t deepSeekV3Cjk(std::string_view text, std::size_t at)
{
    return runOfRanges(text, at, kDeepSeekV3Cjk);
}

/// [ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
/// ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t deepSeekV3(std::string_view text, std::size_t at)
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

/// A class as its expression is spelt, for comparing.
std::string spelt(std::string_view before, std::span<const Range> ranges, std::string_view after)
{
    std::string regex(before);
    for (const Range range : ranges) {
        appendUtf8(regex, range.first);
        if (range.last > range.first) {
            regex.push_back('-');
            appendUtf8(regex, range.last);
        }
    }
    return regex.append(after);
}

struct NamedRules
{
    std::string_view name;
    std::vector<SplitRule> rules;
};

const std::vector<NamedRules> &namedRules()
{
    using namespace rules;
    static const std::vector<NamedRules> all = [] {
        const std::vector<SplitRule> gpt{gpt2};
        const std::vector<SplitRule> llama{llama3};
        const std::vector<SplitRule> qwen{qwen2};
        const std::vector<SplitRule> digitsApart{digit, gpt2};
        return std::vector<NamedRules>{
            {"gpt-2", gpt},
            {"phi-2", gpt},
            {"mpt", gpt},
            {"olmo", gpt},
            {"jina-es", gpt},
            {"jina-de", gpt},
            {"jina-v2-es", gpt},
            {"jina-v2-de", gpt},
            {"roberta-bpe", gpt},
            {"modern-bert", gpt},
            {"jais", gpt},
            {"llama-bpe", llama},
            {"llama3", llama},
            {"llama-v3", llama},
            {"falcon3", llama},
            {"pixtral", llama},
            {"smaug-bpe", llama},
            {"dbrx", llama},
            {"chatglm-bpe", llama},
            {"glm4", llama},
            {"qwen2", qwen},
            {"deepseek-r1-qwen", qwen},
            {"stablelm2", qwen},
            {"smollm", digitsApart},
            {"starcoder", digitsApart},
            {"refact", digitsApart},
            {"command-r", digitsApart},
            {"codeshell", digitsApart},
            {"exaone", digitsApart},
            {"minerva-7b", digitsApart},
            {"deepseek-llm",
             {newline, deepSeekLetters, deepSeekPunctuation, spacesAtEnd, deepSeekCjk, digit}},
            {"deepseek-coder", {newline, spaceAndLetters, spaceAndPunctuation, deepSeekCjk, digit}},
            {"deepseek-v3", {threeDigits, deepSeekV3Cjk, deepSeekV3}},
            {"falcon", {punctuationRunWithGrave, gpt2, threeAsciiDigits}},
            {"default", {punctuationRun, gpt2, digits, threeAsciiDigits}}};
    }();
    return all;
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

std::size_t PreTokenizer::next(std::string_view text, std::size_t at)
{
    return look(text, at).end;
}

Result<PreTokenizer> PreTokenizer::named(std::string_view name)
{
    for (const NamedRules &known : namedRules()) {
        if (known.name == name) {
            return PreTokenizer(known.rules);
        }
    }
    return fail(ErrorCode::Unsupported, "pre-tokenizer \"" + std::string(name) + "\"");
}

SplitRule ruleOfRegex(std::string_view regex)
{
    struct Known
    {
        std::string regex;
        SplitRule rule;
    };

    constexpr std::string_view kTail = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    constexpr std::string_view kHead = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)";
    static const std::vector<Known> all{
        {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", rules::gpt2},
        {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", rules::gpt2},
        {std::string(kHead).append(R"(\p{N}{1,3})").append(kTail), llama3},
        {std::string(kHead).append(R"(\p{N})").append(kTail), qwen2},
        {R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)",
         llama3},
        {R"(\p{N})", rules::digit},
        {R"(\p{N}+)", rules::digits},
        {R"(\p{N}{1,3})", threeDigits},
        {R"([0-9][0-9][0-9])", threeAsciiDigits},
        {"[\r\n]", newline},
        {R"([\r\n])", newline},
        {R"(\s?\p{L}+)", spaceAndLetters},
        {R"(\s?\p{P}+)", spaceAndPunctuation},
        {R"(\s+$)", spacesAtEnd},
        {spelt(R"(\s?[)", kDeepSeekLetters, "]+"), deepSeekLetters},
        {spelt(R"(\s?[)", kDeepSeekPunctuation, "]+"), deepSeekPunctuation},
        {spelt("[", kDeepSeekCjk, "]+"), deepSeekCjk},
        {spelt("[", kDeepSeekV3Cjk, "]+"), deepSeekV3Cjk},
        {R"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         deepSeekV3},
        {R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         deepSeekV3}};
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const Known &entry) { return entry.regex == regex; });
    return known == all.end() ? nullptr : known->rule;
}

} // namespace engine
