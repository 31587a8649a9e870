#pragma once

#include "engine/tokenizer/byte_trie.h"
#include "engine/tokenizer/tokenizer.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// A token that is found in text as a whole, before any splitting.
struct SpecialEntry
{
    std::string text;
    TokenId token = -1;
    bool onlyParsed = true;  ///< found with parseSpecial only; else (user-defined tokens) always
    bool stripLeft = false;  ///< takes white space before it along
    bool stripRight = false; ///< and after it
    bool wholeWord = false;  ///< not inside a word
};

/// A user-defined token that a family's template uses like a control token: "<|user|>", "<｜User｜>".
bool looksLikeControl(std::string_view text);

/// Where tokens that are found with parseSpecial only may stand: nowhere, everywhere, or inside one of some
/// ranges.
struct SpecialScope
{
    bool everywhere = false;
    std::span<const TextRange> ranges; ///< in order, not overlapping
    bool twoVoices = false;            ///< tokens that look like control tokens stay inside the ranges, too

    bool isEmpty() const { return !everywhere && ranges.empty(); }

    bool contains(std::size_t begin, std::size_t end) const;
};

/// Finds special tokens in text: the leftmost, and of those the longest. Immutable.
class SpecialMatcher
{
public:
    struct Match
    {
        std::size_t begin;
        std::size_t end;
        TokenId token;
    };

    /// Longer texts are not looked for: every position of a text is tried, so the length bounds the work.
    static constexpr std::size_t kLongestText = 256;

    SpecialMatcher() = default;
    explicit SpecialMatcher(std::vector<SpecialEntry> entries);

    /// The next match that begins at or after `from` (before it only by the white space it takes along, and
    /// never before `from`).
    std::optional<Match> find(std::string_view text, std::size_t from, const SpecialScope &scope) const;

private:
    std::optional<Match> matchAt(std::string_view text, std::size_t from, std::size_t at,
                                 const SpecialScope &scope) const;

    std::vector<SpecialEntry> m_entries;
    ByteTrie m_always;
    ByteTrie m_parsed;
};

} // namespace engine
