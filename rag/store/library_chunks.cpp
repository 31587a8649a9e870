// Chunks, words and vectors of LibraryStore.
#include "rag/store/blob.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "rag/store/word_index.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace rag {

namespace {

constexpr const char *kPassageColumns = "SELECT c.id, c.document, d.name, c.page, c.last_page, "
                                        "coalesce(p.label, ''), c.section, c.text, c.segments "
                                        "FROM chunks c JOIN documents d ON d.id = c.document "
                                        "LEFT JOIN pages p ON p.document = c.document AND p.page = c.page ";

/// More words than this no question has; each costs a walk through the index.
constexpr std::size_t kMostWords = 64;

Result<Passage> passageOf(const Statement &row)
{
    Passage passage;
    passage.chunk = row.integer(0);
    passage.document = row.integer(1);
    passage.documentName = row.text(2);
    passage.page = row.integer32(3);
    passage.lastPage = row.integer32(4);
    passage.pageLabel = row.text(5);
    passage.section = row.text(6);
    passage.text = row.text(7);
    ASSIGN_OR_RETURN(passage.segments, unpackSegments(row.blob(8), passage.text.size()));
    return passage;
}

Result<std::vector<Passage>> passagesOf(Statement &row)
{
    std::vector<Passage> passages;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return passages;
        ASSIGN_OR_RETURN(Passage passage, passageOf(row));
        passages.push_back(std::move(passage));
    }
}

Result<std::vector<ChunkId>> idsOf(Statement &row)
{
    std::vector<ChunkId> ids;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return ids;
        ids.push_back(row.integer(0));
    }
}

/// `"one" OR "two"`: quoted, a word can not be read as an operator.
std::string matchAny(std::string_view words)
{
    std::string query;
    std::unordered_set<std::string_view> seen;
    while (!words.empty() && seen.size() < kMostWords) {
        const std::size_t end = std::min(words.find(' '), words.size());
        const std::string_view word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty() || word.find('"') != word.npos || !seen.insert(word).second)
            continue;
        if (!query.empty())
            query += " OR ";
        query.append("\"").append(word).append("\"");
    }
    return query;
}

} // namespace

Result<void> LibraryStore::addChunk(DocumentId id, const Chunk &chunk)
{
    RETURN_IF_ERROR(
        m_database.run("INSERT INTO chunks (document, page, last_page, section, tokens, text, segments) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?)",
                       id, chunk.page, chunk.lastPage, chunk.section, chunk.tokens, chunk.text,
                       packSegments(chunk.segments)));
    const ChunkId chunkId = m_database.lastInsertId();
    RETURN_IF_ERROR(indexChunk(m_database, chunkId, chunk.text, chunk.section));
    RETURN_IF_ERROR(m_database.run("UPDATE documents SET chunks = chunks + 1 WHERE id = ?", id));
    return {};
}

Result<std::vector<Passage>> LibraryStore::chunks(std::span<const ChunkId> ids)
{
    ASSIGN_OR_RETURN(Statement row, m_database.prepare(std::string(kPassageColumns) +
                                                           "WHERE c.id IN (SELECT value FROM json_each(?))",
                                                       jsonList(ids)));
    ASSIGN_OR_RETURN(std::vector<Passage> found, passagesOf(row));
    std::unordered_map<ChunkId, Passage *> byId;
    for (Passage &passage : found)
        byId.emplace(passage.chunk, &passage);
    std::vector<Passage> passages; // in the order asked for
    for (const ChunkId id : ids)
        if (const auto place = byId.find(id); place != byId.end())
            passages.push_back(*place->second);
    return passages;
}

Result<std::vector<ChunkId>> LibraryStore::chunksOf(std::span<const DocumentId> documents)
{
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?)) "
                           "ORDER BY id",
                           jsonList(documents)));
    return idsOf(row);
}

Result<std::vector<ChunkPlace>> LibraryStore::chunkPlaces()
{
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT id, document, page, last_page FROM chunks ORDER BY document, id"));
    std::vector<ChunkPlace> places;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return places;
        places.push_back({row.integer(0), row.integer(1), row.integer32(2), row.integer32(3)});
    }
}

Result<std::vector<WordHit>> LibraryStore::searchWords(std::string_view words, int k,
                                                       std::span<const DocumentId> among)
{
    std::vector<WordHit> hits;
    const std::string query = matchAny(words);
    if (query.empty() || k <= 0)
        return hits;
    // "+rowid" keeps SQLite from looking up each chunk of the documents in the index one by one.
    const std::string filter =
        among.empty()
            ? ""
            : "AND +rowid IN (SELECT id FROM chunks WHERE document IN (SELECT value FROM json_each(?3))) ";
    // rank is BM25 over text and section title alike, sorted inside of FTS5.
    const std::string sql =
        "SELECT rowid, rank FROM words WHERE words MATCH ?1 " + filter + "ORDER BY rank LIMIT ?2";
    ASSIGN_OR_RETURN(Statement row, m_database.prepare(sql, query, k));
    if (!among.empty())
        row.bind(3, jsonList(among));
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return hits;
        hits.push_back({row.integer(0), -row.real(1)}); // FTS5 gives the better the smaller number
    }
}

// ---- vectors
// --------------------------------------------------------------------------------------------------

Result<std::int64_t> LibraryStore::modelId(std::string_view fingerprint)
{
    return m_database.number("SELECT id FROM models WHERE fingerprint = ?", fingerprint);
}

Result<std::vector<Passage>> LibraryStore::chunksToEmbed(DocumentId id, std::string_view fingerprint,
                                                         int limit)
{
    ASSIGN_OR_RETURN(const std::int64_t model, modelId(fingerprint));
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare(std::string(kPassageColumns) +
                                            "WHERE c.document = ? AND NOT EXISTS (SELECT 1 FROM vectors "
                                            "v WHERE v.chunk = c.id AND v.model = ?) ORDER BY c.id "
                                            "LIMIT ?",
                                        id, model, limit));
    return passagesOf(row);
}

Result<void> LibraryStore::addVectors(std::string_view fingerprint, std::span<const StoredVector> vectors)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(m_database.run(
        "INSERT INTO models (fingerprint) VALUES (?) ON CONFLICT (fingerprint) DO NOTHING", fingerprint));
    ASSIGN_OR_RETURN(const std::int64_t model, modelId(fingerprint));
    for (const StoredVector &vector : vectors) {
        ASSIGN_OR_RETURN(const std::int64_t document,
                         m_database.number("SELECT document FROM chunks WHERE id = ?", vector.chunk));
        if (document == 0)
            continue;
        ASSIGN_OR_RETURN(const std::int64_t there,
                         m_database.number("SELECT count(*) FROM vectors WHERE chunk = ? AND model = ?",
                                           vector.chunk, model));
        RETURN_IF_ERROR(
            m_database.run("INSERT OR REPLACE INTO vectors (chunk, model, vector) VALUES (?, ?, ?)",
                           vector.chunk, model, packFloats(vector.values)));
        if (there == 0)
            RETURN_IF_ERROR(
                m_database.run("INSERT INTO embedded VALUES (?, ?, 1) ON CONFLICT (document, model) DO "
                               "UPDATE SET chunks = chunks + 1",
                               document, model));
    }
    RETURN_IF_ERROR(countChange());
    return transaction.commit();
}

Result<std::vector<StoredVector>> LibraryStore::vectors(std::string_view fingerprint, ChunkId after,
                                                        int limit)
{
    ASSIGN_OR_RETURN(const std::int64_t model, modelId(fingerprint));
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT chunk, vector FROM vectors WHERE chunk > ? AND model = ? "
                                        "ORDER BY chunk LIMIT ?",
                                        after, model, limit));
    std::vector<StoredVector> vectors;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return vectors;
        ASSIGN_OR_RETURN(std::vector<float> values, unpackFloats(row.blob(1)));
        vectors.push_back({row.integer(0), std::move(values)});
    }
}

Result<std::vector<ChunkId>> LibraryStore::vectorIds(std::string_view fingerprint)
{
    ASSIGN_OR_RETURN(const std::int64_t model, modelId(fingerprint));
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT chunk FROM vectors WHERE model = ? ORDER BY chunk", model));
    return idsOf(row);
}

} // namespace rag
