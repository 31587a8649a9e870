#pragma once

#include "rag/types.h"

#include <string_view>

namespace rag {

class Database;

/// The words of one chunk into the full-text index.
Result<void> indexChunk(Database &database, ChunkId chunk, std::string_view text, std::string_view section);

/// Makes the full-text index anew from the chunks where it was made by other rules than this program's
/// (kWordsVersion): some 10,000 chunks a few seconds. One transaction. @return whether it was
Result<bool> renewWordIndex(Database &database);

} // namespace rag
