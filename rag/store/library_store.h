#pragma once

#include "rag/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rag {

class Database; // store/sqlite.h: one connection; each thread opens its own

struct NewDocument
{
    std::string path;
    std::string name;
    std::string hash;
    std::string title;
    int pages = 0;
    std::vector<OutlineItem> outline;
};

struct StoredVector
{
    ChunkId chunk = 0;
    std::vector<float> values;
};

struct WordHit
{
    ChunkId chunk = 0;
    double bm25 = 0; ///< larger is better
};

/// Documents, pages, chunks, vectors and the full-text index. Uses the thread's own connection. Errors: Storage.
class LibraryStore
{
public:
    explicit LibraryStore(Database &database);

    Result<DocumentId> addDocument(const NewDocument &document); ///< state Ingesting
    Result<std::optional<Document>> documentByHash(std::string_view hash);
    Result<std::optional<Document>> document(DocumentId id);
    Result<std::vector<Document>> documents(); ///< in the order they were added
    Result<void> setState(DocumentId id, DocumentState state, std::string_view note);
    Result<void> setLanguage(DocumentId id, std::string_view language);
    Result<std::vector<OutlineItem>> outline(DocumentId id);

    /// One transaction: the page, the chunks that became complete with it, their words; and the page is done.
    Result<void> addPage(DocumentId id, const PageContent &page, std::span<const Chunk> chunks);
    Result<std::optional<PageContent>> page(DocumentId id, int page);

    Result<std::vector<Passage>> chunks(std::span<const ChunkId> ids); ///< scores empty; unknown ids left out
    Result<std::vector<ChunkId>> chunksOf(std::span<const DocumentId> documents);
    /// Chunks without a vector of this model, in reading order, at most `limit`.
    Result<std::vector<Passage>> chunksToEmbed(DocumentId id, std::string_view fingerprint, int limit);
    Result<void> addVectors(std::string_view fingerprint, std::span<const StoredVector> vectors);
    Result<std::vector<StoredVector>> vectors(std::string_view fingerprint, ChunkId after, int limit); ///< by id

    /// @param words  of text/normalizer.h; any of them may match. @param among  empty: all documents
    Result<std::vector<WordHit>> searchWords(std::string_view words, int k, std::span<const DocumentId> among);

    /// Every trace: pages, chunks, words, vectors. The conversations that cite it stay, with their quotes.
    /// @return the chunks that were removed, for the vector index
    Result<std::vector<ChunkId>> removeDocument(DocumentId id);

    /// Counts every change of chunks or vectors; the index file carries it.
    Result<std::int64_t> generation();

private:
    Database &m_database;
};

} // namespace rag
