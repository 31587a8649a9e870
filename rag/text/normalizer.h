#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// A text folded for matching, with the way back: byte i of `text` came from byte origin[i] of what was
/// folded.
struct IndexText
{
    std::string text;
    std::vector<std::uint32_t> origin; ///< size text.size() + 1; ascending; the last is the source's size
};

/// Display text to index text: NFKC, lower case, combining marks and tatweel dropped, Arabic letter forms
/// unified (alef, ya, ta marbuta, Persian kaf and ya), all digits to 0-9. Spaces and punctuation stay. A pure
/// function.
IndexText normalizeForIndex(std::string_view display);

/// The words of an index text as the full-text index stores them: split at what is neither letter nor digit,
/// light stems for Arabic, CJK in bigrams; joined by spaces. Applied alike to chunks and to queries.
std::string indexWords(std::string_view display);

/// The same words in a list, each with where it stands in `display`.
struct IndexWord
{
    std::string stem;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

std::vector<IndexWord> splitWords(std::string_view display);

/// Byte ranges of the sentences of `text`, without the white space between them; abbreviations, numbers and
/// the Arabic marks ؟ ؛ are known.
struct TextRange
{
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

std::vector<TextRange> splitSentences(std::string_view text);

} // namespace rag
