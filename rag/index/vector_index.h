#pragma once

#include "rag/types.h"

#include <filesystem>
#include <span>
#include <vector>

namespace rag {

struct VectorHit
{
    ChunkId chunk = 0;
    float similarity = 0; ///< cosine
};

/// Chunk ids and their unit vectors. Searched by many threads, changed by one at a time; its lock is inside.
class VectorIndex
{
public:
    virtual ~VectorIndex() = default;

    virtual int dimension() const = 0;
    virtual std::int64_t size() const = 0;
    /// @param vectors  [ids, dimension]. An id already there is replaced.
    virtual Result<void> add(std::span<const ChunkId> ids, std::span<const float> vectors) = 0;
    virtual Result<void> remove(std::span<const ChunkId> ids) = 0;
    /// @param among  only these chunks; empty: all
    /// @return the best first, at most k
    virtual Result<std::vector<VectorHit>> search(std::span<const float> query, int k, std::span<const ChunkId> among) const = 0;
};

} // namespace rag
