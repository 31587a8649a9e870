#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/pair_merger.h"
#include "engine/tokenizer/vocabulary.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace engine {

/// The ranked merges of a BPE vocabulary, by the ids of the two parts. Immutable once filled.
class MergeTable
{
public:
    explicit MergeTable(std::size_t merges = 0);

    /// The next merge in rank. A merge of texts that are no plain tokens, or that make none, is left out: it
    /// can never be used. The first of equal pairs wins.
    void add(std::string_view left, std::string_view right, const Vocabulary &vocabulary);

    PairRank find(TokenId left, TokenId right) const
    {
        const std::uint64_t key = keyOf(left, right);
        for (std::size_t i = slotOf(key);; i = (i + 1) & m_mask) {
            const Slot &slot = m_slots[i];
            if (slot.key == key) {
                return {slot.rank, slot.id};
            }
            if (slot.key == kEmpty) {
                return {};
            }
        }
    }

private:
    static constexpr std::uint64_t kEmpty = ~std::uint64_t{0}; // of the pair (-1, -1), which is none

    struct Slot
    {
        std::uint64_t key = kEmpty;
        std::uint32_t rank = PairRank::kNever;
        TokenId id = -1;
    };

    static std::uint64_t keyOf(TokenId left, TokenId right)
    {
        return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
    }

    std::size_t slotOf(std::uint64_t key) const
    {
        return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> 32) & m_mask;
    }

    TokenId tokenOfWhole(const Vocabulary &vocabulary) const;

    std::vector<Slot> m_slots;
    std::size_t m_mask = 0;
    std::uint32_t m_rank = 0;
    TokenId m_last = -1;
    std::string m_whole;
};

/// The two parts of a merge "left right". Errors: Damaged (not two parts).
Result<std::pair<std::string_view, std::string_view>> partsOfMerge(std::string_view merge);

} // namespace engine
