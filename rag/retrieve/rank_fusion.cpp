#include "rag/retrieve/rank_fusion.h"

#include <algorithm>
#include <unordered_map>

namespace rag {

std::vector<FusedHit> fuseRanks(std::span<const RankedList> lists, double damping)
{
    std::unordered_map<ChunkId, double> scores;
    for (const RankedList &list : lists)
        for (std::size_t i = 0; i < list.chunks.size(); ++i)
            scores[list.chunks[i]] += list.weight / (damping + double(i) + 1);

    std::vector<FusedHit> fused;
    fused.reserve(scores.size());
    for (const auto &[chunk, score] : scores)
        fused.push_back({chunk, score});
    std::sort(fused.begin(), fused.end(), [](const FusedHit &a, const FusedHit &b) {
        return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
    });
    return fused;
}

} // namespace rag
