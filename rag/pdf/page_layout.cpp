#include "rag/pdf/page_layout.h"

#include <algorithm>
#include <cmath>

namespace rag::order {

namespace {

using PieceList = std::vector<const Piece *>;

constexpr float kSegmentGap = 0.9F; ///< em; wider gaps part what may be columns or cells
constexpr float kGutter = 0.8F;     ///< em; least width of a white strip between columns
constexpr std::size_t kMostPieces = 8000;
constexpr std::size_t kMostCandidates = 80;
constexpr int kDeepest = 10;

struct Row
{
    PieceList pieces;
    float top = 0;
    float bottom = 0;
    std::size_t chars = 0; ///< of the piece that gave top and bottom
};

float overlapShare(float top, float bottom, const Box &box)
{
    const float shared = std::min(bottom, box.bottom()) - std::max(top, box.y);
    const float smaller = std::min(bottom - top, box.height);
    return smaller > 0 ? shared / smaller : 0;
}

/// Groups by vertical overlap; the tallest piece of a row sets its measure, so that raised and lowered ones
/// join it.
std::vector<Row> makeRows(PieceList pieces)
{
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece *a, const Piece *b) {
        return a->box.y + a->box.height / 2 < b->box.y + b->box.height / 2;
    });
    std::vector<Row> rows;
    for (const Piece *piece : pieces) {
        Row *best = nullptr;
        float bestShare = 0.5F;
        for (std::size_t i = rows.size(); i > 0 && i + 4 > rows.size(); --i) {
            const float share = overlapShare(rows[i - 1].top, rows[i - 1].bottom, piece->box);
            if (share > bestShare) {
                bestShare = share;
                best = &rows[i - 1];
            }
        }
        if (!best) {
            rows.push_back({});
            best = &rows.back();
        }
        best->pieces.push_back(piece);
        if (piece->end - piece->begin > best->chars) {
            best->top = piece->box.y;
            best->bottom = piece->box.bottom();
            best->chars = piece->end - piece->begin;
        }
    }
    for (Row &row : rows) {
        std::stable_sort(row.pieces.begin(), row.pieces.end(),
                         [](const Piece *a, const Piece *b) { return a->box.x < b->box.x; });
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row &a, const Row &b) { return a.top + a.bottom < b.top + b.bottom; });
    return rows;
}

float medianSize(const PieceList &pieces)
{
    std::vector<float> sizes;
    for (const Piece *piece : pieces)
        sizes.insert(sizes.end(), std::min<std::size_t>(piece->end - piece->begin, 40), piece->size);
    if (sizes.empty())
        return 10;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    return *middle;
}

/// Text of one row without a wide gap.
struct Segment
{
    float left = 0;
    float right = 0;
    int chars = 0;
};

std::vector<Segment> segmentsOf(const Row &row, float em)
{
    std::vector<Segment> out;
    for (const Piece *piece : row.pieces) {
        const int chars = static_cast<int>(piece->end - piece->begin);
        if (!out.empty() && piece->box.x - out.back().right < kSegmentGap * std::max(em, piece->size)) {
            out.back().right = std::max(out.back().right, piece->box.right());
            out.back().chars += chars;
        } else {
            out.push_back({piece->box.x, piece->box.right(), chars});
        }
    }
    return out;
}

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
    int score = 0;
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

    Gutter best() const
    {
        Gutter best;
        for (const float x : candidates())
            scan(x, best);
        return best;
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

    void scan(float x, Gutter &best) const
    {
        Run run;
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (!extend(run, x, i)) {
                judge(run, x, i, best);
                run = Run{};
                run.first = i + 1;
            }
        }
        judge(run, x, m_rows.size(), best);
    }

    /// @return false where the row crosses the strip or makes it too narrow
    bool extend(Run &run, float x, std::size_t index) const
    {
        float stripLeft = run.stripLeft;
        float stripRight = run.stripRight;
        Segment left{0, 0, 0};
        Segment right{0, 0, 0};
        for (const Segment &segment : m_rows[index]) {
            if (segment.left < x && segment.right > x)
                return false;
            Segment &side = segment.right <= x ? left : right;
            side = side.chars == 0 ? segment : Segment{side.left, segment.right, side.chars + segment.chars};
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
        const int score = std::min(run.left.chars(), run.right.chars());
        if (score > best.score)
            best = {x, run.first, end, score};
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
        if (depth < kDeepest && pieces.size() <= kMostPieces)
            gutter = GutterSearch(rows, medianSize(pieces)).best();
        if (gutter.score == 0) {
            addRegion(rows);
            return;
        }
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
        if (m_mostlyRightToLeft)
            std::swap(left, right);
        divide(left, depth + 1);
        divide(right, depth + 1);
        divide(below, depth + 1);
    }

    void addRegion(const std::vector<Row> &rows)
    {
        Region region;
        PieceList all;
        for (const Row &row : rows) {
            Line line;
            line.pieces = row.pieces;
            line.box = row.pieces.front()->box;
            for (const Piece *piece : row.pieces)
                line.box = united(line.box, piece->box);
            line.size = medianSize(row.pieces);
            region.box = region.lines.empty() ? line.box : united(region.box, line.box);
            region.lines.push_back(std::move(line));
            all.insert(all.end(), row.pieces.begin(), row.pieces.end());
        }
        region.rightToLeft = isRightToLeft(all);
        m_regions.push_back(std::move(region));
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
