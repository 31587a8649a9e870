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

} // namespace

Sections::Sections(std::vector<OutlineItem> outline)
    : m_hasOutline(false)
{
    for (OutlineItem &item : outline) {
        if (item.page < 0 || titleOf(item.title).empty())
            continue;
        m_hasOutline = true;
        const int page = item.page;
        m_byPage.emplace(page, std::move(item));
    }
}

std::string Sections::turnTo(const PageContent &page, const std::vector<Block> &blocks)
{
    m_openings.assign(blocks.size(), {});
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (blocks[i].kind == BlockKind::Heading)
            m_openings[i] = {true, m_hasOutline ? std::string() : titleOf(textOf(page, blocks[i]))};

    const auto [first, last] = m_byPage.equal_range(page.page);
    std::vector<std::string> keys(blocks.size());
    if (first != last)
        for (std::size_t i = 0; i < blocks.size(); ++i)
            if (blocks[i].end - blocks[i].begin <= kLongestTitle)
                keys[i] = keyOf(textOf(page, blocks[i]));

    std::string fromTop;
    std::size_t from = 0; // entries stand in the order of the page
    for (auto item = first; item != last; ++item) {
        const std::string entry = keyOf(item->second.title);
        std::size_t match = from;
        while (match < blocks.size() && !readsLike(keys[match], entry))
            ++match;
        if (match < blocks.size()) {
            m_openings[match] = {true, titleOf(item->second.title)};
            from = match + 1;
        } else if (from == 0 && fromTop.empty()) {
            fromTop = titleOf(item->second.title);
        }
    }
    return fromTop;
}

Sections::Opening Sections::opens(std::size_t block) const
{
    return m_openings[block];
}

} // namespace rag
