#pragma once

#include "engine/base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// SentencePiece's precompiled normalisation: a double-array trie (Yata's darts-clone) from byte sequences to
/// places in a block of replacements. A step out of the array is no match, whatever the file says.
class Charsmap
{
public:
    Charsmap() = default;
    /// Where keys are looked for. SentencePiece takes the longest at each place. Hugging Face's tokenizers
    /// look at each grapheme: a short one (below 6 bytes) is replaced as a whole by the shortest key it
    /// begins with, in others each character; the two part over a letter with a mark.
    enum class Match { Longest, Grapheme };
    /// Errors: Damaged.
    static Result<Charsmap> parse(std::string_view bytes, Match match = Match::Longest);

    /// What is no key is copied; malformed bytes become U+FFFD.
    std::string apply(std::string_view text) const;

private:
    struct Key
    {
        std::size_t length = 0; ///< 0: none
        std::string_view replacement;
    };
    enum class Which { Shortest, Longest };
    Key keyAt(std::string_view text, std::size_t at, Which which) const;
    /// Appends what becomes of the next grapheme, and moves past it.
    void applyGrapheme(std::string_view text, std::size_t &at, std::string &out) const;
    std::string_view replacementAt(std::uint32_t offset) const;
    void findQuietAscii();
    /// To the child that `byte` leads to; false: there is none.
    bool step(std::uint32_t &place, unsigned char byte) const;

    Match m_match = Match::Longest;
    std::vector<std::uint32_t> m_units;
    std::string m_replacements;
    std::array<bool, 128> m_quiet{}; ///< no key is this letter, or begins with it and another ASCII letter
};

} // namespace engine
