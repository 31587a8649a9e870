#include "rag/pdf/table_columns.h"

#include <algorithm>

namespace rag::order {

namespace {

constexpr float kStrip = 0.8F; ///< em; least width of white between two columns

using SegmentRows = std::span<const std::vector<Segment>>;

void dropEmptyColumns(std::vector<Strip> &strips, SegmentRows rows, bool rightToLeft)
{
    const std::size_t needed = rows.size() < 3 ? 1 : std::max<std::size_t>(2, rows.size() / 6);
    for (std::size_t c = 0; !strips.empty() && c <= strips.size();) {
        std::size_t users = 0;
        for (const std::vector<Segment> &row : rows)
            users += std::any_of(row.begin(), row.end(), [&](const Segment &segment) {
                return !crosses(segment, strips) && columnOf(segment, strips, rightToLeft) == c;
            });
        if (users >= needed) {
            ++c;
            continue;
        }
        strips.erase(strips.begin() + static_cast<std::ptrdiff_t>(c < strips.size() ? c : c - 1));
        c = 0;
    }
}

} // namespace

std::vector<Strip> columnStrips(SegmentRows rows, float em, bool rightToLeft)
{
    struct Edge
    {
        float x;
        int step;
    };

    std::vector<Edge> edges;
    for (const std::vector<Segment> &row : rows) {
        for (const Segment &segment : row) {
            edges.push_back({segment.left, 1});
            edges.push_back({segment.right, -1});
        }
    }
    std::sort(edges.begin(), edges.end(), [](const Edge &a, const Edge &b) { return a.x < b.x; });
    const int allowed = rows.size() < 5 ? 0 : std::max(1, static_cast<int>(rows.size() / 10));
    std::vector<Strip> strips;
    int covered = 0;
    float from = 0;
    bool open = false;
    bool any = false; // text to the left
    for (const Edge &edge : edges) {
        const int next = covered + edge.step;
        if (covered > allowed && next <= allowed) {
            from = edge.x;
            open = true;
        } else if (covered <= allowed && next > allowed) {
            if (open && any && edge.x - from >= kStrip * em)
                strips.push_back({from, edge.x});
            any = true;
            open = false;
        }
        covered = next;
    }
    dropEmptyColumns(strips, rows, rightToLeft);
    return strips;
}

bool crosses(const Segment &segment, const std::vector<Strip> &strips)
{
    return std::any_of(strips.begin(), strips.end(), [&](const Strip &strip) {
        return segment.left < strip.middle() && segment.right > strip.middle();
    });
}

std::size_t columnOf(const Segment &segment, const std::vector<Strip> &strips, bool rightToLeft)
{
    float at = (segment.left + segment.right) / 2;
    if (crosses(segment, strips))
        at = rightToLeft ? segment.right : segment.left;
    return static_cast<std::size_t>(
        std::count_if(strips.begin(), strips.end(), [&](const Strip &strip) { return strip.middle() < at; }));
}

std::vector<Segment> splitAtStrips(const std::vector<Segment> &segments, const PieceList &pieces,
                                   const std::vector<Strip> &strips, float em)
{
    constexpr float kGap = 0.42F; // em
    std::vector<Segment> parts;
    for (const Segment &segment : segments) {
        parts.push_back(segment);
        for (std::size_t i = segment.first + 1; crosses(parts.back(), strips) && i < segment.end; ++i) {
            const float left = pieces[i - 1]->box.right();
            const float right = pieces[i]->box.x;
            const bool atStrip = std::any_of(strips.begin(), strips.end(), [&](const Strip &strip) {
                return left < strip.right && right > strip.left;
            });
            if (!atStrip || right - left < kGap * em)
                continue;
            Segment rest = parts.back();
            parts.back().right = left;
            parts.back().end = i;
            rest.left = right;
            rest.first = i;
            parts.push_back(rest);
        }
    }
    return parts;
}

} // namespace rag::order
