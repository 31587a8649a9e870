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
    /// Errors: Damaged.
    static Result<Charsmap> parse(std::string_view bytes);

    /// Replaces the longest key at each place, else copies the character; malformed bytes become U+FFFD.
    std::string apply(std::string_view text) const;

private:
    struct Match
    {
        std::size_t length = 0;
        std::string_view replacement;
    };

    Match longestAt(std::string_view text, std::size_t at) const;
    std::string_view replacementAt(std::uint32_t offset) const;
    void findQuietAscii();
    /// To the child that `byte` leads to; false: there is none.
    bool step(std::uint32_t &place, unsigned char byte) const;

    std::vector<std::uint32_t> m_units;
    std::string m_replacements;
    std::array<bool, 128> m_quiet{}; ///< no key is this letter, or begins with it and another ASCII letter
};

} // namespace engine
