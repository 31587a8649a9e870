#pragma once

#include "rag/index/vector_index.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace rag {

/// What openOrRebuild() found. Whatever it was, the index is whole afterwards.
enum class IndexFile {
    Current, ///< used as it was
    Older,   ///< what had changed since was taken from the store
    Missing, ///< the rest: rebuilt from the store
    Damaged,
    Foreign ///< of another library or embedding model
};

struct RebuildReport
{
    IndexFile found = IndexFile::Current;
    std::int64_t added = 0; ///< vectors taken from the store
    std::int64_t dropped = 0;
    double seconds = 0;
};

/// 384 values each, on one core: a look at 200,000 rows takes some 60 ms.
struct IndexOptions
{
    std::int64_t exactUpTo = 200'000; ///< rows; above, a search looks at the nearest clusters alone
};

/// Exact inner product search (FAISS IndexIDMap2 over IndexFlatIP, one thread a query); of very many rows,
/// those of the nearest clusters (clusters.h), as many as find 98 of 100 of what an exact search does. Its
/// file is a cache of the store: a header (magic, version, dimension, count, generation, library,
/// fingerprint, SHA-256 of all) and our own plain ids and float32 rows, so that FAISS never parses a byte
/// from disk.
class FaissIndex final : public VectorIndex
{
public:
    /// A file that can not be written is no error: the next start builds the index again.
    /// Errors: those of the store.
    static Result<std::shared_ptr<FaissIndex>>
    openOrRebuild(const std::filesystem::path &file, LibraryStore &store, std::string_view fingerprint,
                  int dimension, RebuildReport *report = nullptr, const IndexOptions &options = {});
    ~FaissIndex() override;

    int dimension() const override;
    std::int64_t size() const override;
    Result<void> add(std::span<const ChunkId> ids, std::span<const float> vectors) override;
    Result<void> remove(std::span<const ChunkId> ids) override;
    Result<std::vector<VectorHit>> search(std::span<const float> query, int k,
                                          std::span<const ChunkId> among) const override;
    Result<std::vector<VectorHit>> search(std::span<const float> query, int k, std::span<const ChunkId> among,
                                          const Centre &centre) const override;
    Result<std::vector<float>> mean(std::span<const ChunkId> chunks) const override;
    Result<void> refresh(LibraryStore &store) override;
    Result<void> save(LibraryStore &store) override;

    /// The share of an exact search's ten best that a search finds, measured when the clusters were made; 1
    /// where every search is exact.
    double recallOfExact() const;

private:
    struct Impl;
    explicit FaissIndex(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace rag
