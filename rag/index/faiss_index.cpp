#include "rag/index/faiss_index.h"

#include "engine/base/log.h"
#include "rag/index/clusters.h"
#include "rag/index/index_file.h"
#include "rag/store/library_store.h"
#include "rag/store/private_file.h"
#include "rag/store/sqlite.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/utils/distances.h>
#include <omp.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

namespace rag {

namespace {

constexpr int kRowsAtOnce = 1024;

/// FAISS throws; nothing leaves this file.
template <class Body>
auto guarded(Body body) -> decltype(body())
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "not enough memory for the vector index");
    } catch (const std::exception &error) {
        return fail(ErrorCode::Device, std::string("the vector index failed: ") + error.what());
    }
}

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

/// Scores rows against one query.
class Scorer
{
public:
    Scorer(std::span<const float> query, const Centre &centre)
        : m_query(query)
        , m_centre(centre)
        , m_centred(query.begin(), query.end())
    {
        if (centre.mean.size() != query.size() || centre.queryMean.size() != query.size())
            m_centre.share = 0;
        if (m_centre.share == 0)
            return;
        for (std::size_t i = 0; i < query.size(); ++i)
            m_centred[i] -= m_centre.share * centre.queryMean[i];
        const float length = std::sqrt(faiss::fvec_norm_L2sqr(m_centred.data(), m_centred.size()));
        for (float &value : m_centred)
            value /= std::max(length, 1e-6F);
        m_meanSquare = faiss::fvec_norm_L2sqr(centre.mean.data(), query.size());
        m_meanScore = faiss::fvec_inner_product(m_centred.data(), centre.mean.data(), query.size());
    }

    VectorHit hit(ChunkId chunk, const float *row) const
    {
        const std::size_t size = m_query.size();
        const float similarity = faiss::fvec_inner_product(m_query.data(), row, size);
        if (m_centre.share == 0)
            return {chunk, similarity, similarity};
        // (row - share mean) . query / |row - share mean|, the row being of length 1
        const float share = m_centre.share;
        const float along = faiss::fvec_inner_product(m_centre.mean.data(), row, size);
        const float square = 1 - 2 * share * along + share * share * m_meanSquare;
        const float product = faiss::fvec_inner_product(m_centred.data(), row, size) - share * m_meanScore;
        return {chunk, similarity, product / std::sqrt(std::max(square, 1e-6F))};
    }

    std::span<const float> query() const { return m_query; }

private:
    std::span<const float> m_query;
    Centre m_centre;
    std::vector<float> m_centred;
    float m_meanSquare = 0;
    float m_meanScore = 0; ///< mean . query
};

} // namespace

struct FaissIndex::Impl
{
    Impl(std::filesystem::path path, std::string model, std::string libraryId, int dimension)
        : file(std::move(path))
        , fingerprint(std::move(model))
        , library(std::move(libraryId))
        , flat(dimension)
        , map(&flat)
    {
    }

    Result<void> addRows(std::span<const ChunkId> ids, std::span<const float> vectors);
    Result<std::int64_t> removeRows(std::span<const ChunkId> ids);
    Result<RebuildReport> takeOver(LibraryStore &store);
    Result<std::int64_t> fetch(LibraryStore &store, const std::vector<ChunkId> &missing);
    Result<void> write();
    const float *rowOf(ChunkId id) const; ///< null: not there
    std::vector<VectorHit> scoreAmong(const Scorer &scorer, std::span<const ChunkId> among) const;
    std::vector<VectorHit> scoreAll(const Scorer &scorer) const;
    std::vector<VectorHit> scoreNear(const Scorer &scorer, std::span<const ChunkId> among) const;
    Result<void> gather();
    double recall(int probed) const;

    std::filesystem::path file;
    std::string fingerprint;
    std::string library;

    /// Taken before the lock by whoever changes rows, and held while the store is compared with them: a
    /// vector that is in the store is then either in the index or waiting to be added.
    std::mutex changing;
    mutable std::shared_mutex lock;
    faiss::IndexFlatIP flat;
    faiss::IndexIDMap2 map;
    IndexOptions options;
    std::optional<Clusters> clusters; ///< where there are too many rows to look at each
    std::int64_t clustered = 0;       ///< rows there were when it was made
    std::vector<ChunkId> fresh;       ///< rows that came since
    int probes = 0;
    double approximateRecall = 1;
    std::int64_t generation = -1; ///< of the store, as far as the rows are known to follow it
    bool unsaved = true;
};

// ---- rows; `changing` is held
// ---------------------------------------------------------------------------------

Result<void> FaissIndex::Impl::addRows(std::span<const ChunkId> ids, std::span<const float> vectors)
{
    return guarded([&]() -> Result<void> {
        const auto dimension = static_cast<std::size_t>(flat.d);
        for (const float value : vectors)
            if (!std::isfinite(value))
                return fail(ErrorCode::Device, "a vector holds a value that is no number");
        std::unordered_map<ChunkId, std::size_t> last; // of an id given twice the last row counts
        for (std::size_t i = 0; i < ids.size(); ++i)
            last[ids[i]] = i;
        std::vector<faiss::Index::idx_t> keys;
        std::vector<float> rows;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (last[ids[i]] != i)
                continue;
            keys.push_back(ids[i]);
            rows.insert(rows.end(), vectors.begin() + static_cast<std::ptrdiff_t>(i * dimension),
                        vectors.begin() + static_cast<std::ptrdiff_t>((i + 1) * dimension));
        }
        RETURN_IF_ERROR(removeRows(ids)); // FAISS would take an id twice without a word
        const std::unique_lock guard(lock);
        map.add_with_ids(static_cast<faiss::Index::idx_t>(keys.size()), rows.data(), keys.data());
        fresh.insert(fresh.end(), keys.begin(), keys.end());
        unsaved = true;
        return {};
    });
}

Result<std::int64_t> FaissIndex::Impl::removeRows(std::span<const ChunkId> ids)
{
    return guarded([&]() -> Result<std::int64_t> {
        std::vector<faiss::Index::idx_t> there;
        for (const ChunkId id : ids)
            if (map.rev_map.contains(id))
                there.push_back(id);
        if (there.empty())
            return 0;
        const faiss::IDSelectorBatch selector(there.size(), there.data());
        const std::unique_lock guard(lock);
        unsaved = true;
        return static_cast<std::int64_t>(map.remove_ids(selector));
    });
}

Result<std::int64_t> FaissIndex::Impl::fetch(LibraryStore &store, const std::vector<ChunkId> &missing)
{
    if (missing.empty())
        return 0;
    const std::unordered_set<ChunkId> wanted(missing.begin(), missing.end());
    std::int64_t added = 0;
    ChunkId after = missing.front() - 1;
    while (after < missing.back()) {
        ASSIGN_OR_RETURN(const std::vector<StoredVector> stored,
                         store.vectors(fingerprint, after, kRowsAtOnce));
        if (stored.empty())
            break;
        after = stored.back().chunk;
        std::vector<ChunkId> ids;
        std::vector<float> rows;
        for (const StoredVector &vector : stored) {
            if (!wanted.contains(vector.chunk) || vector.values.size() != static_cast<std::size_t>(flat.d))
                continue;
            ids.push_back(vector.chunk);
            rows.insert(rows.end(), vector.values.begin(), vector.values.end());
        }
        RETURN_IF_ERROR(addRows(ids, rows));
        added += static_cast<std::int64_t>(ids.size());
    }
    return added;
}

/// Ids are never used twice and a vector never changes, so that comparing ids is enough.
Result<RebuildReport> FaissIndex::Impl::takeOver(LibraryStore &store)
{
    ASSIGN_OR_RETURN(const std::int64_t now,
                     store.generation()); // before the ids: rather too old than too new
    RebuildReport report;
    if (now == generation)
        return report;
    ASSIGN_OR_RETURN(const std::vector<ChunkId> stored, store.vectorIds(fingerprint));
    std::vector<ChunkId> missing;
    for (const ChunkId id : stored)
        if (!map.rev_map.contains(id))
            missing.push_back(id);
    const std::unordered_set<ChunkId> known(stored.begin(), stored.end());
    std::vector<ChunkId> surplus;
    for (const ChunkId id : map.id_map)
        if (!known.contains(id))
            surplus.push_back(id);
    ASSIGN_OR_RETURN(report.dropped, removeRows(surplus));
    ASSIGN_OR_RETURN(report.added, fetch(store, missing));
    generation = now;
    return report;
}

Result<void> FaissIndex::Impl::write()
{
    const std::shared_lock guard(lock);
    const IndexHeader header{library, fingerprint, static_cast<int>(flat.d), generation};
    const auto rows = static_cast<std::size_t>(flat.ntotal);
    RETURN_IF_ERROR(writeIndexFile(file, header, {map.id_map.data(), rows},
                                   {flat.get_xb(), rows * static_cast<std::size_t>(flat.d)}));
    unsaved = false;
    return {};
}

// ---- the door
// -------------------------------------------------------------------------------------------------

FaissIndex::FaissIndex(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

FaissIndex::~FaissIndex() = default;

namespace {

IndexFile foundOf(const Error &error)
{
    switch (error.code) {
    case ErrorCode::NotFound:
        return IndexFile::Missing;
    case ErrorCode::Unsupported:
        return IndexFile::Foreign;
    default:
        return IndexFile::Damaged;
    }
}

void logReport(const RebuildReport &report)
{
    constexpr const char *kNames[] = {"current", "older", "missing", "damaged",
                                      "of another library or model"};
    engine::logLine(report.found == IndexFile::Damaged ? engine::LogLevel::Warning : engine::LogLevel::Info,
                    std::string("index: file ") + kNames[static_cast<int>(report.found)] + ", " +
                        std::to_string(report.added) + " vectors taken from the library, " +
                        std::to_string(report.dropped) + " dropped, " + std::to_string(report.seconds) +
                        " s");
}

} // namespace

Result<std::shared_ptr<FaissIndex>> FaissIndex::openOrRebuild(const std::filesystem::path &file,
                                                              LibraryStore &store,
                                                              std::string_view fingerprint, int dimension,
                                                              RebuildReport *report,
                                                              const IndexOptions &options)
{
    const auto begin = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(std::string library, store.libraryId());
    auto impl = std::make_unique<Impl>(file, std::string(fingerprint), library, dimension);
    impl->options = options;
    const Result<IndexContent> content = guarded([&] {
        return readIndexFile(file, {library, std::string(fingerprint), dimension, 0});
    });
    IndexFile found = content ? IndexFile::Current : foundOf(content.error());
    if (content) {
        RETURN_IF_ERROR(impl->addRows(content->ids, content->vectors));
        impl->generation = content->generation;
        impl->unsaved = false;
    }
    ASSIGN_OR_RETURN(RebuildReport done, impl->takeOver(store));
    done.found = found == IndexFile::Current && done.added + done.dropped > 0 ? IndexFile::Older : found;
    RETURN_IF_ERROR(guarded([&] { return impl->gather(); }));
    auto index = std::shared_ptr<FaissIndex>(new FaissIndex(std::move(impl)));
    if (const Result<void> saved = index->save(store); !saved)
        engine::logLine(engine::LogLevel::Warning, "index: not kept: " + saved.error().detail);
    done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    logReport(done);
    if (report)
        *report = done;
    return index;
}

int FaissIndex::dimension() const
{
    return static_cast<int>(m_impl->flat.d);
}

std::int64_t FaissIndex::size() const
{
    const std::shared_lock guard(m_impl->lock);
    return m_impl->flat.ntotal;
}

Result<void> FaissIndex::add(std::span<const ChunkId> ids, std::span<const float> vectors)
{
    if (vectors.size() != ids.size() * static_cast<std::size_t>(dimension()))
        return fail(ErrorCode::Device, "vectors of the wrong size for this index");
    const std::scoped_lock guard(m_impl->changing);
    return m_impl->addRows(ids, vectors);
}

Result<void> FaissIndex::remove(std::span<const ChunkId> ids)
{
    const std::scoped_lock guard(m_impl->changing);
    RETURN_IF_ERROR(m_impl->removeRows(ids));
    return {};
}

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

Result<void> FaissIndex::refresh(LibraryStore &store)
{
    const std::scoped_lock guard(m_impl->changing);
    RETURN_IF_ERROR(m_impl->takeOver(store));
    return guarded([&] { return m_impl->gather(); });
}

Result<void> FaissIndex::save(LibraryStore &store)
{
    // Between programs: whoever writes last has seen what the others removed before.
    ASSIGN_OR_RETURN(const auto alone, FileLock::take(lockFile(store.database().file()), kIndexLock));
    const std::scoped_lock guard(m_impl->changing);
    RETURN_IF_ERROR(m_impl->takeOver(store));
    std::error_code error;
    if (!m_impl->unsaved && std::filesystem::exists(m_impl->file, error))
        return {};
    return m_impl->write();
}

} // namespace rag
