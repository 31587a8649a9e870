#include "rag/index/faiss_index.h"

#include "engine/base/log.h"
#include "rag/index/faiss_rows.h"
#include "rag/index/index_file.h"
#include "rag/store/library_store.h"
#include "rag/store/private_file.h"
#include "rag/store/sqlite.h"

#include <faiss/impl/IDSelector.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>

namespace rag {

namespace {

constexpr int kRowsAtOnce = 1024;

} // namespace

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
