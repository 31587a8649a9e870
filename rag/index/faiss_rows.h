#pragma once

#include "rag/index/clusters.h"
#include "rag/index/faiss_index.h"
#include "rag/index/scorer.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>

#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

/// The inside of FaissIndex, for its two files alone.
namespace rag {

/// FAISS throws; nothing leaves these files.
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

} // namespace rag
