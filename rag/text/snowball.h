#pragma once

#include <string>
#include <string_view>

namespace rag {

/// Whether words of a language are stemmed by Snowball: Danish, Dutch, Finnish, German, Hungarian, Italian,
/// Norwegian, Portuguese, Romanian, Russian, Spanish, Swedish, Turkish. English, French and Arabic have the
/// lighter stems of stemmer.h, which found more on the shared set.
bool hasSnowball(std::string_view language);

/// The stem of a word of an index text (folded, so without its marks). (Porter 2001; libstemmer) Other
/// languages: the word itself. Safe from any thread.
std::string snowballStem(std::string_view word, std::string_view language);

} // namespace rag
