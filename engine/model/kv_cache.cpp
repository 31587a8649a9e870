#include "engine/model/kv_cache.h"

#include <algorithm>

namespace engine {

Result<KvCache> KvCache::make(Backend &backend, const ModelConfig &config, int capacity)
{
    KvCache cache;
    cache.m_capacity = capacity;
    for (int i = 0; i < config.layers; ++i) {
        ASSIGN_OR_RETURN(auto layer, backend.allocateKv(capacity, config.kvHeads, config.headSize));
        cache.m_layers.push_back(std::move(layer));
    }
    return cache;
}

int KvCache::commonPrefix(std::span<const TokenId> prompt) const
{
    const auto [mine, theirs] = std::ranges::mismatch(m_tokens, prompt);
    return int(mine - m_tokens.begin());
}

void KvCache::truncate(int size)
{
    m_tokens.resize(std::min(m_tokens.size(), std::size_t(size)));
}

void KvCache::commit(std::span<const TokenId> tokens)
{
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
}

} // namespace engine
