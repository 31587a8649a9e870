#include "rag/store/library_store.h"

#include "rag/store/blob.h"
#include "rag/store/sqlite.h"

namespace rag {

namespace {

// The count of vectors is that of the model used last.
constexpr const char *kDocumentColumns =
    "SELECT id, path, name, title, hash, language, state, note, pages, pages_done, pages_without_text, "
    "pages_skipped, chunks, (SELECT e.chunks FROM embedded e WHERE e.document = documents.id "
    "ORDER BY e.model DESC LIMIT 1), added_at FROM documents ";

template <class Enum>
Enum enumOf(std::int64_t value, Enum last, Enum otherwise)
{
    return value >= 0 && value <= static_cast<std::int64_t>(last) ? static_cast<Enum>(value) : otherwise;
}

Document documentOf(const Statement &row)
{
    Document document;
    document.id = row.integer(0);
    document.path = row.text(1);
    document.name = row.text(2);
    document.title = row.text(3);
    document.hash = row.text(4);
    document.language = row.text(5);
    document.state = enumOf(row.integer(6), DocumentState::NeedsPassword, DocumentState::Failed);
    document.note = row.text(7);
    document.pages = row.integer32(8);
    document.pagesDone = row.integer32(9);
    document.pagesWithoutText = row.integer32(10);
    document.pagesSkipped = row.integer32(11);
    document.chunks = row.integer32(12);
    document.chunksEmbedded = row.integer32(13);
    document.addedAt = row.text(14);
    return document;
}

template <class... Values>
Result<std::vector<Document>> listDocuments(Database &database, const std::string &condition,
                                            const Values &...values)
{
    ASSIGN_OR_RETURN(Statement row, database.prepare(kDocumentColumns + condition, values...));
    std::vector<Document> documents;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return documents;
        documents.push_back(documentOf(row));
    }
}

template <class Value>
Result<std::optional<Document>> oneDocument(Database &database, const std::string &condition,
                                            const Value &value)
{
    ASSIGN_OR_RETURN(std::vector<Document> documents, listDocuments(database, condition, value));
    if (documents.empty())
        return std::nullopt;
    return std::move(documents.front());
}

Result<void> insertPage(Database &database, DocumentId id, const PageContent &page)
{
    RETURN_IF_ERROR(database.run(
        "INSERT INTO pages (document, page, label, width, height, state, note, text, chars, "
        "blocks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id, page.page, page.label, double{page.width}, double{page.height}, static_cast<int>(page.state),
        page.note, page.text, packChars(page.chars), packBlocks(page.blocks)));
    const PageFindings &found = page.findings;
    RETURN_IF_ERROR(database.run("INSERT INTO page_findings VALUES (last_insert_rowid(), ?, ?, ?, ?, ?, ?)",
                                 static_cast<int>(found.ocr), double{found.ocrConfidence},
                                 static_cast<int>(found.garbled), static_cast<int>(found.hiddenText),
                                 found.tables, found.captions));
    RETURN_IF_ERROR(database.run("UPDATE documents SET pages_done = pages_done + 1, pages_without_text = "
                                 "pages_without_text + ?, pages_skipped = pages_skipped + ? WHERE id = ?",
                                 page.state == PageState::NoText ? 1 : 0,
                                 page.state == PageState::Skipped ? 1 : 0, id));
    return {};
}

// Pages stored before there were findings have none.
constexpr const char *kPageColumns = "SELECT p.page, label, state, note, coalesce(ocr, 0), "
                                     "coalesce(ocr_confidence, 0), coalesce(garbled, 0), "
                                     "coalesce(hidden_text, 0), coalesce(tables, 0), coalesce(captions, 0)";
constexpr int kFirstOther = 10;
constexpr const char *kFromPages =
    "FROM pages p LEFT JOIN page_findings f ON f.id = p.id WHERE p.document = ? ";

PageContent withoutText(const Statement &row)
{
    PageContent content;
    content.page = row.integer32(0);
    content.label = row.text(1);
    content.state = enumOf(row.integer(2), PageState::Skipped, PageState::Skipped);
    content.note = row.text(3);
    content.findings.ocr = row.integer(4) != 0;
    content.findings.ocrConfidence = static_cast<float>(row.real(5));
    content.findings.garbled = row.integer(6) != 0;
    content.findings.hiddenText = row.integer(7) != 0;
    content.findings.tables = row.integer32(8);
    content.findings.captions = row.integer32(9);
    return content;
}

} // namespace

LibraryStore::LibraryStore(Database &database)
    : m_database(database)
{
}

// ---- documents
// ------------------------------------------------------------------------------------------------

Result<DocumentId> LibraryStore::addDocument(const NewDocument &document)
{
    RETURN_IF_ERROR(m_database.run(
        "INSERT INTO documents (hash, path, name, title, outline, pages, state, note, added_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        document.hash, document.path, document.name, document.title, packOutline(document.outline),
        document.pages, static_cast<int>(document.state), document.note, timestamp()));
    return m_database.number("SELECT id FROM documents WHERE hash = ?", document.hash);
}

Result<void> LibraryStore::describe(DocumentId id, const NewDocument &document)
{
    RETURN_IF_ERROR(m_database.run("UPDATE documents SET path = ?, name = ?, title = ?, outline = ?, pages = "
                                   "?, state = ?, note = ? WHERE id = ?",
                                   document.path, document.name, document.title,
                                   packOutline(document.outline), document.pages,
                                   static_cast<int>(DocumentState::Ingesting), document.note, id));
    return {};
}

Result<void> LibraryStore::setPath(DocumentId id, std::string_view path, std::string_view name)
{
    RETURN_IF_ERROR(m_database.run("UPDATE documents SET path = ?, name = ? WHERE id = ?", path, name, id));
    return {};
}

Result<std::optional<Document>> LibraryStore::documentByHash(std::string_view hash)
{
    return oneDocument(m_database, "WHERE hash = ?", hash);
}

Result<std::optional<Document>> LibraryStore::documentByPath(std::string_view path)
{
    return oneDocument(m_database, "WHERE path = ? ORDER BY id DESC LIMIT 1", path);
}

Result<std::optional<Document>> LibraryStore::document(DocumentId id)
{
    return oneDocument(m_database, "WHERE id = ?", id);
}

Result<std::vector<Document>> LibraryStore::documents()
{
    return listDocuments(m_database, "ORDER BY id");
}

Result<std::vector<Document>> LibraryStore::unfinished(std::string_view fingerprint)
{
    return listDocuments(
        m_database,
        "WHERE state IN (0, 1) OR (state IN (2, 3) AND chunks > coalesce((SELECT e.chunks FROM "
        "embedded e JOIN models m ON m.id = e.model WHERE e.document = documents.id AND "
        "m.fingerprint = ?), 0)) ORDER BY id",
        fingerprint);
}

Result<void> LibraryStore::setState(DocumentId id, DocumentState state, std::string_view note)
{
    RETURN_IF_ERROR(m_database.run("UPDATE documents SET state = ?, note = ? WHERE id = ?",
                                   static_cast<int>(state), note, id));
    return {};
}

Result<void> LibraryStore::setLanguage(DocumentId id, std::string_view language)
{
    RETURN_IF_ERROR(m_database.run("UPDATE documents SET language = ? WHERE id = ?", language, id));
    return {};
}

Result<std::vector<OutlineItem>> LibraryStore::outline(DocumentId id)
{
    ASSIGN_OR_RETURN(Statement row, m_database.prepare("SELECT outline FROM documents WHERE id = ?", id));
    ASSIGN_OR_RETURN(const bool found, row.step());
    if (!found)
        return std::vector<OutlineItem>();
    return unpackOutline(row.blob(0));
}

Result<void> LibraryStore::setOutline(DocumentId id, std::span<const OutlineItem> outline)
{
    RETURN_IF_ERROR(
        m_database.run("UPDATE documents SET outline = ? WHERE id = ?", packOutline(outline), id));
    return {};
}

// ---- pages
// ----------------------------------------------------------------------------------------------------

Result<void> LibraryStore::addPage(DocumentId id, const PageContent &page, std::span<const Chunk> chunks)
{
    return addPages(id, std::vector<ReadPage>{{page, {chunks.begin(), chunks.end()}}});
}

Result<void> LibraryStore::addPages(DocumentId id, std::span<const ReadPage> pages)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    for (const ReadPage &page : pages) {
        ASSIGN_OR_RETURN(const std::int64_t next,
                         m_database.number("SELECT pages_done FROM documents WHERE id = ?", id));
        if (next != page.content.page)
            return fail(ErrorCode::Storage, "page " + std::to_string(page.content.page) +
                                                " does not follow the " + std::to_string(next) +
                                                " that are stored");
        RETURN_IF_ERROR(insertPage(m_database, id, page.content));
        for (const Chunk &chunk : page.chunks)
            RETURN_IF_ERROR(addChunk(id, chunk));
    }
    RETURN_IF_ERROR(countChange());
    return transaction.commit();
}

Result<void> LibraryStore::finishReading(DocumentId id, std::span<const Chunk> chunks,
                                         std::string_view language)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    ASSIGN_OR_RETURN(const std::int64_t read,
                     m_database.number("SELECT read_whole FROM documents WHERE id = ?", id));
    if (read != 0)
        return {};
    for (const Chunk &chunk : chunks)
        RETURN_IF_ERROR(addChunk(id, chunk));
    RETURN_IF_ERROR(
        m_database.run("UPDATE documents SET read_whole = 1, language = ? WHERE id = ?", language, id));
    RETURN_IF_ERROR(countChange());
    return transaction.commit();
}

Result<bool> LibraryStore::isRead(DocumentId id)
{
    ASSIGN_OR_RETURN(const std::int64_t read,
                     m_database.number("SELECT read_whole FROM documents WHERE id = ?", id));
    return read != 0;
}

Result<std::vector<ChunkId>> LibraryStore::clearContent(DocumentId id)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    ASSIGN_OR_RETURN(std::vector<ChunkId> removed, dropContent(id));
    RETURN_IF_ERROR(
        m_database.run("UPDATE documents SET pages_done = 0, pages_without_text = 0, pages_skipped = 0, "
                       "chunks = 0, read_whole = 0 WHERE id = ?",
                       id));
    RETURN_IF_ERROR(transaction.commit());
    return removed;
}

Result<std::optional<PageContent>> LibraryStore::page(DocumentId id, int page)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare(kPageColumns + std::string(", width, height, text, chars, blocks ") +
                                            kFromPages + "AND p.page = ?",
                                        id, page));
    ASSIGN_OR_RETURN(const bool found, row.step());
    if (!found)
        return std::nullopt;
    PageContent content = withoutText(row);
    content.width = static_cast<float>(row.real(kFirstOther));
    content.height = static_cast<float>(row.real(kFirstOther + 1));
    content.text = row.text(kFirstOther + 2);
    ASSIGN_OR_RETURN(content.chars, unpackChars(row.blob(kFirstOther + 3), content.text.size()));
    ASSIGN_OR_RETURN(content.blocks, unpackBlocks(row.blob(kFirstOther + 4), content.text.size()));
    return content;
}

Result<std::vector<PageReport>> LibraryStore::pageReports(DocumentId id)
{
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare(kPageColumns + (' ' + std::string(kFromPages)) + "ORDER BY p.page", id));
    std::vector<PageReport> reports;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return reports;
        reports.push_back(reportOf(withoutText(row)));
    }
}

// ---- removal
// --------------------------------------------------------------------------------------------------

Result<std::vector<ChunkId>> LibraryStore::dropContent(DocumentId id)
{
    ASSIGN_OR_RETURN(std::vector<ChunkId> removed, chunksOf(std::span(&id, 1)));
    for (const ChunkId chunk : removed)
        RETURN_IF_ERROR(m_database.run("DELETE FROM words WHERE rowid = ?", chunk));
    // The full-text index only marks words as deleted (secure-delete came with SQLite 3.42): merging all of
    // it into one segment is what takes them out of the file.
    if (!removed.empty())
        RETURN_IF_ERROR(m_database.run("INSERT INTO words (words) VALUES ('optimize')"));
    RETURN_IF_ERROR(m_database.run("DELETE FROM chunks WHERE document = ?", id)); // and their vectors
    RETURN_IF_ERROR(m_database.run("DELETE FROM embedded WHERE document = ?", id));
    RETURN_IF_ERROR(m_database.run("DELETE FROM pages WHERE document = ?", id));
    RETURN_IF_ERROR(countChange());
    return removed;
}

Result<std::vector<ChunkId>> LibraryStore::removeDocument(DocumentId id)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    ASSIGN_OR_RETURN(std::vector<ChunkId> removed, dropContent(id));
    RETURN_IF_ERROR(m_database.run("DELETE FROM documents WHERE id = ?", id));
    RETURN_IF_ERROR(transaction.commit());
    return removed;
}

// ---- counters
// -------------------------------------------------------------------------------------------------

Result<std::int64_t> LibraryStore::generation()
{
    return m_database.number("SELECT value FROM meta WHERE key = 'generation'");
}

Result<void> LibraryStore::countChange()
{
    RETURN_IF_ERROR(m_database.run("UPDATE meta SET value = value + 1 WHERE key = 'generation'"));
    return {};
}

Result<std::string> LibraryStore::libraryId()
{
    ASSIGN_OR_RETURN(Statement row, m_database.prepare("SELECT value FROM meta WHERE key = 'library'"));
    ASSIGN_OR_RETURN(const bool found, row.step());
    if (!found)
        return fail(ErrorCode::Damaged, "the library has no name");
    return std::string(row.text(0));
}

} // namespace rag
