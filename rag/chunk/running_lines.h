#pragma once

#include "rag/types.h"

#include <deque>
#include <string>
#include <vector>

namespace rag {

/// Finds running headers, footers and page numbers by comparing the outermost blocks of a page with those of
/// the two pages before and behind it, and marks them BlockKind::Running: the text stays on the page, no
/// passage is made of it. Page by page, two pages behind. (Lin, "Header and footer extraction by page
/// association", 2003.)
class RunningLines
{
public:
    /// @return the pages that are decided now, in order
    std::vector<PageContent> add(PageContent page);
    /// @return the rest
    std::vector<PageContent> finish();
    /// A page that was decided before: only a neighbour of those that follow.
    void remember(const PageContent &page);

private:
    /// A block at the upper or lower edge.
    struct Edge
    {
        std::string key;    ///< its text, digits all alike
        float position = 0; ///< of its middle, in heights of the page
        std::size_t block = 0;
        bool numberOnly = false;
    };

    struct Entry
    {
        PageContent page;
        std::vector<Edge> edges;
        bool decided = false;
    };

    static std::vector<Edge> edgesOf(const PageContent &page);
    PageContent decide(std::size_t index);
    std::vector<PageContent> takeDecided(std::size_t behind);

    std::deque<Entry> m_pages;
};

} // namespace rag
