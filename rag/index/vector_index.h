#pragma once

#include "rag/types.h"

#include <filesystem>
#include <span>
#include <vector>

namespace rag {

class LibraryStore;

struct VectorHit
{
    ChunkId chunk = 0;
    float similarity = 0; ///< cosine
    float score = 0;      ///< what it is ranked by: the cosine, or that of what is left when both are centred
};

/// Vectors of one model and language share a direction that says nothing of their meaning. Before they are
/// compared, that share of a mean is taken off each (compare
/// Mu & Viswanath 2018, "All-but-the-top"; Yang et al. 2021 for languages).
struct Centre
{
    std::span<const float> mean; ///< [dimension], of the chunks that are searched; empty: nothing is done
    std::span<const float> queryMean; ///< [dimension]
    float share = 0;
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
    virtual Result<std::vector<VectorHit>> search(std::span<const float> query, int k,
                                                  std::span<const ChunkId> among) const = 0;

    /// The same, ranked by the cosine of the centred vectors.
    virtual Result<std::vector<VectorHit>> search(std::span<const float> query, int k,
                                                  std::span<const ChunkId> among,
                                                  const Centre &centre) const = 0;
    /// @return the mean of these chunks' vectors, [dimension]; zeros where there are none
    virtual Result<std::vector<float>> mean(std::span<const ChunkId> chunks) const = 0;

    /// Takes over what another program changed in the library since; next to nothing when none did. Call it
    /// before a search. Errors: those of the store.
    virtual Result<void> refresh(LibraryStore & /*store*/) { return {}; }

    /// Keeps it for the next start, after a refresh; nothing is written when nothing changed. Errors:
    /// Storage.
    virtual Result<void> save(LibraryStore & /*store*/) { return {}; }
};

} // namespace rag
