#pragma once

#include "engine/tokenizer/tokenizer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace engine {

/// A part of a word that is one token so far; id -1: no token has its text.
struct Symbol
{
    TokenId id;
    std::uint32_t begin; ///< bytes of the word
    std::uint32_t end;
};

/// What two neighbours may become, and when: the least rank is merged first.
struct PairRank
{
    static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t rank = kNever;
    TokenId id = -1;
};

/// Byte-pair encoding of one word: merges the neighbours of least rank, the leftmost first, until none may be
/// merged (Sennrich, Haddow & Birch 2016). Short words by plain search, long ones with a heap: O(n log n).
/// Keeps its memory between words; one thread.
class PairMerger
{
public:
    std::vector<Symbol> symbols; ///< in: the smallest parts; out: the merged ones

    /// @param rankOf  (const Symbol &left, const Symbol &right) -> PairRank
    template <class RankOf>
    void merge(const RankOf &rankOf)
    {
        if (symbols.size() < 2) {
            return;
        }
        symbols.size() <= kShort ? mergeShort(rankOf) : mergeLong(rankOf);
    }

private:
    static constexpr std::size_t kShort = 40;

    template <class RankOf>
    void mergeShort(const RankOf &rankOf)
    {
        m_ranks.resize(symbols.size() - 1);
        for (std::size_t i = 0; i < m_ranks.size(); ++i) {
            m_ranks[i] = rankOf(symbols[i], symbols[i + 1]);
        }
        while (!m_ranks.empty()) {
            std::size_t best = 0;
            for (std::size_t i = 1; i < m_ranks.size(); ++i) {
                best = m_ranks[i].rank < m_ranks[best].rank ? i : best;
            }
            if (m_ranks[best].rank == PairRank::kNever) {
                return;
            }
            symbols[best].id = m_ranks[best].id;
            symbols[best].end = symbols[best + 1].end;
            symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
            m_ranks.erase(m_ranks.begin() + static_cast<std::ptrdiff_t>(best));
            if (best > 0) {
                m_ranks[best - 1] = rankOf(symbols[best - 1], symbols[best]);
            }
            if (best < m_ranks.size()) {
                m_ranks[best] = rankOf(symbols[best], symbols[best + 1]);
            }
        }
    }

    struct Candidate
    {
        std::uint64_t key; ///< rank, then place
        std::uint32_t end; ///< of the right part when it was found: another end means it is out of date
        TokenId id;

        bool operator<(const Candidate &other) const
        {
            return key > other.key;
        } // a heap has the greatest on top
    };

    template <class RankOf>
    void mergeLong(const RankOf &rankOf)
    {
        constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();
        const auto count = static_cast<std::uint32_t>(symbols.size());
        m_next.resize(count);
        m_previous.resize(count);
        m_heap.clear();
        const auto consider = [&](std::uint32_t left, std::uint32_t right) {
            const PairRank pair = rankOf(symbols[left], symbols[right]);
            if (pair.rank != PairRank::kNever) {
                m_heap.push_back({std::uint64_t{pair.rank} << 32 | left, symbols[right].end, pair.id});
                return true;
            }
            return false;
        };
        for (std::uint32_t i = 0; i < count; ++i) {
            m_next[i] = i + 1 < count ? i + 1 : kEnd;
            m_previous[i] = i > 0 ? i - 1 : kEnd;
            if (i + 1 < count) {
                consider(i, i + 1);
            }
        }
        std::make_heap(m_heap.begin(), m_heap.end());
        while (!m_heap.empty()) {
            std::pop_heap(m_heap.begin(), m_heap.end());
            const Candidate top = m_heap.back();
            m_heap.pop_back();
            const auto left = static_cast<std::uint32_t>(top.key);
            const std::uint32_t right = m_next[left];
            if (symbols[left].begin == symbols[left].end || right == kEnd || symbols[right].end != top.end) {
                continue;
            }
            symbols[left].id = top.id;
            symbols[left].end = top.end;
            symbols[right].begin = symbols[right].end; // empty: merged away
            m_next[left] = m_next[right];
            if (m_next[left] != kEnd) {
                m_previous[m_next[left]] = left;
                if (consider(left, m_next[left])) {
                    std::push_heap(m_heap.begin(), m_heap.end());
                }
            }
            if (m_previous[left] != kEnd && consider(m_previous[left], left)) {
                std::push_heap(m_heap.begin(), m_heap.end());
            }
        }
        std::erase_if(symbols, [](const Symbol &symbol) { return symbol.begin == symbol.end; });
    }

    std::vector<PairRank> m_ranks;
    std::vector<std::uint32_t> m_next;
    std::vector<std::uint32_t> m_previous;
    std::vector<Candidate> m_heap;
};

} // namespace engine
