#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"

#include <memory>
#include <span>
#include <vector>

namespace engine {

/// Keys and values of one Session, and the tokens they belong to. Position i holds token i. Layers that keep
/// the same share their pages, which are allocated as positions come.
class KvCache
{
public:
    /// @param capacity  positions; chosen by the program, never by a file. Errors: Unsupported.
    static Result<KvCache> make(const ModelConfig &config, int capacity, KvType type = KvType::F32);

    int capacity() const { return m_capacity; }

    int size() const { return int(m_tokens.size()); }

    /// The pages of a layer; valid until the next reserve().
    KvView view(int layer) const;

    /// Makes room for `count` positions after those it holds. Errors: OutOfMemory.
    Result<void> reserve(Backend &backend, int count);
    /// Tokens at the start that `prompt` has too.
    int commonPrefix(std::span<const TokenId> prompt) const;
    /// Forgets what comes after the first `size` positions.
    void truncate(int size);
    /// The next positions now hold these tokens, in every layer.
    void commit(std::span<const TokenId> tokens);

private:
    /// Layers that keep the same.
    struct Group
    {
        LayerKv kept;
        KvShape shape;
        std::vector<std::shared_ptr<KvPage>> pages;
        std::vector<KvPage *> view; ///< the same, for operations
    };

    struct Place
    {
        std::size_t group;
        int layer; ///< within the group
    };

    KvCache() = default;

    std::vector<Group> m_groups;
    std::vector<Place> m_places; ///< of each layer
    std::vector<TokenId> m_tokens;
    int m_capacity = 0;
};

} // namespace engine
