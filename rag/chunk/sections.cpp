#include "rag/chunk/sections.h"

#include "rag/text/normalizer.h"

#include <algorithm>

namespace rag {

namespace {

constexpr std::size_t kLongestTitle = 200; ///< bytes
constexpr std::size_t kNumbering = 12; ///< "3.2.1", "Chapter 3": bytes by which entry and heading may differ

std::string titleOf(std::string_view text)
{
    std::string title;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            title += c;
        else if (!title.empty() && title.back() != ' ')
            title += ' ';
    }
    if (title.size() > kLongestTitle) {
        std::size_t cut = kLongestTitle;
        while (cut > 0 && (static_cast<unsigned char>(title[cut]) & 0xC0) == 0x80)
            --cut;
        title.resize(cut);
    }
    while (!title.empty() && title.back() == ' ')
        title.pop_back();
    return title;
}

/// Its words and nothing else, so that spacing, case and dots between numbers do not matter.
std::string keyOf(std::string_view text)
{
    std::string key = indexWords(text);
    std::erase(key, ' ');
    return key;
}

bool endsWithin(std::string_view longer, std::string_view shorter)
{
    return shorter.size() >= 4 && longer.ends_with(shorter) && longer.size() - shorter.size() <= kNumbering;
}

bool readsLike(std::string_view block, std::string_view entry)
{
    return !entry.empty() && (block == entry || endsWithin(block, entry) || endsWithin(entry, block));
}

std::string_view textOf(const PageContent &page, const Block &block)
{
    return std::string_view(page.text).substr(block.begin, block.end - block.begin);
}

/// Joined as long as that stays short: the lowest titles stay.
std::string pathOf(const std::vector<std::string> &titles)
{
    constexpr std::size_t kLongestPath = 120; // bytes
    std::string path;
    for (std::size_t i = titles.size(); i > 0; --i) {
        const std::string &title = titles[i - 1];
        if (path.empty())
            path = title;
        else if (path.size() + title.size() + 3 > kLongestPath)
            break;
        else if (!title.empty() && keyOf(title) != keyOf(path.substr(0, title.size())))
            path = title + " > " + path;
    }
    return path;
}

} // namespace

Sections::Sections(std::vector<OutlineItem> outline)
    : m_outline(std::move(outline))
{
    for (std::size_t i = 0; i < m_outline.size(); ++i) {
        m_keys.push_back(keyOf(m_outline[i].title));
        if (m_keys.back().empty())
            continue;
        m_hasOutline = true;
        if (m_outline[i].page >= 0) {
            m_paged = true;
            m_byPage.emplace(m_outline[i].page, i);
        }
    }
}

std::string Sections::entryPath(std::size_t entry) const
{
    std::vector<std::string> titles{titleOf(m_outline[entry].title)};
    int level = m_outline[entry].level;
    for (std::size_t i = entry; i > 0 && level > 0; --i) {
        if (m_outline[i - 1].level < level) {
            level = m_outline[i - 1].level;
            titles.insert(titles.begin(), titleOf(m_outline[i - 1].title));
        }
    }
    return pathOf(titles);
}

std::string Sections::turnTo(const PageContent &page, const std::vector<Block> &blocks)
{
    m_openings.assign(blocks.size(), {});
    m_isEntry.assign(blocks.size(), false);
    std::string fromTop;
    if (m_paged)
        fromTop = openPaged(page, blocks);
    else if (m_hasOutline)
        openInOrder(page, blocks);
    nameHeadings(page, blocks);
    return fromTop;
}

std::string Sections::openPaged(const PageContent &page, const std::vector<Block> &blocks)
{
    const auto [first, last] = m_byPage.equal_range(page.page);
    std::vector<std::string> keys(blocks.size());
    if (first != last)
        for (std::size_t i = 0; i < blocks.size(); ++i)
            if (blocks[i].end - blocks[i].begin <= kLongestTitle)
                keys[i] = keyOf(textOf(page, blocks[i]));

    std::string fromTop;
    std::size_t from = 0; // entries stand in the order of the page
    for (auto item = first; item != last; ++item) {
        const std::string &entry = m_keys[item->second];
        std::size_t match = from;
        while (match < blocks.size() && !readsLike(keys[match], entry))
            ++match;
        if (match < blocks.size()) {
            m_openings[match] = {true, entryPath(item->second)};
            m_isEntry[match] = true;
            from = match + 1;
        } else if (from == 0 && fromTop.empty()) {
            fromTop = entryPath(item->second);
            m_entry = fromTop;
            m_above.clear();
        }
    }
    return fromTop;
}

/// The next entry that reads like a block. Headings may pass over entries that were not seen; a title that is
/// set like the text around it must be one of the next two.
std::size_t Sections::findAhead(std::string_view key, bool heading) const
{
    constexpr std::size_t kShort = 12; // bytes: "overview", found everywhere
    const std::size_t window = !heading ? 2 : key.size() < kShort ? 12 : 60;
    const std::size_t end = std::min(m_keys.size(), m_next + window);
    for (std::size_t i = m_next; i < end; ++i)
        if (heading ? readsLike(key, m_keys[i]) : key == m_keys[i])
            return i;
    return m_keys.size();
}

void Sections::openInOrder(const PageContent &page, const std::vector<Block> &blocks)
{
    const std::size_t before = m_next;
    std::vector<std::pair<std::size_t, std::size_t>> found; // block, entry
    std::size_t plain = 0;
    for (std::size_t i = 0; i < blocks.size() && m_next < m_keys.size(); ++i) {
        const Block &block = blocks[i];
        const bool heading = block.kind == BlockKind::Heading;
        if ((!heading && block.kind != BlockKind::Body) || block.end - block.begin > kLongestTitle)
            continue;
        const std::string key = keyOf(textOf(page, block));
        const std::size_t entry = key.empty() ? m_keys.size() : findAhead(key, heading);
        if (entry >= m_keys.size())
            continue;
        found.emplace_back(i, entry);
        plain += !heading;
        m_next = entry + 1;
    }
    // A page of nothing but titles is the table of contents.
    constexpr std::size_t kContents = 5;
    if (found.size() >= kContents && (plain * 2 > found.size() || found.size() * 10 > blocks.size() * 7)) {
        m_next = before;
        return;
    }
    for (const auto &[block, entry] : found) {
        m_openings[block] = {true, entryPath(entry)};
        m_isEntry[block] = true;
        m_outline[entry].page = page.page;
    }
}

void Sections::nameHeadings(const PageContent &page, const std::vector<Block> &blocks)
{
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (m_isEntry[i]) {
            m_entry = m_openings[i].title;
            m_above.clear();
            continue;
        }
        if (blocks[i].kind != BlockKind::Heading)
            continue;
        constexpr float kAlike = 1.03F;
        while (!m_above.empty() && m_above.back().size <= kAlike * blocks[i].fontSize)
            m_above.pop_back();
        m_above.push_back({blocks[i].fontSize, titleOf(textOf(page, blocks[i]))});
        std::vector<std::string> titles;
        if (!m_entry.empty())
            titles.push_back(m_entry);
        for (const Heading &heading : m_above)
            titles.push_back(heading.title);
        m_openings[i] = {true, pathOf(titles)};
    }
}

Sections::Opening Sections::opens(std::size_t block) const
{
    return m_openings[block];
}

} // namespace rag
