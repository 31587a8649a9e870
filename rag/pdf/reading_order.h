#pragma once

#include "rag/types.h"

namespace rag {

/// Puts a page's words into the order a person reads them: columns, right-to-left runs in logical order,
/// words that were torn apart joined by their boxes, hyphens at line ends removed, ligatures and presentation
/// forms folded (NFKC), control characters dropped. Every character keeps its box. (What Poppler does to
/// Arabic, by producer, and the order of repairs: rag/README.md.) A pure function.
PageContent orderPage(const PageText &page);

/// Language of most of the letters: "ar", "fa", "en", "fr", ... by script and frequent words; empty: too
/// little text.
std::string guessLanguage(std::string_view text);

} // namespace rag
