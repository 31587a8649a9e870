#include "rag/pdf/tables.h"

#include "engine/base/unicode.h"
#include "rag/pdf/captions.h"
#include "rag/pdf/table_check.h"
#include "rag/pdf/table_columns.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace rag::order {

namespace {

constexpr float kRowGap = 2.5F; ///< em; more white than this under a row ends the table
constexpr double kMisfit = 0.8; ///< mean of a row's; more is no table
constexpr std::size_t kMostRows = 400;

class TableFinder
{
public:
    TableFinder(const std::vector<Row> &rows, const PageGlyphs &page, bool rightToLeft)
        : m_rows(rows)
        , m_page(page)
        , m_rightToLeft(rightToLeft)
    {
        PieceList all;
        for (const Row &row : rows)
            all.insert(all.end(), row.pieces.begin(), row.pieces.end());
        m_em = medianSize(all);
        for (const Row &row : rows) {
            m_segments.push_back(segmentsOf(row, m_em));
            m_sizes.push_back(medianSize(row.pieces));
        }
    }

    std::vector<Table> run()
    {
        std::vector<Table> tables;
        if (m_rows.size() > kMostRows)
            return tables;
        std::vector<Strip> known;
        for (std::size_t i = 0; i < m_rows.size();) {
            if (m_segments[i].size() >= 2) {
                std::vector<Strip> strips;
                Table table = tableAt(i, tables.empty() ? 0 : tables.back().end, strips);
                if (!table.rows.empty()) {
                    i = table.end;
                    known = std::move(strips);
                    tables.push_back(std::move(table));
                    continue;
                }
            }
            ++i;
        }
        if (!known.empty())
            addAlike(known, tables);
        return tables;
    }

private:
    // ---- how far it goes, and its columns ----

    std::vector<Strip> stripsOf(std::size_t first, std::size_t end) const
    {
        return columnStrips(std::span(m_segments).subspan(first, end - first), m_em, m_rightToLeft);
    }

    std::size_t columnOf(const Segment &segment, const std::vector<Strip> &strips) const
    {
        return rag::order::columnOf(segment, strips, m_rightToLeft);
    }

    std::vector<Segment> partsOf(std::size_t row, const std::vector<Strip> &strips) const
    {
        return splitAtStrips(m_segments[row], m_rows[row].pieces, strips, m_em);
    }

    float whiteAbove(std::size_t row) const { return m_rows[row].top - m_rows[row - 1].bottom; }

    bool isWide(std::size_t row, const std::vector<Strip> &strips) const
    {
        std::vector<bool> used(strips.size() + 1, false);
        for (const Segment &segment : m_segments[row])
            used[columnOf(segment, strips)] = true;
        return std::count(used.begin(), used.end(), true) >= 2;
    }

    std::size_t wideRows(std::size_t first, std::size_t end, const std::vector<Strip> &strips) const
    {
        std::size_t count = 0;
        for (std::size_t i = first; i < end; ++i)
            count += isWide(i, strips);
        return count;
    }

    /// A row that runs across the columns is a title inside of the table only if the columns go on at once.
    bool leaves(std::size_t first, std::size_t row, const std::vector<Strip> &strips) const
    {
        const auto crossesAny = [&](std::size_t at) {
            return std::any_of(m_segments[at].begin(), m_segments[at].end(),
                               [&](const Segment &segment) { return crosses(segment, strips); });
        };
        if (!crossesAny(row))
            return false;
        std::vector<float> whites;
        for (std::size_t i = first + 1; i < row; ++i)
            whites.push_back(whiteAbove(i));
        std::sort(whites.begin(), whites.end());
        const bool apart = whiteAbove(row) > whites[whites.size() / 2] + 0.35F * m_em;
        const bool goesOn = row + 1 < m_rows.size() && isWide(row + 1, strips) && !crossesAny(row + 1);
        return apart || (!goesOn && !fits(row, strips));
    }

    bool opensCaption(std::size_t row) const
    {
        constexpr std::size_t kEnough = 48;
        const PieceList &pieces = m_rows[row].pieces;
        std::string text;
        for (std::size_t k = 0; k < pieces.size() && text.size() < kEnough; ++k) {
            const Piece &piece = *pieces[m_rightToLeft ? pieces.size() - 1 - k : k];
            for (std::size_t i = piece.begin; i < piece.end; ++i)
                text += m_page.glyphs[piece.rightToLeft ? piece.end - 1 - (i - piece.begin) : i].text;
            text += ' ';
        }
        while (!text.empty() && text.back() == ' ')
            text.pop_back();
        return beginsCaption(text);
    }

    /// @param first  moved up over rows of which each holds one cell alone
    std::size_t grow(std::size_t &first, std::size_t least, std::vector<Strip> &strips) const
    {
        strips = stripsOf(first, first + 1);
        std::size_t end = first + 1;
        for (; end < m_rows.size() && !strips.empty(); ++end) {
            const float white = whiteAbove(end);
            const float size = m_sizes[end];
            if (white > kRowGap * m_em || opensCaption(end) || size > 1.4F * m_sizes[first] ||
                m_sizes[first] > 1.7F * size)
                break;
            if (wideRows(first, end, strips) >= 2 && leaves(first, end, strips))
                break;
            std::vector<Strip> next = stripsOf(first, end + 1);
            if (next.empty())
                break;
            const bool apart = white > 0.8F * m_em || m_segments[end].size() == 1;
            if (next.size() < strips.size() && apart && wideRows(first, end, strips) >= 3)
                break;
            strips = std::move(next);
        }
        const std::size_t grown = end;
        while (end > first + 1 && !isWide(end - 1, strips) &&
               (whiteAbove(end - 1) > 0.5F * m_em || crosses(m_segments[end - 1].front(), strips)))
            --end;
        if (end != grown)
            strips = stripsOf(first, end);
        while (!strips.empty() && first > least && mayHead(first, strips))
            --first;
        return end;
    }

    /// The row above stands in the columns too, close by: cells stand around one middle. No heading.
    bool mayHead(std::size_t first, const std::vector<Strip> &strips) const
    {
        const float size = m_sizes[first - 1];
        const float near = isWide(first - 1, strips) ? 1.3F : 0.55F; // em
        if (whiteAbove(first) > near * m_em || size > 1.15F * m_em || size < 0.8F * m_em)
            return false;
        return fits(first - 1, strips) && (isWide(first - 1, strips) || !isBold(first - 1) || isBold(first));
    }

    /// No text runs across the whole of a strip; that it reaches into one only makes the strip narrower.
    bool fits(std::size_t row, const std::vector<Strip> &strips) const
    {
        const std::vector<Segment> parts = partsOf(row, strips);
        return std::none_of(parts.begin(), parts.end(), [&](const Segment &part) {
            return std::any_of(strips.begin(), strips.end(), [&](const Strip &strip) {
                return part.left < strip.left && part.right > strip.right;
            });
        });
    }

    bool isBold(std::size_t row) const
    {
        std::size_t bold = 0;
        std::size_t all = 0;
        for (const Piece *piece : m_rows[row].pieces) {
            for (std::size_t i = piece->begin; i < piece->end; ++i) {
                const int font = m_page.glyphs[i].font;
                bold += font >= 0 && m_page.boldFonts[static_cast<std::size_t>(font)];
                ++all;
            }
        }
        return bold * 10 > all * 8;
    }

    // ---- what stands in it ----

    Table tableAt(std::size_t first, std::size_t least, std::vector<Strip> &strips) const
    {
        const std::size_t end = grow(first, least, strips);
        // Cells around one middle may have hardly a line in common.
        constexpr std::size_t kManyRows = 6;
        if (strips.empty() || (wideRows(first, end, strips) < 2 && end - first < kManyRows) ||
            standsApart(first, end) || hidesColumns(first, end, strips))
            return {};
        Table table = build(first, end, strips);
        return isTable(table, m_page, m_em, m_rightToLeft, table.columns == 2 ? 3 : 2) ? table : Table{};
    }

    /// Without rows if they do not fit.
    Table build(std::size_t first, std::size_t end, const std::vector<Strip> &strips) const
    {
        std::vector<CellLine> lines;
        for (std::size_t i = first; i < end; ++i)
            addLines(i, strips, lines);
        TableRows cut = cutRows(std::move(lines), strips.size() + 1, m_em, m_rightToLeft);
        if (cut.misfit > kMisfit)
            return {};
        Table table;
        table.first = first;
        table.end = end;
        table.columns = strips.size() + 1;
        table.rows = std::move(cut.rows);
        table.firstStrip = strips.front().middle();
        table.lastStrip = strips.back().middle();
        table.misfit = cut.misfit;
        const auto wraps = std::count_if(table.rows.begin(), table.rows.end(), [](const TableRow &row) {
            return std::any_of(row.begin(), row.end(),
                               [](const Cell &cell) { return cell.lines.size() > 1; });
        });
        table.wraps = static_cast<std::size_t>(wraps) * 2 >= table.rows.size();
        table.headed = hasHead(table, m_page, m_em);
        return table;
    }

    void addAlike(const std::vector<Strip> &strips, std::vector<Table> &tables) const
    {
        std::vector<Table> all;
        std::size_t next = 0;
        for (Table &table : tables) {
            addAlike(next, table.first, strips, all);
            next = table.end;
            all.push_back(std::move(table));
        }
        addAlike(next, m_rows.size(), strips, all);
        tables = std::move(all);
    }

    /// Rows between `first` and `end` that keep to the columns of a table found before: short tables under
    /// headings of their own.
    void addAlike(std::size_t first, std::size_t end, const std::vector<Strip> &strips,
                  std::vector<Table> &tables) const
    {
        for (std::size_t i = first; i < end;) {
            std::size_t next = i;
            while (next < end && fits(next, strips) && (next == i || whiteAbove(next) < 0.8F * m_em) &&
                   (isWide(next, strips) || !isBold(next)))
                ++next;
            if (next >= i + 2 && wideRows(i, next, strips) > 0) {
                Table table = build(i, next, strips);
                if (isTable(table, m_page, m_em, m_rightToLeft, 1))
                    tables.push_back(std::move(table));
            }
            i = std::max(next, i + 1);
        }
    }

    /// Within a column many rows have a gap as wide as between columns: there are more than were found.
    bool hidesColumns(std::size_t first, std::size_t end, const std::vector<Strip> &strips) const
    {
        std::size_t rows = 0;
        for (std::size_t i = first; i < end; ++i) {
            std::vector<int> used(strips.size() + 1, 0);
            for (const Segment &segment : m_segments[i])
                ++used[columnOf(segment, strips)];
            rows += std::any_of(used.begin(), used.end(), [](int count) { return count > 1; });
        }
        return rows * 5 >= 2 * (end - first);
    }

    /// The first row is far from the others: a header of the page, a line of another matter.
    bool standsApart(std::size_t first, std::size_t end) const
    {
        if (end - first < 3)
            return false;
        std::vector<float> whites;
        for (std::size_t i = first + 2; i < end; ++i)
            whites.push_back(whiteAbove(i));
        std::sort(whites.begin(), whites.end());
        return whiteAbove(first + 1) > std::max(1.1F * m_em, 2 * whites[whites.size() / 2] + 0.4F * m_em);
    }

    void addLines(std::size_t index, const std::vector<Strip> &strips, std::vector<CellLine> &lines) const
    {
        std::vector<CellLine> own;
        for (const Segment &segment : partsOf(index, strips)) {
            const std::size_t column = columnOf(segment, strips);
            if (own.empty() || own.back().column != column)
                own.push_back({column, {}, m_rows[index].pieces[segment.first]->box});
            for (std::size_t i = segment.first; i < segment.end; ++i) {
                const Piece *piece = m_rows[index].pieces[i];
                own.back().pieces.push_back(piece);
                own.back().box = united(own.back().box, piece->box);
            }
        }
        for (CellLine &line : own) {
            const Piece &first = *(m_rightToLeft ? line.pieces.back() : line.pieces.front());
            const Piece &last = *(m_rightToLeft ? line.pieces.front() : line.pieces.back());
            std::size_t at = 0;
            const char32_t begin = engine::nextCodePoint(m_page.glyphs[first.begin].text, at);
            line.beginsLower =
                engine::isLetter(begin) && !engine::isRightToLeft(begin) && engine::toLower(begin) == begin;
            line.endsInNumber = m_page.glyphs[last.end - 1].kind == GlyphKind::Digit;
        }
        lines.insert(lines.end(), own.begin(), own.end());
    }

    const std::vector<Row> &m_rows;
    const PageGlyphs &m_page;
    bool m_rightToLeft;
    float m_em = 10;
    std::vector<std::vector<Segment>> m_segments; ///< by row
    std::vector<float> m_sizes;
};

} // namespace

std::vector<Table> findTables(const std::vector<Row> &rows, const PageGlyphs &page, bool rightToLeft)
{
    return TableFinder(rows, page, rightToLeft).run();
}

} // namespace rag::order
