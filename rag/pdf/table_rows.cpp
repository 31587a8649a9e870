#include "rag/pdf/table_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rag::order {

namespace {

constexpr double kNever = 1e9;
constexpr double kReward = 0.3; ///< for each row: else one row of everything would fit best
constexpr std::size_t kMostColumns = 24;
constexpr std::size_t kMostLinesOfACell = 10;

enum class Alignment { Top, Middle, Bottom };

struct Item
{
    CellLine line;
    float middle = 0;
    int before = -1;       ///< the line above in its column
    float distance = 0;    ///< from it
    bool goesOn = false;   ///< the line above had no room for this one's first word
    bool mayBegin = false; ///< a cut may stand before it
};

float firstWordWidth(const CellLine &line, bool rightToLeft)
{
    return (rightToLeft ? line.pieces.back() : line.pieces.front())->box.width;
}

class RowCutter
{
public:
    RowCutter(std::vector<CellLine> lines, std::size_t columns, float em, bool rightToLeft)
        : m_columns(columns)
        , m_key(rightToLeft ? columns - 1 : 0)
        , m_em(em)
    {
        for (CellLine &line : lines) {
            const float middle = line.box.y + line.box.height / 2;
            m_items.push_back({std::move(line), middle});
        }
        std::stable_sort(m_items.begin(), m_items.end(),
                         [](const Item &a, const Item &b) { return a.middle < b.middle; });
        link(rightToLeft);
        measure();
    }

    TableRows run()
    {
        if (m_items.empty() || m_columns > kMostColumns)
            return {};
        Cuts best = solve(Alignment::Top);
        for (const Alignment alignment : {Alignment::Middle, Alignment::Bottom}) {
            Cuts other = solve(alignment);
            if (other.cost < best.cost)
                best = std::move(other);
        }
        TableRows out;
        for (std::size_t row = 0; row + 1 < best.at.size(); ++row) {
            TableRow &cells = out.rows.emplace_back(m_columns);
            for (std::size_t i = best.at[row]; i < best.at[row + 1]; ++i) {
                CellLine &line = m_items[i].line;
                cells[line.column].lines.push_back(std::move(line));
            }
        }
        out.misfit = best.cost / static_cast<double>(std::max<std::size_t>(1, out.rows.size())) + kReward;
        return out;
    }

private:
    struct Cuts
    {
        double cost = kNever;
        std::vector<std::size_t> at; ///< first items of the rows, and the end
    };

    /// How far lines of each column reach, or could: up to the next column.
    std::vector<float> edgesOf(bool rightToLeft) const
    {
        std::vector<float> edges(m_columns, -1e9F);
        std::vector<float> starts(m_columns, 1e9F);
        for (const Item &item : m_items) {
            const Box &box = item.line.box;
            float &edge = edges[item.line.column];
            float &start = starts[item.line.column];
            edge = std::max(edge, rightToLeft ? -box.x : box.right());
            start = std::min(start, rightToLeft ? -box.right() : box.x);
        }
        for (std::size_t c = 0; c < m_columns; ++c) {
            const std::size_t next = rightToLeft ? c - 1 : c + 1; // wraps round at the last
            if (next < m_columns && starts[next] < 1e9F)
                edges[c] = std::max(edges[c], starts[next] - 1.2F * m_em);
        }
        return edges;
    }

    void link(bool rightToLeft)
    {
        const std::vector<float> edges = edgesOf(rightToLeft);
        std::vector<float> starts(m_columns, 1e9F);
        for (const Item &item : m_items) {
            float &start = starts[item.line.column];
            start = std::min(start, rightToLeft ? -item.line.box.right() : item.line.box.x);
        }
        std::vector<int> last(m_columns, -1);
        for (std::size_t i = 0; i < m_items.size(); ++i) {
            Item &item = m_items[i];
            item.before = last[item.line.column];
            last[item.line.column] = static_cast<int>(i);
            if (item.before >= 0) {
                const Item &above = m_items[static_cast<std::size_t>(item.before)];
                const Box &box = above.line.box;
                const float room = edges[item.line.column] - (rightToLeft ? -box.x : box.right());
                item.distance = item.middle - above.middle;
                // Numbers that end below each other are not full, wherever they begin.
                const float start = rightToLeft ? -box.right() : box.x;
                item.goesOn = box.width > 4 * m_em && start < starts[item.line.column] + m_em &&
                              room < firstWordWidth(item.line, rightToLeft) + 0.3F * m_em;
            }
            item.mayBegin = !overlapsAnyAbove(i);
        }
        forgetCase();
    }

    /// Where cells begin in lower case, a line that does so says nothing.
    void forgetCase()
    {
        std::vector<int> begins(m_columns, 0);
        std::vector<int> lower(m_columns, 0);
        for (const Item &item : m_items) {
            if (item.goesOn)
                continue;
            ++begins[item.line.column];
            lower[item.line.column] += item.line.beginsLower;
        }
        for (Item &item : m_items)
            if (lower[item.line.column] * 3 >= begins[item.line.column])
                item.line.beginsLower = false;
    }

    /// Rows of a table do not reach into each other.
    bool overlapsAnyAbove(std::size_t index) const
    {
        const Box &box = m_items[index].line.box;
        for (std::size_t back = 1; back <= 2 * m_columns && back <= index; ++back) {
            const Item &other = m_items[index - back];
            const float shared = other.line.box.bottom() - box.y;
            if (shared > 0.3F * std::min(box.height, other.line.box.height))
                return true;
        }
        return false;
    }

    /// Distance of lines in a cell, and whether rows stand further apart than that.
    void measure()
    {
        std::vector<float> distances;
        for (const Item &item : m_items)
            if (item.before >= 0)
                distances.push_back(item.distance);
        m_leading = 1.2F * m_em;
        if (distances.empty())
            return;
        std::sort(distances.begin(), distances.end());
        m_leading = std::max(0.8F * m_em, distances[distances.size() * 15 / 100]);
        const auto wider = std::count_if(distances.begin(), distances.end(), [&](float distance) {
            return distance > 1.13F * m_leading && distance < 1.95F * m_leading;
        });
        m_padded = wider > 0 && static_cast<std::size_t>(wider) * 5 >= distances.size();
    }

    Cuts solve(Alignment alignment) const
    {
        const std::size_t n = m_items.size();
        const std::size_t longest = m_columns * kMostLinesOfACell;
        std::vector<double> best(n + 1, kNever);
        std::vector<std::size_t> from(n + 1, 0);
        best[0] = 0;
        for (std::size_t begin = 0; begin < n; ++begin) {
            if (best[begin] >= kNever)
                continue;
            for (std::size_t end = begin + 1; end <= std::min(n, begin + longest); ++end) {
                if (end < n && !m_items[end].mayBegin)
                    continue;
                const double cost = best[begin] + costOf(begin, end, alignment) - kReward;
                if (cost < best[end]) {
                    best[end] = cost;
                    from[end] = begin;
                }
            }
        }
        Cuts cuts{best[n], {}};
        if (cuts.cost >= kNever)
            return {kNever, {0, n}};
        for (std::size_t at = n; at > 0; at = from[at])
            cuts.at.insert(cuts.at.begin(), at);
        cuts.at.insert(cuts.at.begin(), 0);
        return cuts;
    }

    /// What stands in one column of a row.
    struct Extent
    {
        float top = 0;
        float bottom = 0;
        int lines = 0;
        bool filled = false;
    };

    double costOf(std::size_t begin, std::size_t end, Alignment alignment) const
    {
        std::array<Extent, kMostColumns> columns{};
        double cost = 0;
        std::size_t filled = 0;
        bool goesOn = false;  // within the row
        bool mayGoOn = false; // or from the row above
        for (std::size_t i = begin; i < end; ++i) {
            const Item &item = m_items[i];
            Extent &column = columns[item.line.column];
            cost += column.filled ? costWithin(item, begin == 0) : costBetween(item);
            goesOn = goesOn || (column.filled && item.goesOn);
            mayGoOn = mayGoOn || item.goesOn;
            if (!column.filled) {
                column.top = item.line.box.y;
                column.filled = true;
                ++filled;
            }
            column.bottom = item.line.box.bottom();
            ++column.lines;
        }
        if (filled >= 2 && goInStep(columns))
            cost += goesOn ? 0.15 : 0.6;
        const std::size_t empty = m_columns - filled;
        cost += filled > 1 ? 0.1 * static_cast<double>(empty) : mayGoOn ? 0.9 : 0.45;
        if (!columns[m_key].filled)
            cost += mayGoOn ? 0.5 : 0.15;
        double apart = spread(columns, static_cast<float>(alignment) / 2);
        if (begin == 0) // heads stand otherwise than what is under them
            apart = std::min({apart, spread(columns, 0.0F), spread(columns, 0.5F), spread(columns, 1.0F)});
        return cost + std::min(3.0, 3 * std::max(0.0, apart - 0.15));
    }

    /// Every cell has the same number of lines: rather so many rows.
    bool goInStep(const std::array<Extent, kMostColumns> &columns) const
    {
        int lines = 0;
        for (std::size_t c = 0; c < m_columns; ++c) {
            if (columns[c].lines > 0 && lines > 0 && columns[c].lines != lines)
                return false;
            lines = std::max(lines, columns[c].lines);
        }
        return lines > 1;
    }

    /// A line under another of its cell.
    double costWithin(const Item &item, bool inHead) const
    {
        const bool number = m_items[static_cast<std::size_t>(item.before)].line.endsInNumber;
        return (item.distance > 1.35F * m_leading ? 1.5 : 0.0) + (item.goesOn ? 0.0
                                                                  : number    ? 0.6
                                                                  : inHead    ? 0.05
                                                                              : 0.35);
    }

    /// The first line of a cell under that of the row above.
    double costBetween(const Item &item) const
    {
        if (item.before < 0 || item.distance > 1.12F * m_leading)
            return 0;
        const double cut = !item.goesOn ? 0.0 : item.line.beginsLower ? 0.75 : 0.1;
        return (m_padded ? 0.15 : 0.0) + cut;
    }

    /// How far the columns of a row are from standing on one height, in em.
    /// @param share  0: their tops, 1: their bottoms
    double spread(const std::array<Extent, kMostColumns> &columns, float share) const
    {
        float least = std::numeric_limits<float>::max();
        float most = std::numeric_limits<float>::lowest();
        for (std::size_t c = 0; c < m_columns; ++c) {
            if (!columns[c].filled)
                continue;
            const float at = columns[c].top + share * (columns[c].bottom - columns[c].top);
            least = std::min(least, at);
            most = std::max(most, at);
        }
        return most > least ? double{(most - least) / m_em} : 0.0;
    }

    std::vector<Item> m_items;
    std::size_t m_columns;
    std::size_t m_key; ///< the column read first
    float m_em;
    float m_leading = 0;
    bool m_padded = false;
};

} // namespace

TableRows cutRows(std::vector<CellLine> lines, std::size_t columns, float em, bool rightToLeft)
{
    return RowCutter(std::move(lines), columns, em, rightToLeft).run();
}

} // namespace rag::order
