#include "rag/chunk/running_lines.h"

#include "rag/text/normalizer.h"

#include <algorithm>
#include <cmath>

namespace rag {

namespace {

constexpr std::size_t kNeighbours = 2; ///< on either side; odd and even pages may differ
constexpr float kEdge = 0.13F;         ///< of the page's height: no body text is taken for a header below it
constexpr float kSamePlace = 0.012F;   ///< of the page's height
constexpr std::size_t kLongest = 160;  ///< bytes
constexpr std::size_t kMostEdges = 4;  ///< blocks looked at from the top, and from the bottom

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Letters as the index folds them, each number one '#'.
std::string keyOf(std::string_view text)
{
    std::string key;
    for (const char c : normalizeForIndex(text).text) {
        if (isDigit(c)) {
            if (key.empty() || key.back() != '#')
                key += '#';
        } else if (c != ' ' && c != '\n') {
            key += c;
        }
    }
    return key;
}

bool isRoman(std::string_view key)
{
    return !key.empty() && key.size() <= 8 && key.find_first_not_of("ivxlc") == std::string_view::npos;
}

/// "12", "- 12 -", "164 / 233", "xii"
bool isNumberOnly(std::string_view key)
{
    return isRoman(key) || (key.find('#') != std::string_view::npos &&
                            key.find_first_not_of("#-/.()|[]") == std::string_view::npos);
}

struct Span
{
    float top = 0;
    float bottom = 0;
};

/// From the boxes of its characters; bottom < top where it has none.
Span extent(const PageContent &page, const Block &block)
{
    Span span{1, 0};
    bool any = false;
    const auto first = std::lower_bound(page.chars.begin(), page.chars.end(), block.begin,
                                        [](const CharBox &c, std::uint32_t at) { return c.begin < at; });
    for (auto c = first; c != page.chars.end() && c->end <= block.end; ++c) {
        span.top = any ? std::min(span.top, c->box.y) : c->box.y;
        span.bottom = any ? std::max(span.bottom, c->box.bottom()) : c->box.bottom();
        any = true;
    }
    return span;
}

} // namespace

std::vector<RunningLines::Edge> RunningLines::edgesOf(const PageContent &page)
{
    std::vector<Edge> edges;
    if (page.state != PageState::Read || page.height <= 0)
        return edges;
    std::vector<Edge> upper;
    std::vector<Edge> lower;
    for (std::size_t i = 0; i < page.blocks.size(); ++i) {
        const Block &block = page.blocks[i];
        if (block.end - block.begin > kLongest || block.begin >= block.end)
            continue;
        const Span span = extent(page, block);
        if (span.bottom < span.top)
            continue;
        const bool high = span.bottom < kEdge * page.height;
        const bool low = span.top > (1 - kEdge) * page.height;
        if (!high && !low)
            continue;
        Edge edge;
        edge.key = keyOf(std::string_view(page.text).substr(block.begin, block.end - block.begin));
        edge.position = (span.top + span.bottom) / 2 / page.height;
        edge.block = i;
        edge.numberOnly = isNumberOnly(edge.key);
        // A heading on every page is a title, not a header: slides, forms.
        // Nor are rows of a table that goes on over many pages.
        if ((block.kind == BlockKind::Heading && !edge.numberOnly) || block.kind == BlockKind::Table ||
            block.kind == BlockKind::Caption)
            continue;
        if (!edge.key.empty())
            (high ? upper : lower).push_back(std::move(edge));
    }
    const auto byPlace = [](const Edge &a, const Edge &b) { return a.position < b.position; };
    std::sort(upper.begin(), upper.end(), byPlace);
    std::sort(lower.begin(), lower.end(), [&](const Edge &a, const Edge &b) { return byPlace(b, a); });
    for (std::vector<Edge> *side : {&upper, &lower}) {
        side->resize(std::min(side->size(), kMostEdges));
        edges.insert(edges.end(), side->begin(), side->end());
    }
    return edges;
}

PageContent RunningLines::decide(std::size_t index)
{
    Entry &entry = m_pages[index];
    entry.decided = true;
    PageContent page = entry.page; // the entry stays as it came, for its neighbours
    std::vector<bool> running(page.blocks.size(), false);
    for (const Edge &edge : entry.edges) {
        for (std::size_t other = index < kNeighbours ? 0 : index - kNeighbours;
             other < m_pages.size() && other <= index + kNeighbours; ++other) {
            if (other == index)
                continue;
            for (const Edge &theirs : m_pages[other].edges) {
                const bool samePlace = std::abs(edge.position - theirs.position) < kSamePlace;
                const bool sameText = edge.key == theirs.key || (edge.numberOnly && theirs.numberOnly);
                if (samePlace && sameText)
                    running[edge.block] = true;
            }
        }
    }
    for (std::size_t i = 0; i < page.blocks.size(); ++i)
        if (running[i])
            page.blocks[i].kind = BlockKind::Running;
    return page;
}

std::vector<PageContent> RunningLines::takeDecided(std::size_t behind)
{
    std::vector<PageContent> decided;
    for (std::size_t i = 0; i + behind < m_pages.size(); ++i)
        if (!m_pages[i].decided)
            decided.push_back(decide(i));
    while (m_pages.size() > 2 * kNeighbours && m_pages[kNeighbours].decided)
        m_pages.pop_front();
    return decided;
}

std::vector<PageContent> RunningLines::add(PageContent page)
{
    std::vector<Edge> edges = edgesOf(page);
    m_pages.push_back({std::move(page), std::move(edges), false});
    return takeDecided(kNeighbours);
}

std::vector<PageContent> RunningLines::finish()
{
    std::vector<PageContent> rest = takeDecided(0);
    m_pages.clear();
    return rest;
}

void RunningLines::remember(const PageContent &page)
{
    m_pages.push_back({page, edgesOf(page), true});
    while (m_pages.size() > kNeighbours)
        m_pages.pop_front();
}

} // namespace rag
