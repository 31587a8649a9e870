#pragma once

#include "rag/types.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// Which block of a page opens a section, and what the section is called. With an outline its titles are
/// used: the block that reads like an entry for this page opens that entry's section; without one, each
/// heading opens its own.
class Sections
{
public:
    explicit Sections(std::vector<OutlineItem> outline);

    bool hasOutline() const { return m_hasOutline; }

    /// What an outline entry calls the page from its top on: an entry for this page that no block reads like.
    /// Empty: goes on as before. Must be called for each page before opens().
    std::string turnTo(const PageContent &page, const std::vector<Block> &blocks);

    struct Opening
    {
        bool opens = false;
        std::string title; ///< empty: the section keeps its name (a heading below the outline's levels)
    };

    /// @param block  index in the blocks of the page turned to
    Opening opens(std::size_t block) const;

private:
    bool m_hasOutline;
    std::multimap<int, OutlineItem> m_byPage;
    std::vector<Opening> m_openings; ///< a block each
};

} // namespace rag
