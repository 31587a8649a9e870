#include "engine/tokenizer/byte_trie.h"

#include <algorithm>
#include <bit>

namespace engine {
namespace {

struct SortKey
{
    std::uint64_t head; ///< the first eight bytes, biggest first: settles most comparisons
    ByteTrie::Key key;
};

std::uint64_t headOf(std::string_view text)
{
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        head = head << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
    }
    return head;
}

std::vector<SortKey> sorted(std::vector<ByteTrie::Key> keys, std::size_t longest)
{
    std::vector<SortKey> sortKeys;
    sortKeys.reserve(keys.size());
    for (const ByteTrie::Key &key : keys) {
        if (!key.text.empty() && key.text.size() <= longest) {
            sortKeys.push_back({headOf(key.text), key});
        }
    }
    std::stable_sort(sortKeys.begin(), sortKeys.end(), [](const SortKey &left, const SortKey &right) {
        return left.head != right.head ? left.head < right.head : left.key.text < right.key.text;
    });
    return sortKeys;
}

/// The keys below a node, and how many of their bytes the way to it has used.
struct Range
{
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
};

} // namespace

ByteTrie::ByteTrie(std::vector<Key> keys, std::size_t longest)
{
    const std::vector<SortKey> order = sorted(std::move(keys), std::min(longest, kLongestKey));
    std::vector<Range> ranges{{0, static_cast<std::uint32_t>(order.size()), 0}};
    m_nodes.emplace_back();
    m_labels.push_back(0);
    for (std::size_t node = 0; node < m_nodes.size(); ++node) {
        auto [at, end, depth] = ranges[node];
        for (; at < end && order[at].key.text.size() == depth; ++at) {
            m_nodes[node].value = m_nodes[node].value < 0 ? order[at].key.value : m_nodes[node].value;
        }
        m_nodes[node].firstChild = static_cast<std::uint32_t>(m_nodes.size());
        while (at < end) {
            const char label = order[at].key.text[depth];
            std::uint32_t groupEnd = at + 1;
            while (groupEnd < end && order[groupEnd].key.text[depth] == label) {
                ++groupEnd;
            }
            if (node == 0) {
                m_roots[static_cast<unsigned char>(label)] = static_cast<std::uint32_t>(m_nodes.size());
            }
            m_nodes.emplace_back();
            m_labels.push_back(label);
            ranges.push_back({at, groupEnd, depth + 1});
            ++m_nodes[node].children;
            at = groupEnd;
        }
    }
}

} // namespace engine
