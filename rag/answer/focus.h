#pragma once

#include "rag/answer/evidence.h"
#include "rag/types.h"

#include <span>
#include <vector>

namespace rag {

/// Copies of the passages with the best units, the best first, each cut to the lines round its best one: what
/// a small model can read and not be lost in. Segments are left out. A pure function.
/// @param sentences  the best first
std::vector<Passage> focused(std::span<const Passage> passages, std::span<const EvidenceSentence> sentences,
                             int count);

} // namespace rag
