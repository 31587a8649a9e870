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

/// The list of llama.cpp's converter, as far as we know the expressions. The first of several equal ones is
/// what preTokenizerLike finds.
const std::vector<PreTokenizerKind> &kinds()
{
    using namespace rules;
    static const std::vector<PreTokenizerKind> all = [] {
        const std::vector<SplitRule> gpt{gpt2};
        const std::vector<SplitRule> llama{llama3};
        const std::vector<SplitRule> qwen{qwen2};
        const std::vector<SplitRule> digitsApart{digit, gpt2};
        std::vector<PreTokenizerKind> kinds{
            {"olmo", gpt, true},
            {"mpt", gpt, true},
            {"qwen2", qwen, true},
            {"deepseek-r1-qwen", qwen, true},
            {"megrez", qwen, true},
            {"deepseek-llm",
             {newline, deepSeekLetters, deepSeekPunctuation, spacesAtEnd, deepSeekCjk, digit}},
            {"deepseek-coder", {newline, spaceAndLetters, spaceAndPunctuation, deepSeekCjk, digit}},
            {"deepseek-v3", {threeDigits, deepSeekV3Cjk, deepSeekV3}},
            {"tekken", {tekken}, false, true, true},
            {"falcon", {punctuationRunWithGrave, gpt2, threeAsciiDigits}},
            {"default", {punctuationRun, gpt2, digits, threeAsciiDigits}}};
        const auto add = [&](const PreTokenizerKind &like, std::initializer_list<std::string_view> names) {
            for (const std::string_view name : names) {
                kinds.push_back(like);
                kinds.back().name = name;
            }
        };
        add({{}, gpt}, {"gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en",
                        "jina-v2-code", "roberta-bpe", "modern-bert", "jais", "gigachat", "mellum", "a.x-4.0",
                        "exaone4", "trillion", "granite-docling"});
        add({{}, llama, false, true, true},
            {"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"});
        add({{}, llama}, {"smaug-bpe", "dbrx", "chatglm-bpe", "glm4"});
        add({{}, qwen}, {"stablelm2", "hunyuan", "solar-open", "grok-2", "kormo", "f2llmv2"});
        add({{}, digitsApart},
            {"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b", "mellum2"});
        add({{}, {gpt4o}}, {"gpt-4o", "llama4", "kanana2"});
        return kinds;
    }();
    return all;
}

} // namespace

std::size_t PreTokenizer::next(std::string_view text, std::size_t at)
{
    nextCodePoint(text, at);
    return at;
}

Result<const PreTokenizerKind *> preTokenizerNamed(std::string_view name)
{
    for (const PreTokenizerKind &kind : kinds()) {
        if (kind.name == name) {
            return &kind;
        }
    }
    return fail(ErrorCode::Unsupported, "pre-tokenizer \"" + std::string(name) + "\"");
}

const PreTokenizerKind *preTokenizerLike(const std::vector<SplitRule> &rules, bool composes, bool wholeWords)
{
    for (const PreTokenizerKind &kind : kinds()) {
        if (kind.rules == rules && kind.composes == composes && kind.wholeWords == wholeWords) {
            return &kind;
        }
    }
    return nullptr;
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
        {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         rules::tekken},
        {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
         rules::gpt4o},
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
