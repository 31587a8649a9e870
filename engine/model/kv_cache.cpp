#include "engine/model/kv_cache.h"

#include <algorithm>

namespace engine {

Result<KvCache> KvCache::make(const ModelConfig &config, int capacity, KvType type)
{
    if (capacity < 1) {
        return fail(ErrorCode::Unsupported, "a context of " + std::to_string(capacity) + " tokens");
    }
    KvCache cache;
    cache.m_capacity = capacity;
    for (int i = 0; i < config.layers; ++i) {
        const LayerKv kept = config.kvOf(i);
        auto group = std::ranges::find(cache.m_groups, kept, &Group::kept);
        if (group == cache.m_groups.end()) {
            Group fresh;
            fresh.kept = kept;
            fresh.shape = {.layers = 0,
                           .heads = kept.heads,
                           .keySize = kept.keySize,
                           .valueSize = kept.valueSize,
                           .valuesInKeys = kept.valuesInKeys,
                           .type = type};
            group = cache.m_groups.insert(group, std::move(fresh));
        }
        cache.m_places.push_back({std::size_t(group - cache.m_groups.begin()), group->shape.layers++});
    }
    return cache;
}

KvView KvCache::view(int layer) const
{
    const Place &place = m_places[std::size_t(layer)];
    return {m_groups[place.group].view, place.layer};
}

Result<void> KvCache::reserve(Backend &backend, int count)
{
    const auto wanted = std::size_t((size() + count + kKvPage - 1) / kKvPage);
    for (Group &group : m_groups) {
        while (group.pages.size() < wanted) {
            ASSIGN_OR_RETURN(auto page, backend.allocateKvPage(group.shape));
            group.view.push_back(page.get());
            group.pages.push_back(std::move(page));
        }
    }
    return {};
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
