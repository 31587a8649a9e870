#pragma once

#include "rag/types.h"

#include <filesystem>

namespace rag {

class Database;
class VectorIndex;

/// Takes every trace of a document out of the library: rows, words, vectors, the index and its file, the
/// write-ahead log. Conversations keep what they quoted. An unknown document is no error. Errors: Storage,
/// Damaged.
Result<void> removeDocument(Database &database, VectorIndex &index, DocumentId document);

/// The same without the embedding model that an index needs: its file is deleted, the next start makes a new
/// one.
Result<void> removeDocument(Database &database, const std::filesystem::path &indexFile, DocumentId document);

} // namespace rag
