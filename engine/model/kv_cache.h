#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace engine {

/// Keys and values of one Session, and the tokens they belong to. Position i holds token i. Layers that keep
/// the same share their pages, which are allocated as positions come. A copy shares the pages; whoever writes
/// to a page that is shared copies it first. Where a window has passed, pages are let go. One thread at a
/// time; copies may live on different threads.
class KvCache
{
public:
    /// @param capacity  positions; chosen by the program, never by a file. Errors: Unsupported.
    static Result<KvCache> make(const ModelConfig &config, int capacity, KvType type = KvType::F32);

    /// Positions behind a window that are kept, so that a text that differs only in its last sentences can
    /// still go on from here.
    static constexpr int kBehindWindow = 256;

    int capacity() const { return m_capacity; }

    int size() const { return int(m_tokens.size()); }

    const std::vector<TokenId> &tokens() const { return m_tokens; }

    /// The pages of a layer; valid until the next call that changes the cache.
    KvView view(int layer) const;

    /// Makes room for `count` positions after those it holds, in pages of its own. Errors: OutOfMemory.
    Result<void> reserve(Backend &backend, int count);
    /// The next positions now hold these tokens, in every layer.
    void commit(std::span<const TokenId> tokens);

    /// Whether its keys were turned as those of a long text (LongRoPE); unset: empty, or adopted from where
    /// it is not known. The decoder begins anew with a cache of the other kind.
    std::optional<bool> isLongText() const { return m_isLongText; }

    void setLongText(std::optional<bool> isLong) { m_isLongText = isLong; }

    /// Tokens at the start that `prompt` has too.
    int commonPrefix(std::span<const TokenId> prompt) const;
    /// The greatest size up to `size` that truncate() can go back to: what the windows saw there must still
    /// be kept; 0 always can.
    int resumable(int size) const;
    /// Forgets what comes after the first `size` positions. @param size  resumable
    void truncate(int size);

    /// Layers that keep the same, as the pages see them.
    struct Group
    {
        LayerKv kept;
        KvShape shape;
        std::vector<std::shared_ptr<KvPage>> pages; ///< null where the window has passed
        std::vector<KvPage *> view;                 ///< the same, for operations
    };

    const std::vector<Group> &groups() const { return m_groups; }

    /// The first position that the query at `position` sees. @param window  0: all
    static int firstSeen(int position, int window);

    /// Becomes these tokens with these pages. @param pages  [group][page], as many as the tokens need
    void adopt(std::span<const TokenId> tokens, std::vector<std::vector<std::shared_ptr<KvPage>>> pages);

private:
    struct Place
    {
        std::size_t group;
        int layer; ///< within the group
    };

    KvCache() = default;
    static Result<void> own(Backend &backend, Group &group, std::size_t page);

    std::vector<Group> m_groups;
    std::vector<Place> m_places; ///< of each layer
    std::vector<TokenId> m_tokens;
    std::optional<bool> m_isLongText;
    int m_capacity = 0;
};

} // namespace engine
