#include "rag/chunk/chunker.h"

#include "rag/chunk/pieces.h"
#include "rag/chunk/sections.h"

#include <algorithm>

namespace rag {

struct Chunker::Impl
{
    Impl(const ChunkOptions &chunkOptions, CountTokens count, std::vector<OutlineItem> outline)
        : options(chunkOptions)
        , countTokens(std::move(count))
        , sections(std::move(outline))
    {
    }

    void addPage(const PageContent &page);
    void openSection(int page);
    void addPiece(Piece piece);
    bool mustCloseBefore(const Piece &piece) const;
    void close(bool overlap);
    void keepOverlap();

    bool hasOwn() const { return open.size() > repeated; }

    ChunkOptions options;
    CountTokens countTokens;
    Sections sections;

    std::vector<Piece> open;  ///< of the chunk that is being made
    std::size_t repeated = 0; ///< how many of them the chunk before has too
    int tokens = 0;           ///< of all of them
    std::string section;      ///< where the reading stands
    std::string chunkSection; ///< where the open chunk's first own sentence stands
    std::vector<Chunk> ready;
};

void Chunker::Impl::addPage(const PageContent &page)
{
    const std::vector<Block> blocks = blocksOf(page);
    if (page.width > page.height) { // a slide stands for itself
        if (tokens >= options.targetTokens / 16)
            close(false);
        if (!sections.hasOutline())
            section.clear();
    }
    if (std::string title = sections.turnTo(page, blocks); !title.empty()) {
        if (!open.empty() && open.back().ends)
            close(false);
        section = std::move(title);
    }
    std::uint32_t from = 0;
    bool afterHeading = false;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        Block block = blocks[i];
        if (block.kind == BlockKind::Running)
            continue;
        const Sections::Opening opening = sections.opens(i);
        if (opening.opens) {
            block.kind = BlockKind::Heading;
            if (!afterHeading) // a title and its subtitle stay together
                openSection(page.page);
            if (!opening.title.empty())
                section = opening.title;
        }
        afterHeading = opening.opens;
        for (Piece &piece : piecesOf(page, block, from, options, countTokens))
            addPiece(std::move(piece));
    }
}

/// A section that is only a few lines long shares its chunk with the next, if that is on the same page.
void Chunker::Impl::openSection(int page)
{
    const int small = options.targetTokens * 2 / 5;
    if (!hasOwn())
        close(false);
    else if (tokens >= small || open.back().page != page)
        close(false);
}

bool Chunker::Impl::mustCloseBefore(const Piece &piece) const
{
    if (!hasOwn())
        return false;
    const bool nextPage = piece.page != open.back().page;
    return tokens + piece.tokens > options.maxTokens || tokens >= options.targetTokens ||
           (piece.opensBlock && tokens >= options.targetTokens * 4 / 5) ||
           (nextPage && open.back().ends && tokens >= options.targetTokens / 4);
}

void Chunker::Impl::addPiece(Piece piece)
{
    if (mustCloseBefore(piece))
        close(true);
    if (!hasOwn()) {
        // Repeated sentences of the page before would give the chunk a wrong first page.
        const bool otherPage = !open.empty() && open.back().page != piece.page && open.back().ends;
        if (otherPage || tokens + piece.tokens > options.maxTokens)
            close(false);
    }
    if (!piece.heading && std::none_of(open.begin() + static_cast<std::ptrdiff_t>(repeated), open.end(),
                                       [](const Piece &own) { return !own.heading; }))
        chunkSection = section;
    tokens += piece.tokens;
    open.push_back(std::move(piece));
}

/// @param overlap  the next chunk goes on in the same section
void Chunker::Impl::close(bool overlap)
{
    std::vector<Piece> headings; // at the end they belong to what follows
    if (overlap) {
        while (open.size() > repeated + 1 && open.back().heading) {
            headings.insert(headings.begin(), std::move(open.back()));
            open.pop_back();
        }
    }
    if (hasOwn()) {
        const bool onlyHeadings =
            std::all_of(open.begin(), open.end(), [](const Piece &piece) { return piece.heading; });
        ready.push_back(joined(open));
        ready.back().section = onlyHeadings ? section : chunkSection;
    }
    if (overlap && headings.empty() && hasOwn())
        keepOverlap();
    else
        open.clear();
    repeated = open.size();
    for (Piece &heading : headings)
        open.push_back(std::move(heading));
    tokens = 0;
    for (const Piece &piece : open)
        tokens += piece.tokens;
}

void Chunker::Impl::keepOverlap()
{
    std::size_t first = open.size();
    int kept = 0;
    while (first > repeated + 1) {
        const Piece &piece = open[first - 1];
        if (piece.heading || !piece.whole || piece.page != open.back().page ||
            kept + piece.tokens > options.overlapTokens)
            break;
        kept += piece.tokens;
        --first;
    }
    open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(first));
}

// ---- the door
// -------------------------------------------------------------------------------------------------

Chunker::Chunker(const ChunkOptions &options, CountTokens countTokens, std::vector<OutlineItem> outline)
    : m_impl(std::make_unique<Impl>(options, std::move(countTokens), std::move(outline)))
{
}

Chunker::~Chunker() = default;
Chunker::Chunker(Chunker &&) noexcept = default;
Chunker &Chunker::operator=(Chunker &&) noexcept = default;

std::vector<Chunk> Chunker::add(const PageContent &page)
{
    if (page.state == PageState::Read)
        m_impl->addPage(page);
    return std::exchange(m_impl->ready, {});
}

std::vector<Chunk> Chunker::finish()
{
    m_impl->close(false);
    return std::exchange(m_impl->ready, {});
}

} // namespace rag
