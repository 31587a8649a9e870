#pragma once

#include "rag/pdf/recognized_page.h"

#include <vector>

namespace rag {

/// A capital I that was read as a small l at the head of a word ("lan Murdock", "ltaly", "lt is"), which many
/// typefaces draw alike: where no Latin spelling begins so, where the page has the same word with I
/// elsewhere, or where only a well-known name is left. Other words stay as they were read.
void repairCapitals(std::vector<RecognizedWord> &words);

} // namespace rag
