#include "rag/pdf/page_layout.h"

#include "rag/pdf/gutters.h"
#include "rag/pdf/tables.h"

#include <algorithm>
#include <cmath>

namespace rag::order {

namespace {

constexpr std::size_t kMostPieces = 8000;
constexpr int kDeepest = 10;

class Layout
{
public:
    explicit Layout(const PageGlyphs &page)
        : m_page(page)
    {
    }

    std::vector<Region> run()
    {
        PieceList all;
        for (const Piece &piece : m_page.pieces)
            all.push_back(&piece);
        m_mostlyRightToLeft = isRightToLeft(all);
        divide(all, 0);
        return std::move(m_regions);
    }

private:
    bool isRightToLeft(const PieceList &pieces) const
    {
        int right = 0;
        int left = 0;
        for (const Piece *piece : pieces) {
            for (std::size_t i = piece->begin; i < piece->end; ++i) {
                right += m_page.glyphs[i].kind == GlyphKind::Right;
                left += m_page.glyphs[i].kind == GlyphKind::Left;
            }
        }
        return right > left;
    }

    void divide(const PieceList &pieces, int depth)
    {
        if (pieces.empty())
            return;
        const std::vector<Row> rows = makeRows(pieces);
        Gutter gutter;
        if (depth < kDeepest && pieces.size() <= kMostPieces) {
            const GutterSearch search(rows, medianSize(pieces));
            gutter = search.best();
            const Gutter prose = gutter;
            float gain = 0;
            for (const Gutter &other : search.widest()) {
                const float rowsGained = other.width > 1.3F * prose.width ? tablesGained(other, rows) : 0;
                if (rowsGained > gain) {
                    gain = rowsGained;
                    gutter = other;
                }
            }
        }
        if (gutter.score <= 0) {
            addRegion(rows);
            return;
        }
        const bool table = runsThroughTable(gutter, rows);
        PieceList above;
        PieceList left;
        PieceList right;
        PieceList below;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (const Piece *piece : rows[i].pieces) {
                const bool inside = i >= gutter.first && i < gutter.end;
                PieceList &side = piece->box.x + piece->box.width / 2 < gutter.x ? left : right;
                (inside ? side : i < gutter.first ? above : below).push_back(piece);
            }
        }
        divide(above, depth + 1);
        if (table) {
            addRegion(bandOf(gutter, rows));
            divide(below, depth + 1);
            return;
        }
        if (m_mostlyRightToLeft)
            std::swap(left, right);
        divide(left, depth + 1);
        divide(right, depth + 1);
        divide(below, depth + 1);
    }

    /// Columns of a page that hold tables: rows of tables that each side has for itself, less those that both
    /// have together; 0 where that is no gain.
    float tablesGained(const Gutter &gutter, const std::vector<Row> &rows) const
    {
        const std::vector<Row> band = bandOf(gutter, rows);
        PieceList left;
        PieceList right;
        for (const Row &row : band)
            for (const Piece *piece : row.pieces)
                (piece->box.x + piece->box.width / 2 < gutter.x ? left : right).push_back(piece);
        if (left.empty() || right.empty())
            return 0;
        const std::vector<Row> leftRows = makeRows(left);
        const std::vector<Row> rightRows = makeRows(right);
        const float apart = tableRows(leftRows) + tableRows(rightRows);
        const float together = tableRows(band);
        const auto most = static_cast<float>(std::max(leftRows.size(), rightRows.size()));
        return apart > 0.4F * most && apart > together + 0.25F * most ? apart - together : 0;
    }

    /// Those that fit badly count for less.
    float tableRows(const std::vector<Row> &rows) const
    {
        double count = 0;
        for (const Table &table : findTables(rows, m_page, m_mostlyRightToLeft))
            count += static_cast<double>(table.end - table.first) * (1 - std::clamp(table.misfit, 0.0, 1.0));
        return static_cast<float>(count);
    }

    static std::vector<Row> bandOf(const Gutter &gutter, const std::vector<Row> &rows)
    {
        return {rows.begin() + static_cast<std::ptrdiff_t>(gutter.first),
                rows.begin() + static_cast<std::ptrdiff_t>(gutter.end)};
    }

    /// Cells that hold running text look like columns of it; but their rows stand side by side, and their
    /// last lines are not full.
    bool runsThroughTable(const Gutter &gutter, const std::vector<Row> &rows) const
    {
        const std::vector<Row> band = bandOf(gutter, rows);
        for (const Table &table : findTables(band, m_page, m_mostlyRightToLeft)) {
            const bool most = (table.end - table.first) * 10 >= band.size() * 7;
            const bool around = table.firstStrip <= gutter.x + 1 && table.lastStrip >= gutter.x - 1;
            if (most && around && table.misfit < 0.4 && (table.wraps || table.columns > 2))
                return true;
        }
        return false;
    }

    void addRegion(const std::vector<Row> &rows)
    {
        PieceList all;
        for (const Row &row : rows)
            all.insert(all.end(), row.pieces.begin(), row.pieces.end());
        const bool rightToLeft = isRightToLeft(all);
        std::size_t next = 0;
        for (const Table &table : findTables(rows, m_page, rightToLeft)) {
            addText(rows, next, table.first);
            addTable(table, rightToLeft);
            next = table.end;
        }
        addText(rows, next, rows.size());
    }

    void addText(const std::vector<Row> &rows, std::size_t first, std::size_t end)
    {
        if (first >= end)
            return;
        Region region;
        PieceList all;
        for (std::size_t i = first; i < end; ++i) {
            addLine(region, rows[i].pieces);
            all.insert(all.end(), rows[i].pieces.begin(), rows[i].pieces.end());
        }
        region.rightToLeft = isRightToLeft(all);
        m_regions.push_back(std::move(region));
    }

    void addTable(const Table &table, bool rightToLeft)
    {
        Region region;
        region.rightToLeft = rightToLeft;
        region.columns = table.columns;
        region.headed = table.headed;
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            for (std::size_t c = 0; c < table.columns; ++c) {
                const std::size_t seen = rightToLeft ? table.columns - 1 - c : c;
                for (const CellLine &line : table.rows[r][seen].lines) {
                    addLine(region, line.pieces);
                    region.cells.push_back({r, c});
                }
            }
        }
        m_regions.push_back(std::move(region));
    }

    static void addLine(Region &region, const PieceList &pieces)
    {
        Line line;
        line.pieces = pieces;
        line.box = pieces.front()->box;
        for (const Piece *piece : pieces)
            line.box = united(line.box, piece->box);
        line.size = medianSize(pieces);
        region.box = region.lines.empty() ? line.box : united(region.box, line.box);
        region.lines.push_back(std::move(line));
    }

    const PageGlyphs &m_page;
    std::vector<Region> m_regions;
    bool m_mostlyRightToLeft = false;
};

} // namespace

std::vector<Region> layOut(const PageGlyphs &page)
{
    return Layout(page).run();
}

} // namespace rag::order
