#include "rag/ingest/remove_document.h"

#include "rag/index/vector_index.h"
#include "rag/store/library_store.h"
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

} // namespace rag
