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
    void addBlock(const PageContent &page, const Block &block, std::uint32_t &from);
    void addTable(const PageContent &page, std::size_t index, std::uint32_t &from);
    void addCaption(const PageContent &page, std::size_t index, std::uint32_t &from);
    void addNotes();
    bool goesOnFromPageBefore(const PageContent &page, std::size_t index) const;
    void makeRoomFor(std::span<const Piece> pieces);
    void repeatHead(const Piece &row);
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

    std::vector<Block> blocks;   ///< of the page that is read
    std::vector<Piece> notes;    ///< footnotes that wait for the end of a sentence
    std::vector<Piece> head;     ///< of the table read last; none: it has no head
    std::size_t headColumns = 0; ///< of that table
    int table = 0;               ///< its number
    int tablePage = -1;          ///< the page it stood at the end of; -1: something followed it
};

namespace {

/// Of the row with the most cells.
std::size_t columnsOf(std::string_view rows)
{
    std::size_t most = 0;
    std::size_t begin = 0;
    while (begin < rows.size()) {
        const std::size_t end = std::min(rows.find('\n', begin), rows.size());
        std::size_t bars = 0;
        for (std::size_t at = begin; at < end; ++at)
            bars += rows[at] == '|' && (at == begin || rows[at - 1] == ' ') &&
                    (at + 1 >= end || rows[at + 1] == ' ');
        most = std::max(most, bars + 1);
        begin = end + 1;
    }
    return most;
}

std::string_view textOf(const PageContent &page, const Block &block)
{
    return std::string_view(page.text).substr(block.begin, block.end - block.begin);
}

int tokensOf(std::span<const Piece> pieces)
{
    int sum = 0;
    for (const Piece &piece : pieces)
        sum += piece.tokens;
    return sum;
}

} // namespace

void Chunker::Impl::addPage(const PageContent &page)
{
    blocks = blocksOf(page);
    if (page.width > page.height) { // a slide stands for itself
        if (tokens >= options.targetTokens / 16)
            close(false);
        if (!sections.hasOutline())
            section.clear();
        sections.startAfresh();
    }
    if (std::string title = sections.turnTo(page, blocks); !title.empty()) {
        if (!open.empty() && open.back().ends)
            close(false);
        section = std::move(title);
    }
    const std::vector<std::size_t> footnotes = footnotesOf(page, blocks);
    std::uint32_t from = 0;
    bool afterHeading = false;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        Block block = blocks[i];
        if (block.kind == BlockKind::Running)
            continue;
        if (std::find(footnotes.begin(), footnotes.end(), i) != footnotes.end()) {
            for (Piece &piece : piecesOf(page, block, from, options, countTokens))
                notes.push_back(std::move(piece));
            continue;
        }
        const Sections::Opening opening = sections.opens(i);
        if (opening.opens) {
            block.kind = BlockKind::Heading;
            if (!afterHeading) // a title and its subtitle stay together
                openSection(page.page);
            if (!opening.title.empty())
                section = opening.title;
        }
        afterHeading = opening.opens;
        if (block.kind == BlockKind::Table) {
            addTable(page, i, from);
        } else {
            tablePage = -1;
            if (block.kind == BlockKind::Caption)
                addCaption(page, i, from);
            else
                addBlock(page, block, from);
        }
        if (!notes.empty() && notes.front().page != page.page)
            addNotes();
    }
    if (!notes.empty() && (open.empty() || open.back().ends))
        addNotes();
}

void Chunker::Impl::addBlock(const PageContent &page, const Block &block, std::uint32_t &from)
{
    for (Piece &piece : piecesOf(page, block, from, options, countTokens))
        addPiece(std::move(piece));
}

/// Footnotes of a page stand behind the sentence that runs over its end.
void Chunker::Impl::addNotes()
{
    for (Piece &piece : std::exchange(notes, {}))
        addPiece(std::move(piece));
}

/// A table that stood at the end of the page before, and has as many columns.
bool Chunker::Impl::goesOnFromPageBefore(const PageContent &page, std::size_t index) const
{
    const bool first = std::none_of(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(index),
                                    [](const Block &block) { return block.kind != BlockKind::Running; });
    return first && tablePage >= 0 && tablePage + 1 == page.page &&
           columnsOf(textOf(page, blocks[index])) == headColumns;
}

/// Rows one by one, under the head of their table; a table that fits into one chunk is not cut.
void Chunker::Impl::addTable(const PageContent &page, std::size_t index, std::uint32_t &from)
{
    const bool isHead = index + 1 < blocks.size() && isHeadOf(blocks[index], blocks[index + 1]);
    const bool underHead = index > 0 && isHeadOf(blocks[index - 1], blocks[index]);
    if (isHead || !(underHead || goesOnFromPageBefore(page, index))) {
        ++table;
        head.clear();
    }
    std::vector<Piece> rows = piecesOf(page, blocks[index], from, options, countTokens);
    for (Piece &row : rows) {
        row.table = table;
        row.leads = isHead;
        row.again = false;
    }
    if (isHead) {
        head = rows;
        headColumns =
            std::max(columnsOf(textOf(page, blocks[index])), columnsOf(textOf(page, blocks[index + 1])));
    } else {
        headColumns = std::max(underHead ? headColumns : 0, columnsOf(textOf(page, blocks[index])));
        if (!underHead)
            makeRoomFor(rows);
    }
    tablePage = page.page;
    for (Piece &row : rows)
        addPiece(std::move(row));
}

void Chunker::Impl::addCaption(const PageContent &page, std::size_t index, std::uint32_t &from)
{
    std::vector<Piece> pieces = piecesOf(page, blocks[index], from, options, countTokens);
    std::size_t next = index + 1;
    while (next < blocks.size() && blocks[next].kind == BlockKind::Running)
        ++next;
    const bool overTable = next < blocks.size() && blocks[next].kind == BlockKind::Table;
    for (Piece &piece : pieces)
        piece.leads = overTable;
    for (Piece &piece : pieces)
        addPiece(std::move(piece));
}

/// Closes what is open where only so the whole of a table fits into one chunk.
void Chunker::Impl::makeRoomFor(std::span<const Piece> pieces)
{
    const int needed = tokensOf(pieces);
    if (!hasOwn() || needed > options.maxTokens || tokens + needed <= options.maxTokens ||
        tokens < options.targetTokens / 4)
        return;
    close(true);
}

/// Before a row whose table has no row yet in the open chunk.
void Chunker::Impl::repeatHead(const Piece &row)
{
    const bool known =
        std::any_of(open.begin(), open.end(), [&](const Piece &piece) { return piece.table == row.table; });
    if (row.table == 0 || row.leads || known || tokens + tokensOf(head) + row.tokens > options.maxTokens)
        return;
    const bool fresh = !hasOwn();
    for (Piece piece : head) {
        piece.again = true;
        piece.gap.clear();
        tokens += piece.tokens;
        open.push_back(std::move(piece));
    }
    if (fresh)
        repeated = open.size();
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
    const bool nextPage = piece.page > open.back().page; // a footnote comes from the page before
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
    repeatHead(piece);
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
        while (open.size() > repeated + 1 && (open.back().heading || open.back().leads)) {
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
        if (piece.heading || piece.table > 0 || piece.leads || !piece.whole ||
            piece.page != open.back().page || kept + piece.tokens > options.overlapTokens)
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

const std::vector<OutlineItem> &Chunker::outline() const
{
    return m_impl->sections.outline();
}

std::vector<Chunk> Chunker::finish()
{
    m_impl->addNotes();
    m_impl->close(false);
    return std::exchange(m_impl->ready, {});
}

} // namespace rag
