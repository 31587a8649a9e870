#pragma once

#include "rag/types.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// Which block of a page opens a section, and what the section is called: "Chapter > Section", as long as
/// that is short. With an outline its titles are used: the block that reads like an entry opens that entry's
/// section. Entries whose page is not known are looked for in their order, and keep the page they were found
/// on. Other headings, and all of them without an outline, open sections of their own; what stands above them
/// is told by their size.
class Sections
{
public:
    explicit Sections(std::vector<OutlineItem> outline);

    bool hasOutline() const { return m_hasOutline; }

    const std::vector<OutlineItem> &outline() const { return m_outline; }

    /// What an outline entry calls the page from its top on: an entry for this page that no block reads like.
    /// Empty: goes on as before. Must be called for each page before opens().
    std::string turnTo(const PageContent &page, const std::vector<Block> &blocks);

    /// Forgets the headings above: a slide stands for itself.
    void startAfresh() { m_above.clear(); }

    struct Opening
    {
        bool opens = false;
        std::string title; ///< empty: the section keeps its name
    };

    /// @param block  index in the blocks of the page turned to
    Opening opens(std::size_t block) const;

private:
    struct Heading
    {
        float size = 0;
        std::string title;
    };

    std::string openPaged(const PageContent &page, const std::vector<Block> &blocks);
    void openInOrder(const PageContent &page, const std::vector<Block> &blocks);
    std::size_t findAhead(std::string_view key, bool heading) const;
    void nameHeadings(const PageContent &page, const std::vector<Block> &blocks);
    std::string entryPath(std::size_t entry) const;

    std::vector<OutlineItem> m_outline;
    std::vector<std::string> m_keys; ///< of the outline's titles
    bool m_hasOutline = false;
    bool m_paged = false; ///< its pages are known
    std::multimap<int, std::size_t> m_byPage;
    std::size_t m_next = 0;          ///< the first entry not found yet
    std::string m_entry;             ///< path of the entry that was opened last
    std::vector<Heading> m_above;    ///< headings under which the reading stands, below m_entry
    std::vector<Opening> m_openings; ///< a block each
    std::vector<bool> m_isEntry;
};

} // namespace rag
