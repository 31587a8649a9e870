#pragma once

#include "rag/store/scope_reader.h"
#include "rag/types.h"

#include <string_view>

namespace rag {

/// Looks at every page of the scope for the question's key terms: by stem, digits of all scripts alike, and
/// with one letter more, less or other for terms of five letters and more (no digits). Errors: Cancelled,
/// Storage, Damaged, OutOfMemory.
Result<ScopeScan> scanScope(ScopeReader &reader, std::string_view question, const CancelToken &cancel);

/// Whether two words are one edit apart: a letter more, less, other, or two neighbours exchanged (Damerau
/// 1964). A pure function.
bool oneEditApart(std::u32string_view a, std::u32string_view b);

} // namespace rag
