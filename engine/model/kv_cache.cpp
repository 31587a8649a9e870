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
    const auto first = std::size_t(size() / kKvPage);
    const auto end = std::size_t((size() + count + kKvPage - 1) / kKvPage);
    for (Group &group : m_groups) {
        for (std::size_t page = first; page < end; ++page) {
            RETURN_IF_ERROR(own(backend, group, page));
        }
    }
    return {};
}

/// The group's page, new or copied where others have it too, is now this cache's alone.
Result<void> KvCache::own(Backend &backend, Group &group, std::size_t page)
{
    if (page < group.pages.size() && group.pages[page] && group.pages[page].use_count() == 1) {
        return {};
    }
    ASSIGN_OR_RETURN(auto fresh, backend.allocateKvPage(group.shape));
    if (page >= group.pages.size()) {
        group.pages.resize(page + 1);
        group.view.resize(page + 1);
    } else if (group.pages[page]) {
        backend.copyKvPage(*fresh, *group.pages[page]);
    }
    group.view[page] = fresh.get();
    group.pages[page] = std::move(fresh);
    return {};
}

void KvCache::commit(std::span<const TokenId> tokens)
{
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
    for (Group &group : m_groups) {
        if (group.kept.window == 0) {
            continue;
        }
        int page = (firstSeen(size(), group.kept.window) - kBehindWindow) / kKvPage - 1;
        while (page >= 0 && group.pages[std::size_t(page)]) {
            group.pages[std::size_t(page)] = nullptr;
            group.view[std::size_t(page)] = nullptr;
            --page;
        }
    }
}

int KvCache::commonPrefix(std::span<const TokenId> prompt) const
{
    const auto [mine, theirs] = std::ranges::mismatch(m_tokens, prompt);
    return int(mine - m_tokens.begin());
}

int KvCache::firstSeen(int position, int window)
{
    return window > 0 ? std::max(0, position - window + 1) : 0;
}

int KvCache::resumable(int size) const
{
    const auto isKept = [size](const Group &group) {
        const auto first = std::size_t(firstSeen(size, group.kept.window) / kKvPage);
        const auto end = std::size_t((size + kKvPage - 1) / kKvPage);
        for (std::size_t page = first; page < end; ++page) {
            if (!group.pages[page]) {
                return false;
            }
        }
        return true;
    };
    return std::ranges::all_of(m_groups, isKept) ? size : 0;
}

void KvCache::truncate(int size)
{
    m_tokens.resize(std::min(m_tokens.size(), std::size_t(size)));
    const auto pages = std::size_t((this->size() + kKvPage - 1) / kKvPage);
    for (Group &group : m_groups) {
        group.pages.resize(std::min(group.pages.size(), pages));
        group.view.resize(group.pages.size());
    }
}

void KvCache::adopt(std::span<const TokenId> tokens, std::vector<std::vector<std::shared_ptr<KvPage>>> pages)
{
    m_isLongText.reset();
    m_tokens.assign(tokens.begin(), tokens.end());
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        Group &group = m_groups[i];
        group.pages = std::move(pages[i]);
        group.view.clear();
        for (const auto &page : group.pages) {
            group.view.push_back(page.get());
        }
    }
}

} // namespace engine
