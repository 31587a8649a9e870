#pragma once

#include "rag/types.h"

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace rag {

struct ChunkOptions
{
    int targetTokens = 250; ///< of the embedding model's tokenizer, special tokens not counted
    int maxTokens = 350;
    int overlapTokens = 40; ///< whole sentences repeated from the chunk before
};

/// Number of tokens that `text` (UTF-8) takes in the embedding model.
using CountTokens = std::function<int(std::string_view text)>;

/// Cuts pages into passages small enough to embed: at headings first, then sentences, then spaces; a chunk
/// may run over a page break within a section. Tables are cut between rows, and their head stands again over
/// the rows of each chunk: a segment that leads back to where it is printed, which may be a page before. Page
/// by page, so that ingestion can stop and go on: `Chunker` keeps what is open, and the same pages always
/// give the same chunks. Movable, not copyable.
class Chunker
{
public:
    /// @param outline  gives section titles where the file has one; else headings found by font size do
    Chunker(const ChunkOptions &options, CountTokens countTokens, std::vector<OutlineItem> outline);
    ~Chunker();
    Chunker(Chunker &&) noexcept;
    Chunker &operator=(Chunker &&) noexcept;

    /// @return the chunks that are complete once this page (in ascending order) is known
    std::vector<Chunk> add(const PageContent &page);
    /// @return what was still open
    std::vector<Chunk> finish();

    /// The outline with the pages that were found for its titles so far.
    const std::vector<OutlineItem> &outline() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// The boxes of bytes [begin, end) of a chunk's text on one page, one box a line, in reading order.
/// @param page  the content of that page
std::vector<Box> boxesOf(std::span<const Segment> segments, std::uint32_t begin, std::uint32_t end,
                         const PageContent &page);

} // namespace rag
