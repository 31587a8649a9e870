#pragma once

#include "rag/store/library_store.h"
#include "rag/store/task_store.h"
#include "rag/tasks/structure.h"
#include "rag/tasks/task.h"

#include <vector>

namespace rag {

/// A document as tasks read it.
struct ReadDocument
{
    Document document;
    std::vector<Passage> passages; ///< all, in reading order
    Coverage coverage;             ///< once all of it is read
};

/// Errors: NotFound; those of the store; Cancelled.
Result<ReadDocument> readDocument(LibraryStore &store, TaskStore &tasks, DocumentId id,
                                  const CancelToken &cancel);

/// Loads every page. Errors: those of the store; Cancelled.
Result<std::vector<Heading>> readHeadings(LibraryStore &store, const Document &document,
                                          const CancelToken &cancel);

} // namespace rag
