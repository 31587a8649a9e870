#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace engine {

/// Strings with a number each, walked byte by byte. The labels of a node's children lie side by side, so that
/// one memchr finds the way on. Immutable; owns no text.
class ByteTrie
{
public:
    struct Key
    {
        std::string_view text;
        std::int32_t value;
    };

    /// Keys longer than this are left out: no real token is, and a walk has to end.
    static constexpr std::size_t kLongestKey = 1024;
    static constexpr std::uint32_t kNone = 0;

    ByteTrie() = default;
    /// The first of equal keys wins; empty ones are left out. @param longest  at most kLongestKey
    explicit ByteTrie(std::vector<Key> keys, std::size_t longest = kLongestKey);

    bool empty() const { return m_nodes.size() < 2; }

    /// From the root: kNone if no key begins with `byte`.
    std::uint32_t first(char byte) const { return m_roots[static_cast<unsigned char>(byte)]; }

    std::uint32_t next(std::uint32_t node, char byte) const
    {
        const Node &from = m_nodes[node];
        const char *labels = m_labels.data() + from.firstChild;
        const void *found = from.children == 0 ? nullptr : std::memchr(labels, byte, from.children);
        return found == nullptr
                   ? kNone
                   : from.firstChild + static_cast<std::uint32_t>(static_cast<const char *>(found) - labels);
    }

    /// The number of the key that ends at `node`; -1: none does.
    std::int32_t value(std::uint32_t node) const { return m_nodes[node].value; }

private:
    struct Node
    {
        std::uint32_t firstChild = 0;
        std::int32_t value = -1;
        std::uint16_t children = 0;
    };

    std::vector<Node> m_nodes;  ///< the root first; the children of a node in a row
    std::vector<char> m_labels; ///< the byte that leads to a node
    std::array<std::uint32_t, 256> m_roots{};
};

} // namespace engine
