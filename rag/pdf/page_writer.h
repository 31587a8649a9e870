#pragma once

#include "rag/pdf/page_layout.h"
#include "rag/pdf/paragraphs.h"
#include "rag/types.h"

namespace rag::order {

struct BodyType
{
    float size = 10; ///< of most of the page
    bool bold = false;
    bool even = false; ///< a font of one width
};

/// Writes a page's lines down as its text: blocks of all kinds, tables as rows. Footnotes come after all
/// else, so that they do not stand in the middle of a sentence that goes on in the next column.
class PageWriter
{
public:
    /// @param out  its size must be known
    PageWriter(PageContent &out, const BodyType &body);

    /// @param lines  of the region, one each
    void add(const Region &region, const std::vector<MeasuredLine> &lines);
    void finish();

private:
    using Lines = std::span<const MeasuredLine>;

    void addTable(const Region &region, Lines lines);
    void addBlock(Lines lines, std::span<const Joint> joints);
    bool isNote(Lines lines) const;
    void beginBlock(const char *separator);
    void endBlock(BlockKind kind);
    BlockKind kindOf(std::string_view text) const;
    bool isHeading(std::string_view text) const;
    bool dropHyphen(const LineText &next);
    void join(Joint joint, const LineText &next);
    bool joinsWithoutSpace(const LineText &next) const;
    void write(const MeasuredLine &line);

    struct Note
    {
        std::vector<MeasuredLine> lines;
        std::vector<Joint> joints;
    };

    PageContent &m_out;
    BodyType m_body;
    std::vector<Note> m_notes;
    std::size_t m_begin = 0; ///< of the open block
    int m_lines = 0;
    float m_size = 0;
    bool m_allBold = true;
    bool m_allEven = true;
};

} // namespace rag::order
