#pragma once

#include "rag/chunk/chunker.h"

#include <string>
#include <vector>

namespace rag {

/// A sentence, or a part of one that is too long: the smallest thing a chunk is made of.
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

    std::uint32_t end() const { return begin + static_cast<std::uint32_t>(text.size()); }
};

/// The blocks of a page; a page without any but with text is one.
std::vector<Block> blocksOf(const PageContent &page);

/// Sentences of one block, each counted once; one longer than options.maxTokens is cut at spaces, and without
/// any space between characters.
/// @param from  where the piece before ended; moved to where the last one ends
std::vector<Piece> piecesOf(const PageContent &page, const Block &block, std::uint32_t &from,
                            const ChunkOptions &options, const CountTokens &countTokens);

/// A chunk without its section. Neighbours on a page share one segment, the white space between them in it; a
/// page break becomes a space, or a blank line where a sentence has ended.
Chunk joined(std::span<const Piece> pieces);

} // namespace rag
