#include "rag/store/scope_reader.h"

#include "rag/store/blob.h"
#include "rag/store/sqlite.h"

#include <algorithm>
#include <limits>
#include <string>

namespace rag {

namespace {

/// ?1: documents as a JSON list, "[]" for all; ?2 and ?3: pages.
constexpr const char *kInScope =
    "(?1 = '[]' OR document IN (SELECT value FROM json_each(?1))) AND page BETWEEN ?2 AND ?3 ";

} // namespace

ScopeReader::ScopeReader(Database &database, const Question &question)
    : m_database(database)
    , m_documents(question.documents)
    , m_firstPage(std::max(question.firstPage, 0))
    , m_lastPage(question.lastPage < 0 ? std::numeric_limits<int>::max() : question.lastPage)
{
}

Result<int> ScopeReader::pageCount()
{
    ASSIGN_OR_RETURN(
        const std::int64_t pages,
        m_database.number("SELECT coalesce(sum(max(0, min(pages - 1, ?3) - ?2 + 1)), 0) FROM documents "
                          "WHERE ?1 = '[]' OR id IN (SELECT value FROM json_each(?1))",
                          jsonList(m_documents), m_firstPage, m_lastPage));
    return int(pages);
}

Result<int> ScopeReader::chunkCount()
{
    ASSIGN_OR_RETURN(const std::int64_t chunks,
                     m_database.number("SELECT count(*) FROM chunks WHERE " + std::string(kInScope),
                                       jsonList(m_documents), m_firstPage, m_lastPage));
    return int(chunks);
}

Result<int>
ScopeReader::eachPage(const std::function<void(DocumentId document, int page, std::string_view text)> &see,
                      const CancelToken &cancel)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare("SELECT document, page, text FROM pages WHERE " +
                                            std::string(kInScope) + "AND state = 0 ORDER BY document, page",
                                        jsonList(m_documents), m_firstPage, m_lastPage));
    int seen = 0;
    while (true) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "looking through the pages");
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return seen;
        see(row.integer(0), row.integer32(1), row.text(2));
        ++seen;
    }
}

Result<std::vector<float>> ScopeReader::sampleVectors(std::string_view fingerprint, int count)
{
    ASSIGN_OR_RETURN(const int chunks, chunkCount());
    const int step = std::max(1, chunks / std::max(count, 1));
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT v.vector FROM vectors v JOIN (SELECT id, row_number() OVER (ORDER BY "
                           "id) AS place FROM chunks WHERE " +
                               std::string(kInScope) +
                               ") c ON v.chunk = c.id JOIN models m ON m.id = v.model "
                               "WHERE m.fingerprint = ?4 AND c.place % ?5 = 0 LIMIT ?6",
                           jsonList(m_documents), m_firstPage, m_lastPage, fingerprint, step, count));
    std::vector<float> values;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return values;
        ASSIGN_OR_RETURN(const std::vector<float> vector, unpackFloats(row.blob(0)));
        values.insert(values.end(), vector.begin(), vector.end());
    }
}

} // namespace rag
