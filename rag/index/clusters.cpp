#include "rag/index/clusters.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/utils/distances.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rag {

Result<Clusters> Clusters::make(std::span<const ChunkId> ids, std::span<const float> rows, int dimension)
{
    constexpr int kMostSamples = 64; ///< of a cluster, to find its centre
    constexpr int kRounds = 8;
    constexpr std::size_t kAtOnce = 4096;
    const auto width = static_cast<std::size_t>(dimension);
    const auto count =
        static_cast<std::size_t>(std::clamp(std::sqrt(static_cast<double>(ids.size())), 1.0, 4096.0));
    try {
        omp_set_num_threads(1); // as in faiss_index.cpp
        faiss::Clustering clustering(dimension, static_cast<int>(count));
        clustering.niter = kRounds;
        clustering.max_points_per_centroid = kMostSamples;
        clustering.min_points_per_centroid = 1;
        clustering.spherical = true;
        clustering.seed = 1;
        faiss::IndexFlatIP centres(dimension);
        clustering.train(static_cast<faiss::Index::idx_t>(ids.size()), rows.data(), centres);

        Clusters clusters;
        clusters.m_dimension = dimension;
        clusters.m_centres = clustering.centroids;
        clusters.m_ids.resize(count);
        std::vector<faiss::Index::idx_t> nearest(kAtOnce);
        for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
            const std::size_t size = std::min(kAtOnce, ids.size() - begin);
            centres.assign(static_cast<faiss::Index::idx_t>(size), rows.data() + begin * width,
                           nearest.data());
            for (std::size_t i = 0; i < size; ++i)
                if (nearest[i] >= 0)
                    clusters.m_ids[static_cast<std::size_t>(nearest[i])].push_back(ids[begin + i]);
        }
        return clusters;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "not enough memory for the vector index");
    } catch (const std::exception &error) {
        return fail(ErrorCode::Device, std::string("the vector index failed: ") + error.what());
    }
}

std::vector<ChunkId> Clusters::near(std::span<const float> query, int probes) const
{
    const auto width = static_cast<std::size_t>(m_dimension);
    std::vector<float> similarity(m_ids.size());
    for (std::size_t i = 0; i < m_ids.size(); ++i)
        similarity[i] = faiss::fvec_inner_product(query.data(), m_centres.data() + i * width, width);
    std::vector<std::size_t> order(m_ids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t probed = std::min(order.size(), static_cast<std::size_t>(std::max(probes, 1)));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(probed), order.end(),
                      [&](std::size_t a, std::size_t b) { return similarity[a] > similarity[b]; });
    std::vector<ChunkId> ids;
    for (std::size_t i = 0; i < probed; ++i)
        ids.insert(ids.end(), m_ids[order[i]].begin(), m_ids[order[i]].end());
    return ids;
}

} // namespace rag
