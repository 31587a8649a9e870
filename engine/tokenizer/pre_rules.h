#pragma once

#include <cstddef>
#include <string_view>

namespace engine {

struct CharRange
{
    char32_t first;
    char32_t last;
};

/// The letters that DeepSeek LLM names one by one (bicameral scripts; sorted).
inline constexpr CharRange kDeepSeekLetters[] = {
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
inline constexpr CharRange kDeepSeekPunctuation[] = {{'!', '/'},       {':', '~'},       {0xFF01, 0xFF0F},
                                                     {0xFF1A, 0xFF5E}, {0x2018, 0x201F}, {0x3000, 0x3002}};
inline constexpr CharRange kDeepSeekCjk[] = {{0x4E00, 0x9FA5}, {0x0800, 0x4E00}, {0xAC00, 0xD7FF}};
inline constexpr CharRange kDeepSeekV3Cjk[] = {{0x4E00, 0x9FA5}, {0x3040, 0x309F}, {0x30A0, 0x30FF}};

/// Matchers of the regular expressions in the comments (SplitRule of pre_tokenizer.h).
namespace rules {
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t gpt2(std::string_view text, std::size_t at);
/// \p{N}
std::size_t digit(std::string_view text, std::size_t at);
/// \p{N}+
std::size_t digits(std::string_view text, std::size_t at);
/// White space, which then is a word of its own.
std::size_t whitespace(std::string_view text, std::size_t at);
/// \p{P} or ASCII punctuation, each on its own (BERT).
std::size_t punctuation(std::string_view text, std::size_t at);
/// GPT-4's expression with \p{N}{1,3}, as Llama 3 has it
std::size_t llama3(std::string_view text, std::size_t at);
/// the same with \p{N}
std::size_t qwen2(std::string_view text, std::size_t at);
/// \p{N}{1,3}
std::size_t threeDigits(std::string_view text, std::size_t at);
/// [0-9][0-9][0-9]
std::size_t threeAsciiDigits(std::string_view text, std::size_t at);
/// [\r\n]
std::size_t newline(std::string_view text, std::size_t at);
/// \s+$ (no line end is left inside by then)
std::size_t spacesAtEnd(std::string_view text, std::size_t at);
/// [\p{P}\$\+<=>\^~\|]+
std::size_t punctuationRun(std::string_view text, std::size_t at);
/// [\p{P}\$\+<=>\^~\|`]+
std::size_t punctuationRunWithGrave(std::string_view text, std::size_t at);
std::size_t spaceAndLetters(std::string_view text, std::size_t at);
std::size_t spaceAndPunctuation(std::string_view text, std::size_t at);
std::size_t deepSeekLetters(std::string_view text, std::size_t at);
/// U+3000 is white space and one of the punctuation at once: \s? takes it and gives it back if nothing
/// follows.
std::size_t deepSeekPunctuation(std::string_view text, std::size_t at);
std::size_t deepSeekCjk(std::string_view text, std::size_t at);
std::size_t deepSeekV3Cjk(std::string_view text, std::size_t at);
/// [ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
/// ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t deepSeekV3(std::string_view text, std::size_t at);
// In pre_rules_case.cpp. With U for [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L for [\p{Ll}\p{Lm}\p{Lo}\p{M}]:
/// [^\r\n\p{L}\p{N}]?U*L+|[^\r\n\p{L}\p{N}]?U+L*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t tekken(std::string_view text, std::size_t at);
/// The same with (?i:'s|'t|'re|'ve|'m|'ll|'d)? after both kinds of words, and \p{N}{1,3}
std::size_t gpt4o(std::string_view text, std::size_t at);
} // namespace rules

} // namespace engine
