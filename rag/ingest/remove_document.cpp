#include "rag/ingest/remove_document.h"

#include "rag/index/vector_index.h"
#include "rag/store/library_store.h"
#include "rag/store/private_file.h"
#include "rag/store/sqlite.h"

namespace rag {

Result<void> removeDocument(Database &database, VectorIndex &index, DocumentId document)
{
    LibraryStore store(database);
    ASSIGN_OR_RETURN(const std::vector<ChunkId> chunks, store.removeDocument(document));
    RETURN_IF_ERROR(index.remove(chunks));
    RETURN_IF_ERROR(index.save(store));
    return database.checkpoint();
}

Result<void> removeDocument(Database &database, const std::filesystem::path &indexFile, DocumentId document)
{
    LibraryStore store(database);
    RETURN_IF_ERROR(store.removeDocument(document));
    {
        ASSIGN_OR_RETURN(const auto alone, FileLock::take(lockFile(database.file()), kIndexLock));
        std::error_code error;
        if (!std::filesystem::remove(indexFile, error) && error)
            return fail(ErrorCode::Storage, "the index file can not be deleted: " + error.message());
    }
    return database.checkpoint();
}

} // namespace rag
