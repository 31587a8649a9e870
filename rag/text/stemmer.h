#pragma once

#include <string>
#include <string_view>

namespace rag {

/// The light stem of one word of an index text (folded by normalizeForIndex); the script decides which rules
/// hold. Arabic and Persian: light10 (Larkey, Ballesteros, Connell 2007) without its weakest suffixes. Latin:
/// step 1 of Porter (1980), which takes off plurals, -ed and -ing, and the French plural -aux. Other scripts,
/// and words with digits: unchanged. A pure function.
std::string lightStem(std::string_view word);

} // namespace rag
