#pragma once

#include "rag/store/page_report.h"
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
    DocumentState state = DocumentState::Ingesting;
    std::string note;
};

/// A page and the chunks that became complete with it.
struct ReadPage
{
    PageContent content;
    std::vector<Chunk> chunks;
};

struct StoredVector
{
    ChunkId chunk = 0;
    std::vector<float> values;
};

/// Where a chunk stands.
struct ChunkPlace
{
    ChunkId chunk = 0;
    DocumentId document = 0;
    int page = 0;
    int lastPage = 0;
};

struct WordHit
{
    ChunkId chunk = 0;
    double bm25 = 0; ///< larger is better
};

/// Documents, pages, chunks, vectors and the full-text index. Uses the thread's own connection.
/// Errors of every call: Storage, Damaged, OutOfMemory (store/sqlite.h).
class LibraryStore
{
public:
    explicit LibraryStore(Database &database);

    // -- documents

    /// A hash that is there already gives the document that has it, unchanged.
    Result<DocumentId> addDocument(const NewDocument &document);
    /// What its file says, once it could be opened: title, pages, outline; path and name. State Ingesting.
    Result<void> describe(DocumentId id, const NewDocument &document);
    Result<void> setPath(DocumentId id, std::string_view path, std::string_view name);
    Result<std::optional<Document>> documentByHash(std::string_view hash);
    /// The one added last from there. The file may have changed since: only its hash tells.
    Result<std::optional<Document>> documentByPath(std::string_view path);
    Result<std::optional<Document>> document(DocumentId id);
    Result<std::vector<Document>> documents(); ///< in the order they were added
    /// Waiting or Ingesting, or read but not all its chunks have a vector of this model. Oldest first.
    Result<std::vector<Document>> unfinished(std::string_view fingerprint);
    Result<void> setState(DocumentId id, DocumentState state, std::string_view note);
    Result<void> setLanguage(DocumentId id, std::string_view language);
    Result<std::vector<OutlineItem>> outline(DocumentId id);
    Result<void> setOutline(DocumentId id, std::span<const OutlineItem> outline);

    // -- pages

    /// One transaction: the page, the chunks that became complete with it, their words; and the page is done.
    Result<void> addPage(DocumentId id, const PageContent &page, std::span<const Chunk> chunks);
    /// Several pages in one transaction. They must follow the pages there: else Storage, and nothing is
    /// added.
    Result<void> addPages(DocumentId id, std::span<const ReadPage> pages);
    /// All pages are there: the chunks that were still open, and the mark that reading is done, in one
    /// transaction.
    Result<void> finishReading(DocumentId id, std::span<const Chunk> chunks, std::string_view language);
    Result<bool> isRead(DocumentId id);
    /// Drops pages, chunks, words and vectors, to read the document again. @return the chunks that were
    /// removed
    Result<std::vector<ChunkId>> clearContent(DocumentId id);
    Result<std::optional<PageContent>> page(DocumentId id, int page);
    /// How each page was read, in order; without touching text or boxes: milliseconds for 1,000 pages.
    Result<std::vector<PageReport>> pageReports(DocumentId id);

    // -- chunks and words

    Result<std::vector<Passage>> chunks(std::span<const ChunkId> ids); ///< scores empty; unknown ids left out
    Result<std::vector<ChunkId>> chunksOf(std::span<const DocumentId> documents);
    Result<std::vector<ChunkPlace>> chunkPlaces(); ///< of all chunks, by document, in reading order
    /// @param words  of text/normalizer.h; any of them may match. @param among  empty: all documents
    Result<std::vector<WordHit>> searchWords(std::string_view words, int k,
                                             std::span<const DocumentId> among);

    // -- vectors

    /// Chunks without a vector of this model, in reading order, at most `limit`.
    Result<std::vector<Passage>> chunksToEmbed(DocumentId id, std::string_view fingerprint, int limit);
    /// One transaction. Chunks that were removed meanwhile are left out.
    Result<void> addVectors(std::string_view fingerprint, std::span<const StoredVector> vectors);
    Result<std::vector<StoredVector>> vectors(std::string_view fingerprint, ChunkId after,
                                              int limit);                 ///< by id
    Result<std::vector<ChunkId>> vectorIds(std::string_view fingerprint); ///< ascending

    /// Every trace: pages, chunks, words, vectors. The conversations that cite it stay, with their quotes.
    /// (ingest/remove_document.h does the whole: index file and write-ahead log too.)
    /// @return the chunks that were removed, for the vector index
    Result<std::vector<ChunkId>> removeDocument(DocumentId id);

    /// Counts every change of chunks or vectors; the index file carries it.
    Result<std::int64_t> generation();
    /// Names this library, for good: 32 hexadecimal digits.
    Result<std::string> libraryId();

    Database &database() { return m_database; }

private:
    Result<void> addChunk(DocumentId id, const Chunk &chunk);
    Result<std::vector<ChunkId>> dropContent(DocumentId id);
    Result<std::int64_t> modelId(std::string_view fingerprint);
    Result<void> countChange();

    Database &m_database;
};

} // namespace rag
