#include "rag/chunk/pieces.h"

#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <map>

namespace rag {

namespace {

constexpr std::string_view kSpaces = " \t\n\r";

/// The first place between two characters at or after `at`.
std::size_t nextCharacter(std::string_view text, std::size_t at)
{
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
        ++at;
    return at;
}

/// Where to cut near `wanted`: at the last space of the part before it, else between two characters.
std::size_t cutNear(std::string_view text, std::size_t wanted)
{
    const std::size_t space = text.find_last_of(kSpaces, wanted);
    return space != text.npos && space > wanted / 2 ? space : nextCharacter(text, wanted);
}

struct Part
{
    TextRange range;
    int tokens = 0;
};

/// Cuts [range) until each part fits; counts a part once.
void cutToFit(std::string_view text, TextRange range, int tokens, const ChunkOptions &options,
              const CountTokens &countTokens, std::vector<Part> &parts)
{
    const std::size_t size = range.end - range.begin;
    if (tokens <= options.maxTokens || size < 2) {
        parts.push_back({range, tokens});
        return;
    }
    const std::size_t share = std::max<std::size_t>(1, size * static_cast<std::size_t>(options.targetTokens) /
                                                           static_cast<std::size_t>(tokens));
    while (range.begin < range.end) {
        const std::string_view rest = text.substr(range.begin, range.end - range.begin);
        const std::size_t cut =
            rest.size() <= share ? rest.size() : cutNear(rest, std::min(share, rest.size() - 1));
        const TextRange part{range.begin, range.begin + static_cast<std::uint32_t>(cut)};
        if (cut == size) { // one character
            parts.push_back({part, tokens});
            return;
        }
        cutToFit(text, part, countTokens(text.substr(part.begin, cut)), options, countTokens, parts);
        const std::size_t next = text.find_first_not_of(kSpaces, part.end);
        range.begin = static_cast<std::uint32_t>(std::min<std::size_t>(next, range.end));
    }
}

bool endsSentence(std::string_view text)
{
    constexpr std::string_view kEnds[] = {".", "!", "?", ":", "؟", "؛", "۔", "…", "。", "！", "？"};
    constexpr std::string_view kClosing[] = {"\"", "'", ")", "]", "”", "’", "»"};
    for (const std::string_view mark : kClosing)
        if (text.ends_with(mark))
            text.remove_suffix(mark.size());
    return std::any_of(std::begin(kEnds), std::end(kEnds),
                       [&](std::string_view end) { return text.ends_with(end); });
}

std::vector<TextRange> rowsOf(std::string_view text)
{
    std::vector<TextRange> rows;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (end > begin)
            rows.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        begin = end + 1;
    }
    return rows;
}

/// What is never cut apart if it fits.
std::vector<TextRange> unitsOf(std::string_view text, BlockKind kind)
{
    if (kind == BlockKind::Table)
        return rowsOf(text);
    if (kind == BlockKind::Caption)
        return {{0, static_cast<std::uint32_t>(text.size())}};
    return splitSentences(text);
}

bool beginsNote(std::string_view text)
{
    constexpr std::string_view kSigns[] = {"*", "†", "‡", "§", "¶", "["};
    const std::string digits = normalizeForIndex(text.substr(0, nextCharacter(text, 1))).text;
    return (!digits.empty() && digits[0] >= '0' && digits[0] <= '9') ||
           std::any_of(std::begin(kSigns), std::end(kSigns),
                       [&](std::string_view sign) { return text.starts_with(sign); });
}

/// Size of most of the text; 0 where sizes are unknown.
float bodySize(std::span<const Block> blocks)
{
    std::map<float, std::size_t> bytes;
    for (const Block &block : blocks)
        if (block.kind == BlockKind::Body)
            bytes[block.fontSize] += block.end - block.begin;
    const auto most = std::max_element(bytes.begin(), bytes.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    return most == bytes.end() ? 0 : most->first;
}

} // namespace

bool isHeadOf(const Block &block, const Block &next)
{
    return block.kind == BlockKind::Table && next.kind == BlockKind::Table && next.begin == block.end + 1;
}

std::vector<std::size_t> footnotesOf(const PageContent &page, std::span<const Block> blocks)
{
    constexpr float kSmall = 0.94F;
    const float body = bodySize(blocks);
    std::size_t first = blocks.size();
    for (std::size_t i = blocks.size(); i > 0; --i) {
        const Block &block = blocks[i - 1];
        if (block.kind == BlockKind::Running)
            continue;
        if (block.kind != BlockKind::Body || block.fontSize >= kSmall * body)
            break;
        if (beginsNote(std::string_view(page.text).substr(block.begin, block.end - block.begin)))
            first = i - 1;
    }
    std::vector<std::size_t> notes;
    for (std::size_t i = first; i < blocks.size(); ++i)
        if (blocks[i].kind != BlockKind::Running)
            notes.push_back(i);
    return notes;
}

std::vector<Block> blocksOf(const PageContent &page)
{
    std::vector<Block> blocks;
    for (const Block &block : page.blocks)
        if (block.begin < block.end && block.end <= page.text.size())
            blocks.push_back(block);
    if (blocks.empty() && !page.text.empty())
        blocks.push_back({0, static_cast<std::uint32_t>(page.text.size()), BlockKind::Body, 0});
    return blocks;
}

std::vector<Piece> piecesOf(const PageContent &page, const Block &block, std::uint32_t &from,
                            const ChunkOptions &options, const CountTokens &countTokens)
{
    const std::string_view text = page.text;
    std::vector<Piece> pieces;
    const bool table = block.kind == BlockKind::Table;
    for (const TextRange &sentence : unitsOf(text.substr(block.begin, block.end - block.begin), block.kind)) {
        const TextRange range{block.begin + sentence.begin, block.begin + sentence.end};
        std::vector<Part> parts;
        cutToFit(text, range, countTokens(text.substr(range.begin, range.end - range.begin)), options,
                 countTokens, parts);
        for (const auto &[part, tokens] : parts) {
            Piece piece;
            piece.page = page.page;
            piece.begin = part.begin;
            piece.gap = from <= part.begin ? text.substr(from, part.begin - from) : std::string_view();
            if (piece.gap.find_first_not_of(" \n") != std::string::npos)
                piece.gap.clear(); // a running header or footer: they are no neighbours
            piece.text = text.substr(part.begin, part.end - part.begin);
            piece.tokens = tokens;
            piece.heading = block.kind == BlockKind::Heading;
            piece.opensBlock = pieces.empty();
            piece.whole = parts.size() == 1;
            piece.ends = part.end == range.end && (table || block.kind == BlockKind::Caption ||
                                                   part.end < block.end || endsSentence(piece.text));
            from = part.end;
            pieces.push_back(std::move(piece));
        }
    }
    return pieces;
}

Chunk joined(std::span<const Piece> pieces)
{
    Chunk chunk;
    const Piece *before = nullptr;
    for (const Piece &piece : pieces) {
        const bool neighbours =
            before && before->page == piece.page && before->end() + piece.gap.size() == piece.begin;
        if (neighbours) {
            chunk.text += piece.gap;
            chunk.segments.back().length += static_cast<std::uint32_t>(piece.gap.size() + piece.text.size());
        } else {
            if (before)
                chunk.text += before->table > 0 && before->table == piece.table ? "\n"
                              : before->ends || piece.heading                   ? "\n\n"
                                                                                : " ";
            chunk.segments.push_back({piece.page, piece.begin, static_cast<std::uint32_t>(chunk.text.size()),
                                      static_cast<std::uint32_t>(piece.text.size())});
        }
        chunk.text += piece.text;
        chunk.tokens += piece.tokens;
        before = &piece;
    }
    // A head that is repeated from the page before does not make the passage begin there.
    bool any = false;
    for (const Piece &piece : pieces) {
        if (piece.again)
            continue;
        chunk.page = any ? std::min(chunk.page, piece.page) : piece.page;
        chunk.lastPage = any ? std::max(chunk.lastPage, piece.page) : piece.page;
        any = true;
    }
    return chunk;
}

} // namespace rag
