#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <iterator>

namespace rag {

namespace {

/// Words whose full stop does not end a sentence: English and French, lower case, without that stop.
constexpr std::string_view kAbbreviations[] = {
    "al",   "approx", "art", "bd",   "c.-à-d", "ca",   "cap",  "cf",  "ch",   "chap", "co",
    "corp", "dept",   "dr",  "e.g",  "ed",     "eds",  "env",  "eq",  "eqs",  "ex",   "fig",
    "figs", "i.e",    "inc", "jr",   "ltd",    "m",    "mm",   "mme", "mr",   "mrs",  "ms",
    "no",   "nos",    "p",   "p.ex", "pp",     "prof", "resp", "sec", "sect", "sr",   "st",
    "tab",  "tel",    "viz", "vol",  "vols",   "vs",   "n.b",  "op",  "tél"};

bool isCjkEnd(char32_t c)
{
    return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF61;
}

/// Sentence enders other than the full stop: ! ? ؟ ؛ ۔ … and the danda.
bool isPlainEnd(char32_t c)
{
    return c == U'!' || c == U'?' || c == 0x061F || c == 0x061B || c == 0x06D4 || c == 0x2026 || c == 0x0964;
}

bool isClosing(char32_t c)
{
    return c == U'"' || c == U'\'' || c == U')' || c == U']' || c == 0x201D || c == 0x2019 || c == 0x00BB ||
           c == 0x300D || c == 0x300F || c == 0xFF09;
}

char32_t peek(std::string_view text, std::size_t at)
{
    return at < text.size() ? engine::nextCodePoint(text, at) : 0;
}

std::size_t skipSpace(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        std::size_t next = at;
        if (!engine::isWhitespace(engine::nextCodePoint(text, next)))
            break;
        at = next;
    }
    return at;
}

std::string lowerCase(std::string_view word)
{
    std::string out;
    std::size_t at = 0;
    while (at < word.size())
        engine::appendUtf8(out, engine::toLower(engine::nextCodePoint(word, at)));
    return out;
}

bool isLower(char32_t c)
{
    return (c >= U'a' && c <= U'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7);
}

/// Whether the full stop at `stop` ends the sentence that began at `begin`.
bool stopEnds(std::string_view text, std::size_t begin, std::size_t stop, std::size_t after)
{
    const std::size_t next = skipSpace(text, after);
    if (next == after && next < text.size())
        return false; // inside a number, a file name, an abbreviation
    if (isLower(peek(text, next)))
        return false;
    const std::size_t space = text.substr(0, stop).find_last_of(" \t\n(");
    std::size_t wordBegin = std::max(begin, space == std::string_view::npos ? std::size_t{0} : space + 1);
    const std::string_view word = text.substr(wordBegin, stop - wordBegin);
    const bool onlyNumber =
        !word.empty() && word.size() <= 4 &&
        std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    if (onlyNumber && wordBegin == begin)
        return false; // "3. The third point"
    if (word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z')
        return false; // an initial
    const std::string lower = lowerCase(word);
    return std::find(std::begin(kAbbreviations), std::end(kAbbreviations), lower) == std::end(kAbbreviations);
}

void addTrimmed(std::vector<TextRange> &out, std::string_view text, std::size_t begin, std::size_t end)
{
    begin = std::min(skipSpace(text, begin), end);
    while (end > begin &&
           (text[end - 1] == ' ' || text[end - 1] == '\n' || text[end - 1] == '\t' || text[end - 1] == '\r'))
        --end;
    if (begin < end)
        out.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

} // namespace

std::vector<TextRange> splitSentences(std::string_view text)
{
    std::vector<TextRange> out;
    std::size_t begin = 0;
    std::size_t at = 0;
    const auto cut = [&](std::size_t end) {
        addTrimmed(out, text, begin, end);
        begin = skipSpace(text, end);
        at = std::max(at, begin);
    };
    while (at < text.size()) {
        const std::size_t here = at;
        const char32_t c = engine::nextCodePoint(text, at);
        if (c == U'\n') {
            if (peek(text, at) == U'\n')
                cut(here);
            continue;
        }
        if (c != U'.' && !isPlainEnd(c) && !isCjkEnd(c))
            continue;
        std::size_t after = at;
        for (char32_t next = peek(text, after); isClosing(next) || isPlainEnd(next) || next == U'.';
             next = peek(text, after))
            engine::nextCodePoint(text, after);
        const bool spaceFollows = after >= text.size() || engine::isWhitespace(peek(text, after));
        if (isCjkEnd(c) || (isPlainEnd(c) && spaceFollows) ||
            (c == U'.' && stopEnds(text, begin, here, after)))
            cut(after);
        else
            at = after;
    }
    addTrimmed(out, text, begin, text.size());
    return out;
}

} // namespace rag
