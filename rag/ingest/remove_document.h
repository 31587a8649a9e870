#pragma once

#include "rag/types.h"

namespace rag {

class Database;
class VectorIndex;

/// Takes every trace of a document out of the library: rows, words, vectors, the index and its file, the
/// write-ahead log. Conversations keep what they quoted. An unknown document is no error. Errors: Storage,
/// Damaged.
Result<void> removeDocument(Database &database, VectorIndex &index, DocumentId document);

} // namespace rag
