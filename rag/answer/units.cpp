#include "rag/answer/units.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <iterator>

namespace rag {

namespace {

bool hasWord(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (engine::isLetter(c) || engine::isNumber(c))
            return true;
    }
    return false;
}

bool hasDigit(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();)
        if (engine::isNumber(engine::nextCodePoint(text, at)))
            return true;
    return false;
}

/// Short, without a stop at its end: names what follows, but says nothing. "4.2 Cancelling" too.
bool isHeading(std::string_view unit)
{
    constexpr std::size_t kLongestHeading = 70;
    constexpr std::string_view kStops[] = {".",      "!", ";",      ",",      "\u061B",
                                           "\u06D4", ")", "\u201D", "\u00BB", "]"};
    if (lengthOf(unit) > kLongestHeading)
        return false;
    if (std::any_of(std::begin(kStops), std::end(kStops),
                    [&](std::string_view stop) { return unit.ends_with(stop); }))
        return false;
    const std::size_t words = unit.find_first_not_of("0123456789. ");
    return words != std::string_view::npos && !hasDigit(unit.substr(words));
}

bool isRow(std::string_view line)
{
    return line.find(" | ") != std::string_view::npos || line.ends_with(" |") || line.starts_with("| ");
}

TextRange trimmed(std::string_view text, std::uint32_t begin, std::uint32_t end)
{
    while (begin < end && (text[begin] == ' ' || text[begin] == '\n' || text[begin] == '\t'))
        ++begin;
    while (end > begin && (text[end - 1] == ' ' || text[end - 1] == '\n' || text[end - 1] == '\t'))
        --end;
    return {begin, end};
}

std::string_view part(std::string_view text, TextRange range)
{
    return text.substr(range.begin, range.end - range.begin);
}

/// Sentences, each cut at its line ends.
std::vector<TextRange> piecesOf(std::string_view text)
{
    std::vector<TextRange> pieces;
    for (const TextRange &sentence : splitSentences(text)) {
        std::uint32_t begin = sentence.begin;
        while (begin < sentence.end) {
            const auto end = std::uint32_t(std::min(std::size_t(sentence.end), text.find('\n', begin)));
            const TextRange piece = trimmed(text, begin, end);
            if (piece.end > piece.begin && hasWord(part(text, piece)))
                pieces.push_back(piece);
            begin = end + 1;
        }
    }
    return pieces;
}

/// A table's row is one line, whatever full stops are in its cells.
std::vector<TextRange> withWholeRows(std::string_view text, const std::vector<TextRange> &pieces)
{
    std::vector<TextRange> whole;
    for (const TextRange &piece : pieces) {
        const std::size_t before = text.rfind('\n', piece.begin);
        const std::size_t lineBegin = before == std::string_view::npos ? 0 : before + 1;
        const std::size_t lineEnd = std::min(text.find('\n', piece.begin), text.size());
        const TextRange line = trimmed(text, std::uint32_t(lineBegin), std::uint32_t(lineEnd));
        if (!isRow(part(text, line)))
            whole.push_back(piece);
        else if (whole.empty() || whole.back().begin != line.begin)
            whole.push_back(line);
    }
    return whole;
}

} // namespace

std::vector<Unit> unitsOf(std::string_view text)
{
    std::vector<Unit> units;
    TextRange heading;
    TextRange header;
    bool inTable = false;
    for (const TextRange &piece : withWholeRows(text, piecesOf(text))) {
        const std::string_view words = part(text, piece);
        Unit unit{piece, {}, isRow(words), false, words.ends_with('?') || words.ends_with("\u061F")};
        if (unit.row) {
            unit.heading = !inTable;
            if (!inTable)
                header = piece;
            unit.lead = inTable ? header : heading;
        } else {
            unit.heading = isHeading(words);
            unit.lead = heading;
        }
        inTable = unit.row;
        if (unit.heading && !unit.row)
            heading = piece;
        units.push_back(unit);
    }
    return units;
}

std::size_t lengthOf(std::string_view text)
{
    return std::size_t(std::count_if(text.begin(), text.end(),
                                     [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TextRange densestPart(std::string_view text, TextRange range, std::size_t characters,
                      const std::function<double(const std::string &stem)> &weightOf)
{
    const std::string_view inside = part(text, range);
    const std::vector<IndexWord> words = splitWords(inside);
    std::vector<double> weights;
    for (const IndexWord &word : words)
        weights.push_back(weightOf(word.stem));
    TextRange best = range;
    double bestWeight = -1;
    double weight = 0;
    std::size_t last = 0;
    for (std::size_t first = 0; first < words.size(); ++first) {
        for (;
             last < words.size() &&
             lengthOf(inside.substr(words[first].begin, words[last].end - words[first].begin)) <= characters;
             ++last)
            weight += weights[last];
        if (last > first && weight > bestWeight + 1e-9) {
            bestWeight = weight;
            best = {range.begin + words[first].begin, range.begin + words[last - 1].end};
        }
        if (last > first)
            weight -= weights[first];
        last = std::max(last, first + 1);
    }
    return best;
}

} // namespace rag
