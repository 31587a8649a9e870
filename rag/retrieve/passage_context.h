#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <vector>

namespace rag {

class LibraryStore;

/// What stands around a passage on its pages: read with it, never cited.
struct PassageContext
{
    std::string before; ///< the last whole sentences in front of it on its first page; may be empty
    std::string after;  ///< the first whole sentences behind it on its last page
};

/// @param mostBytes  of each part; a sentence that is longer is left out
/// @return one a passage. Errors: those of the store.
Result<std::vector<PassageContext>> contextOf(LibraryStore &store, std::span<const Passage> passages,
                                              std::size_t mostBytes);

} // namespace rag
