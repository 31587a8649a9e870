#pragma once

#include "rag/chunk/chunker.h"

#include <span>
#include <string>
#include <vector>

namespace rag {

/// A sentence, a row of a table, a caption, or a part of one that is too long: the smallest thing a chunk is
/// made of.
struct Piece
{
    int page = 0;
    std::uint32_t begin = 0; ///< in PageContent::text
    std::string gap;         ///< the white space before it, back to the piece before it on its page
    std::string text;
    int tokens = 0;
    bool heading = false;
    bool opensBlock = false; ///< the first of its paragraph
    bool whole = true;       ///< a whole sentence
    bool ends = true;        ///< the paragraph did not break off here: its last character ends a sentence
    int table = 0;           ///< a row: the number of its table, from 1
    bool leads = false;      ///< as a heading, belongs to what follows: a table's caption or head
    bool again = false;      ///< stands in the chunk a second time: the head over later rows

    std::uint32_t end() const { return begin + static_cast<std::uint32_t>(text.size()); }
};

/// The blocks of a page; a page without any but with text is one.
std::vector<Block> blocksOf(const PageContent &page);

/// Whether the block is the head of the table that the next one holds: one line break parts them.
bool isHeadOf(const Block &block, const Block &next);

/// From the back: blocks of small type that begin with a number or a sign. @return their indices, ascending
std::vector<std::size_t> footnotesOf(const PageContent &page, std::span<const Block> blocks);

/// Sentences of one block, or rows, or the whole of a caption; each counted once; one longer than
/// options.maxTokens is cut at spaces, and without any space between characters.
/// @param from  where the piece before ended; moved to where the last one ends
std::vector<Piece> piecesOf(const PageContent &page, const Block &block, std::uint32_t &from,
                            const ChunkOptions &options, const CountTokens &countTokens);

/// A chunk without its section. Neighbours on a page share one segment, the white space between them in it; a
/// page break becomes a space, or a blank line where a sentence has ended.
Chunk joined(std::span<const Piece> pieces);

} // namespace rag
