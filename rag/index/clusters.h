#pragma once

#include "rag/types.h"

#include <cstddef>
#include <span>
#include <vector>

namespace rag {

/// Rows gathered around centres (k-means), so that a search looks at a part of them: an inverted file (Sivic
/// & Zisserman 2003) that holds ids alone. The rows stay where they are. Not thread-safe.
class Clusters
{
public:
    /// @param rows  [ids, dimension], unit length
    /// Errors: OutOfMemory, Device.
    static Result<Clusters> make(std::span<const ChunkId> ids, std::span<const float> rows, int dimension);

    /// Ids of the clusters whose centres are nearest to the query. @param probes  how many clusters
    std::vector<ChunkId> near(std::span<const float> query, int probes) const;

    int count() const { return static_cast<int>(m_ids.size()); }

private:
    int m_dimension = 0;
    std::vector<float> m_centres; ///< [clusters, dimension]
    std::vector<std::vector<ChunkId>> m_ids;
};

} // namespace rag
