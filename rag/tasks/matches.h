#pragma once

#include "rag/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// A sentence, list line or row of a table that matches.
struct Match
{
    std::uint32_t begin = 0; ///< in the passage's text
    std::uint32_t end = 0;
    double score = 0; ///< 0..1
};

/// What is to be listed: its stems, and the kinds of text that it may stand for: "every date" is no word on
/// the page but a pattern.
class ListedThing
{
public:
    explicit ListedThing(std::string_view what);

    /// Sentences, lines and rows of the passage that hold most of the stems (the heading over them counts a
    /// little), or the pattern. In their order.
    std::vector<Match> matches(const Passage &passage) const;

    /// All units of a passage that are worth showing, for judging them by meaning.
    static std::vector<Match> units(const Passage &passage);

    bool hasPattern() const { return m_pattern != Pattern::None; }

private:
    enum class Pattern { None, Date, Money, Percentage, Email, Link, Number };

    static Pattern patternOf(std::string_view what);
    bool showsPattern(std::string_view unit) const;

    std::vector<std::string> m_stems;
    Pattern m_pattern = Pattern::None;
};

} // namespace rag
