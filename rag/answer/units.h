#pragma once

#include "rag/text/normalizer.h"
#include "rag/types.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The pieces of a passage that can stand as an answer. Pure functions.
namespace rag {

/// A sentence, a row of a table, or an item of a list.
struct Unit
{
    TextRange range;
    TextRange lead; ///< what it can not be read without: the header row, the heading above; empty: nothing
    bool row = false;
    bool heading = false;  ///< names what follows, says nothing itself
    bool question = false; ///< asks
};

/// Units of a passage's text, in order. Tables are known by " | " between their cells, their first row is the
/// header. A unit without a letter or digit is left out.
std::vector<Unit> unitsOf(std::string_view text);

/// Characters (code points).
std::size_t lengthOf(std::string_view text);

/// What of [range] has at most `characters` characters and holds the most weight, on word boundaries.
/// @param weightOf  of a word's stem
TextRange densestPart(std::string_view text, TextRange range, std::size_t characters,
                      const std::function<double(const std::string &stem)> &weightOf);

} // namespace rag
