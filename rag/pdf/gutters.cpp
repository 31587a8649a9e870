#include "rag/pdf/gutters.h"

#include <algorithm>
#include <utility>

namespace rag::order {

namespace {

constexpr float kGutter = 0.8F; ///< em; least width of a white strip between columns
constexpr std::size_t kMostCandidates = 80;

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

} // namespace

struct GutterSearch::Run
{
    std::size_t first = 0;
    Side left;
    Side right;
    float stripLeft = -1e9F;
    float stripRight = 1e9F;
};

GutterSearch::GutterSearch(const std::vector<Row> &rows, float em)
    : m_em(em)
{
    for (const Row &row : rows) {
        m_rows.push_back(segmentsOf(row, em));
        m_middles.push_back((row.top + row.bottom) / 2);
    }
}

Gutter GutterSearch::best() const
{
    Gutter best;
    for (const float x : candidates())
        scan(x, best, &GutterSearch::judge);
    return best;
}

std::vector<Gutter> GutterSearch::widest() const
{
    std::vector<Gutter> found;
    for (const float x : candidates()) {
        Gutter best;
        scan(x, best, &GutterSearch::measure);
        if (best.score > 0)
            found.push_back(best);
    }
    std::sort(found.begin(), found.end(), [](const Gutter &a, const Gutter &b) { return a.score > b.score; });
    found.resize(std::min<std::size_t>(found.size(), 4));
    return found;
}

std::vector<float> GutterSearch::candidates() const
{
    std::vector<float> xs;
    for (std::size_t r = 0; r < m_rows.size(); ++r) {
        const std::vector<Segment> &row = m_rows[r];
        for (std::size_t i = 1; i < row.size(); ++i)
            xs.push_back((row[i - 1].right + row[i].left) / 2);
        if (r == 0 || row.empty() || m_rows[r - 1].empty())
            continue;
        // Columns whose lines stand at different heights.
        const std::vector<Segment> &above = m_rows[r - 1];
        for (const auto &[left, right] : {std::pair(above.back().right, row.front().left),
                                          std::pair(row.back().right, above.front().left)})
            if (right - left > m_em)
                xs.push_back((left + right) / 2);
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

void GutterSearch::scan(float x, Gutter &best, Judge judgeRun) const
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
bool GutterSearch::extend(Run &run, float x, std::size_t index) const
{
    float stripLeft = run.stripLeft;
    float stripRight = run.stripRight;
    Segment left;
    Segment right;
    for (const Segment &segment : m_rows[index]) {
        if (segment.left < x && segment.right > x)
            return false;
        Segment &side = segment.right <= x ? left : right;
        side =
            side.chars == 0 ? segment : Segment{side.left, segment.right, side.chars + segment.chars, 0, 0};
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

void GutterSearch::judge(const Run &run, float x, std::size_t end, Gutter &best) const
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

void GutterSearch::measure(const Run &run, float x, std::size_t end, Gutter &best) const
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

} // namespace rag::order
