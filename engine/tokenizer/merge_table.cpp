#include "engine/tokenizer/merge_table.h"

#include <bit>

namespace engine {

MergeTable::MergeTable(std::size_t merges)
    : m_slots(std::bit_ceil(merges * 3 / 2 + 2))
    , m_mask(m_slots.size() - 1)
{
}

void MergeTable::add(std::string_view left, std::string_view right, const Vocabulary &vocabulary)
{
    const std::uint32_t rank = m_rank++;
    const TokenId leftId = vocabulary.findPlain(left);
    const TokenId rightId = leftId < 0 ? -1 : vocabulary.findPlain(right);
    if (rightId < 0) {
        return;
    }
    m_whole.assign(left).append(right);
    const TokenId id = tokenOfWhole(vocabulary);
    if (id < 0) {
        return;
    }
    m_last = id;
    const std::uint64_t key = keyOf(leftId, rightId);
    std::size_t i = slotOf(key);
    while (m_slots[i].key != kEmpty && m_slots[i].key != key) {
        i = (i + 1) & m_mask;
    }
    if (m_slots[i].key == kEmpty) {
        m_slots[i] = {key, rank, id};
    }
}

/// Vocabularies list their tokens in the order of the merges: the token of the last merge and the one behind
/// it spare most look-ups.
TokenId MergeTable::tokenOfWhole(const Vocabulary &vocabulary) const
{
    for (const TokenId guess : {m_last, m_last + 1}) {
        if (vocabulary.contains(guess) && vocabulary.isPlain(guess) && vocabulary.text(guess) == m_whole) {
            return guess;
        }
    }
    return vocabulary.findPlain(m_whole);
}

Result<std::pair<std::string_view, std::string_view>> partsOfMerge(std::string_view merge)
{
    const std::size_t blank = merge.find(' ', 1);
    if (merge.size() < 3 || blank == std::string_view::npos || blank + 1 == merge.size() ||
        merge.find(' ', blank + 1) != std::string_view::npos) {
        return fail(ErrorCode::Damaged, "a merge that is not two parts");
    }
    return std::pair(merge.substr(0, blank), merge.substr(blank + 1));
}

} // namespace engine
