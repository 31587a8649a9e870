// Searching in FaissIndex: of every row, of some, of the nearest clusters.
#include "engine/base/log.h"
#include "rag/index/faiss_rows.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace rag {

namespace {

bool better(const VectorHit &a, const VectorHit &b)
{
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
}

void keepBest(std::vector<VectorHit> &hits, int k)
{
    const std::size_t count = std::min(hits.size(), static_cast<std::size_t>(k));
    std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count), hits.end(), better);
    hits.resize(count);
}

} // namespace

const float *FaissIndex::Impl::rowOf(ChunkId id) const
{
    const auto place = map.rev_map.find(id);
    return place == map.rev_map.end() ? nullptr : flat.get_xb() + place->second * flat.d;
}

std::vector<VectorHit> FaissIndex::Impl::scoreAmong(const Scorer &scorer,
                                                    std::span<const ChunkId> among) const
{
    std::vector<VectorHit> hits;
    hits.reserve(among.size());
    for (const ChunkId id : among)
        if (const float *row = rowOf(id))
            hits.push_back(scorer.hit(id, row));
    return hits;
}

std::vector<VectorHit> FaissIndex::Impl::scoreAll(const Scorer &scorer) const
{
    std::vector<VectorHit> hits;
    hits.reserve(map.id_map.size());
    const float *row = flat.get_xb();
    for (const ChunkId id : map.id_map) {
        hits.push_back(scorer.hit(id, row));
        row += flat.d;
    }
    return hits;
}

std::vector<VectorHit> FaissIndex::Impl::scoreNear(const Scorer &scorer, std::span<const ChunkId> among) const
{
    std::vector<ChunkId> ids = clusters->near(scorer.query(), probes);
    ids.insert(ids.end(), fresh.begin(), fresh.end());
    if (!among.empty()) {
        const std::unordered_set<ChunkId> wanted(among.begin(), among.end());
        std::erase_if(ids, [&](ChunkId id) { return !wanted.contains(id); });
    }
    std::sort(ids.begin(), ids.end()); // an id replaced since stands in both
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return scoreAmong(scorer, ids);
}

/// The share of the ten nearest of some of its own rows that a search of so many clusters finds.
double FaissIndex::Impl::recall(int probed) const
{
    constexpr std::int64_t kQueries = 50;
    constexpr int kNearest = 10;
    const std::int64_t step = std::max<std::int64_t>(1, flat.ntotal / kQueries);
    int found = 0;
    int wanted = 0;
    for (std::int64_t i = 0; i < flat.ntotal; i += step) {
        const Scorer scorer({flat.get_xb() + i * flat.d, static_cast<std::size_t>(flat.d)}, {});
        std::vector<VectorHit> exact = scoreAll(scorer);
        keepBest(exact, kNearest);
        const std::vector<ChunkId> near = clusters->near(scorer.query(), probed);
        const std::unordered_set<ChunkId> seen(near.begin(), near.end());
        for (const VectorHit &hit : exact)
            found += seen.contains(hit.chunk) ? 1 : 0;
        wanted += static_cast<int>(exact.size());
    }
    return wanted > 0 ? double(found) / wanted : 1;
}

/// Makes clusters when there are many rows, and again when many came since; looks at more and more of them
/// until enough is found. `changing` is held.
Result<void> FaissIndex::Impl::gather()
{
    constexpr double kEnough = 0.98;
    const bool many = flat.ntotal > options.exactUpTo;
    const bool stale = clusters && static_cast<std::int64_t>(fresh.size()) > clustered / 4;
    if (!many || (clusters && !stale)) {
        if (!many) {
            const std::unique_lock guard(lock);
            clusters.reset();
            fresh.clear();
        }
        return {};
    }
    const auto rows = static_cast<std::size_t>(flat.ntotal);
    ASSIGN_OR_RETURN(Clusters made, Clusters::make(map.id_map, {flat.get_xb(), rows * std::size_t(flat.d)},
                                                   static_cast<int>(flat.d)));
    const std::unique_lock guard(lock);
    clusters = std::move(made);
    clustered = flat.ntotal;
    fresh.clear();
    probes = std::max(1, clusters->count() / 32);
    while ((approximateRecall = recall(probes)) < kEnough && probes < clusters->count())
        probes *= 2;
    engine::logLine(engine::LogLevel::Info,
                    "index: " + std::to_string(rows) + " vectors in " + std::to_string(clusters->count()) +
                        " clusters, " + std::to_string(std::min(probes, clusters->count())) +
                        " of them searched, recall " + std::to_string(approximateRecall));
    return {};
}

Result<std::vector<VectorHit>> FaissIndex::search(std::span<const float> query, int k,
                                                  std::span<const ChunkId> among) const
{
    return search(query, k, among, {});
}

Result<std::vector<VectorHit>> FaissIndex::search(std::span<const float> query, int k,
                                                  std::span<const ChunkId> among, const Centre &centre) const
{
    if (query.size() != static_cast<std::size_t>(dimension()))
        return fail(ErrorCode::Device, "a query of the wrong size for this index");
    return guarded([&]() -> Result<std::vector<VectorHit>> {
        const Scorer scorer(query, centre);
        const std::shared_lock guard(m_impl->lock);
        const auto count = static_cast<int>(std::min<std::int64_t>(k, m_impl->flat.ntotal));
        if (count <= 0)
            return std::vector<VectorHit>();
        const bool many =
            static_cast<std::int64_t>(among.size()) > m_impl->options.exactUpTo || among.empty();
        std::vector<VectorHit> hits = m_impl->clusters && many ? m_impl->scoreNear(scorer, among)
                                      : among.empty()          ? m_impl->scoreAll(scorer)
                                                               : m_impl->scoreAmong(scorer, among);
        keepBest(hits, count);
        return hits;
    });
}

Result<std::vector<float>> FaissIndex::mean(std::span<const ChunkId> chunks) const
{
    return guarded([&]() -> Result<std::vector<float>> {
        const std::shared_lock guard(m_impl->lock);
        std::vector<double> sum(static_cast<std::size_t>(dimension()));
        std::int64_t count = 0;
        for (const ChunkId id : chunks)
            if (const float *row = m_impl->rowOf(id)) {
                for (std::size_t i = 0; i < sum.size(); ++i)
                    sum[i] += double{row[i]};
                ++count;
            }
        std::vector<float> mean(sum.size());
        for (std::size_t i = 0; i < sum.size() && count > 0; ++i)
            mean[i] = static_cast<float>(sum[i] / static_cast<double>(count));
        return mean;
    });
}

double FaissIndex::recallOfExact() const
{
    const std::shared_lock guard(m_impl->lock);
    return m_impl->clusters ? m_impl->approximateRecall : 1;
}

} // namespace rag
