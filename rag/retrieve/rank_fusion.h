#pragma once

#include "rag/types.h"

#include <span>
#include <vector>

namespace rag {

/// What one way of searching found, the best first, and what its opinion is worth.
struct RankedList
{
    std::vector<ChunkId> chunks;
    double weight = 1;
};

struct FusedHit
{
    ChunkId chunk = 0;
    double score = 0;
};

/// Reciprocal rank fusion: score = sum of weight / (damping + rank), ranks from 1. (Cormack, Clarke &
/// Büttcher 2009)
/// @return the best first; equal scores by id, so that the order is always the same
std::vector<FusedHit> fuseRanks(std::span<const RankedList> lists, double damping);

} // namespace rag
