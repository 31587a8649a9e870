#include "rag/pdf/page_layout.h"

#include "rag/pdf/page_rows.h"
#include "rag/pdf/tables.h"

#include <algorithm>
#include <cmath>

namespace rag::order {

namespace {

constexpr float kGutter = 0.8F; ///< em; least width of a white strip between columns
constexpr std::size_t kMostPieces = 8000;
constexpr std::size_t kMostCandidates = 80;
constexpr int kDeepest = 10;

/// What stands on one side of a white strip.
class Side
{
public:
    void add(float left, float right, float y, int chars)
    {
        m_left = m_extents.empty() ? left : std::min(m_left, left);
        m_right = m_extents.empty() ? right : std::max(m_right, right);
        m_top = m_extents.empty() ? y : std::min(m_top, y);
        m_bottom = m_extents.empty() ? y : std::max(m_bottom, y);
        m_extents.push_back(right - left);
        m_chars += chars;
    }

    /// Running text: enough lines, long enough, and most of them filling the column.
    bool isProse() const
    {
        constexpr std::size_t kLeastLines = 3;
        constexpr int kLeastChars = 16;
        constexpr float kLeastFill = 0.5F;
        if (m_extents.size() < kLeastLines || m_chars < kLeastChars * static_cast<int>(m_extents.size()))
            return false;
        std::vector<float> sorted = m_extents;
        std::sort(sorted.begin(), sorted.end());
        return sorted[sorted.size() / 2] > kLeastFill * (m_right - m_left);
    }

    float sharedHeight(const Side &other) const
    {
        return std::min(m_bottom, other.m_bottom) - std::max(m_top, other.m_top);
    }

    float height() const { return m_bottom - m_top; }

    int chars() const { return m_chars; }

private:
    std::vector<float> m_extents;
    float m_left = 0;
    float m_right = 0;
    float m_top = 0;
    float m_bottom = 0;
    int m_chars = 0;
};

/// A white strip between columns, through the rows [first, end).
struct Gutter
{
    float x = 0;
    std::size_t first = 0;
    std::size_t end = 0;
    float score = 0;
    float width = 0; ///< em
};

class GutterSearch
{
public:
    GutterSearch(const std::vector<Row> &rows, float em)
        : m_em(em)
    {
        for (const Row &row : rows) {
            m_rows.push_back(segmentsOf(row, em));
            m_middles.push_back((row.top + row.bottom) / 2);
        }
    }

    /// Between columns of running text.
    Gutter best() const
    {
        Gutter best;
        for (const float x : candidates())
            scan(x, best, &GutterSearch::judge);
        return best;
    }

    /// Between whatever stands in two parts of a page: the widest and longest, one a strip.
    std::vector<Gutter> widest() const
    {
        std::vector<Gutter> found;
        for (const float x : candidates()) {
            Gutter best;
            scan(x, best, &GutterSearch::measure);
            if (best.score > 0)
                found.push_back(best);
        }
        std::sort(found.begin(), found.end(),
                  [](const Gutter &a, const Gutter &b) { return a.score > b.score; });
        found.resize(std::min<std::size_t>(found.size(), 4));
        return found;
    }

private:
    std::vector<float> candidates() const
    {
        std::vector<float> xs;
        for (const auto &row : m_rows) {
            for (std::size_t i = 1; i < row.size(); ++i)
                xs.push_back((row[i - 1].right + row[i].left) / 2);
        }
        std::sort(xs.begin(), xs.end());
        std::vector<float> out;
        for (const float x : xs) {
            if (out.empty() || x - out.back() > m_em / 2)
                out.push_back(x);
        }
        // Too many to try: an even choice of them.
        const std::size_t step = out.size() / kMostCandidates + 1;
        std::vector<float> chosen;
        for (std::size_t i = 0; i < out.size(); i += step)
            chosen.push_back(out[i]);
        return chosen;
    }

    struct Run
    {
        std::size_t first = 0;
        Side left;
        Side right;
        float stripLeft = -1e9F;
        float stripRight = 1e9F;
    };

    using Judge = void (GutterSearch::*)(const Run &, float x, std::size_t end, Gutter &best) const;

    void scan(float x, Gutter &best, Judge judgeRun) const
    {
        Run run;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (!extend(run, x, i)) {
                (this->*judgeRun)(run, x, i, best);
                run = Run{};
                run.first = i + 1;
            }
        }
        (this->*judgeRun)(run, x, m_rows.size(), best);
    }

    /// @return false where the row crosses the strip or makes it too narrow
    bool extend(Run &run, float x, std::size_t index) const
    {
        float stripLeft = run.stripLeft;
        float stripRight = run.stripRight;
        Segment left;
        Segment right;
        for (const Segment &segment : m_rows[index]) {
            if (segment.left < x && segment.right > x)
                return false;
            Segment &side = segment.right <= x ? left : right;
            side = side.chars == 0 ? segment
                                   : Segment{side.left, segment.right, side.chars + segment.chars, 0, 0};
        }
        if (left.chars > 0)
            stripLeft = std::max(stripLeft, left.right);
        if (right.chars > 0)
            stripRight = std::min(stripRight, right.left);
        if (stripRight - stripLeft < kGutter * m_em)
            return false;
        run.stripLeft = stripLeft;
        run.stripRight = stripRight;
        if (left.chars > 0)
            run.left.add(left.left, left.right, m_middles[index], left.chars);
        if (right.chars > 0)
            run.right.add(right.left, right.right, m_middles[index], right.chars);
        return true;
    }

    void judge(const Run &run, float x, std::size_t end, Gutter &best) const
    {
        if (!run.left.isProse() || !run.right.isProse())
            return;
        const float shared = run.left.sharedHeight(run.right);
        if (shared < m_em || shared < 0.3F * std::min(run.left.height(), run.right.height()))
            return;
        // A wide strip parts more than a narrow one: columns of a page, not of a table in them.
        const float width = (run.stripRight - run.stripLeft) / m_em;
        const float score =
            static_cast<float>(std::min(run.left.chars(), run.right.chars())) * std::min(width, 3.0F);
        if (score > best.score)
            best = {x, run.first, end, score, width};
    }

    void measure(const Run &run, float x, std::size_t end, Gutter &best) const
    {
        constexpr float kWide = 1.5F; // em
        constexpr float kLong = 5;    // em
        const float width = (run.stripRight - run.stripLeft) / m_em;
        const float shared = run.left.sharedHeight(run.right) / m_em;
        if (run.left.chars() == 0 || run.right.chars() == 0 || width < kWide || shared < kLong)
            return;
        const float score = std::min(width, 3.0F) * shared;
        if (score > best.score)
            best = {x, run.first, end, score, width};
    }

    float m_em;
    std::vector<std::vector<Segment>> m_rows;
    std::vector<float> m_middles;
};

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

    float tableRows(const std::vector<Row> &rows) const
    {
        std::size_t count = 0;
        for (const Table &table : findTables(rows, m_page, m_mostlyRightToLeft))
            count += table.end - table.first;
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
