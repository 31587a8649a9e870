#pragma once

#include "engine/backend/backend.h"
#include "engine/model/config.h"

#include <memory>
#include <span>
#include <vector>

namespace engine {

/// Keys and values of one Session, and the tokens they belong to. Position i holds token i.
class KvCache
{
public:
    /// @param capacity  positions; chosen by the program, never by a file. Errors: OutOfMemory.
    static Result<KvCache> make(Backend &backend, const ModelConfig &config, int capacity);

    int capacity() const { return m_capacity; }

    int size() const { return int(m_tokens.size()); }

    KvLayer &layer(int index) { return *m_layers[std::size_t(index)]; }

    /// Tokens at the start that `prompt` has too.
    int commonPrefix(std::span<const TokenId> prompt) const;
    /// Forgets what comes after the first `size` positions.
    void truncate(int size);
    /// The next positions now hold these tokens, in every layer.
    void commit(std::span<const TokenId> tokens);

private:
    KvCache() = default;

    std::vector<std::unique_ptr<KvLayer>> m_layers;
    std::vector<TokenId> m_tokens;
    int m_capacity = 0;
};

} // namespace engine
