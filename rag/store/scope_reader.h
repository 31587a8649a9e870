#pragma once

#include "rag/types.h"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace rag {

class Database;

/// Reads all that a question may be about: pages [firstPage, lastPage] of some documents. Uses the thread's
/// own connection; the database must outlive it. Errors: Storage, Damaged, OutOfMemory.
class ScopeReader
{
public:
    /// Documents, firstPage and lastPage of the question count; its words do not.
    ScopeReader(Database &database, const Question &question);

    /// Pages the documents have there, read or not.
    Result<int> pageCount();
    Result<int> chunkCount();

    /// The text of each page that has some, by document and page. @return pages seen. Errors besides:
    /// Cancelled.
    Result<int> eachPage(const std::function<void(DocumentId document, int page, std::string_view text)> &see,
                         const CancelToken &cancel);

    /// Vectors of chunks, spread evenly over the scope. @return [at most count, dimension] row-major
    Result<std::vector<float>> sampleVectors(std::string_view fingerprint, int count);

private:
    Database &m_database;
    std::vector<DocumentId> m_documents;
    int m_firstPage;
    int m_lastPage;
};

} // namespace rag
