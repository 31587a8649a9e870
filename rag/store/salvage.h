#pragma once

#include "rag/types.h"

#include <filesystem>

namespace rag {

/// What was found in a damaged library and is in the new one.
struct Salvaged
{
    std::filesystem::path kept; ///< the damaged file under its new name, FILE.damaged-N
    int documents = 0;
    int pages = 0;
    int chunks = 0;
    int vectors = 0;
    int conversations = 0;
    int messages = 0;
    int citations = 0;
    int toReadAgain = 0; ///< documents of which something is missing: read anew from their files
};

/// Makes a new library of what can still be read in a damaged one: of every leaf of a table, whether or not
/// SQLite finds its way to it. Full-text index and counts are made anew; the vector index beside it will be.
/// The old file is kept under another name, and until the last step, a rename, nothing of it is changed.
/// Errors: Storage (cannot write; another program has the library open), Unreadable, NotFound (no row that
/// can be read: nothing is changed).
Result<Salvaged> salvageLibrary(const std::filesystem::path &file);

} // namespace rag
