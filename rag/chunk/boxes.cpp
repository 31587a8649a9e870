#include "rag/chunk/chunker.h"

#include <algorithm>

namespace rag {

namespace {

/// Wider gaps part what stands in one line: the columns of a table, two columns of text.
constexpr float kWidestGap = 3; ///< heights of the line

bool sameLine(const Box &a, const Box &b)
{
    const float height = std::min(a.height, b.height);
    const float shared = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
    const float gap = std::max(a.x, b.x) - std::min(a.right(), b.right());
    return shared > height / 2 && gap <= kWidestGap * std::max(a.height, b.height);
}

/// A number or Latin words inside of Arabic jump within their line, so that neighbours meet only later.
void mergeNeighbours(std::vector<Box> &lines)
{
    for (std::size_t i = 0; i + 1 < lines.size();) {
        if (sameLine(lines[i], lines[i + 1])) {
            lines[i] = united(lines[i], lines[i + 1]);
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            i = i > 0 ? i - 1 : 0;
        } else {
            ++i;
        }
    }
}

void addRange(const PageContent &page, std::uint32_t begin, std::uint32_t end, std::vector<Box> &lines)
{
    auto next = std::partition_point(page.chars.begin(), page.chars.end(),
                                     [&](const CharBox &one) { return one.end <= begin; });
    for (; next != page.chars.end() && next->begin < end; ++next) {
        if (!lines.empty() && sameLine(lines.back(), next->box))
            lines.back() = united(lines.back(), next->box);
        else
            lines.push_back(next->box);
    }
}

} // namespace

std::vector<Box> boxesOf(std::span<const Segment> segments, std::uint32_t begin, std::uint32_t end,
                         const PageContent &page)
{
    std::vector<Box> lines;
    for (const Segment &segment : segments) {
        const std::uint32_t from = std::max(begin, segment.begin);
        const std::uint32_t to = std::min(end, segment.begin + segment.length);
        if (segment.page == page.page && from < to)
            addRange(page, segment.pageBegin + (from - segment.begin),
                     segment.pageBegin + (to - segment.begin), lines);
    }
    mergeNeighbours(lines);
    return lines;
}

} // namespace rag
