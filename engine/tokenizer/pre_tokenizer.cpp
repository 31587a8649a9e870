#include "engine/tokenizer/pre_tokenizer.h"

#include "engine/base/unicode.h"
#include "engine/tokenizer/pre_rules.h"

#include <algorithm>
#include <span>
#include <string>

namespace engine {
namespace {

/// A class as its expression is spelt, for comparing.
std::string spelt(std::string_view before, std::span<const CharRange> ranges, std::string_view after)
{
    std::string regex(before);
    for (const CharRange range : ranges) {
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

std::size_t PreTokenizer::next(std::string_view text, std::size_t at)
{
    nextCodePoint(text, at);
    return at;
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
    using namespace rules;

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
