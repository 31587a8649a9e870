#pragma once

#include "engine/backend/cpu/kv_page.h"
#include "engine/base/parallel.h"

namespace engine::cpu {

/// Attention in tiles of 16 queries that share their keys (rows times grouped heads), or, for few rows, key
/// by key in pieces that are put together in order.
class Attention
{
public:
    Attention(const Kernels &kernels, ThreadPool &pool);

    void causal(Rows out, Rows q, const KvView &cache, int first, const AttentionParameters &p);
    void within(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths, const AttentionParameters &p);

private:
    /// What the queries of one text see.
    struct Queries
    {
        Rows out;
        Rows q;
        int first = 0; ///< position of row 0
        bool causal = true;
        int keys = 0; ///< of the text, where not causal
        int kvHeads = 1;
        int group = 1; ///< query heads to a head of keys
        AttentionParameters p;
    };

    /// Part of a row's result: [group] maxima, [group] sums, [group][padded valueSize].
    struct Part
    {
        float *maximum;
        float *sum;
        float *out;
    };

    void oneRow(const Queries &queries, const KvLayout &layout);
    void pieceOfRow(const Queries &queries, const KeysAndValues &kv, int head, int first, int last,
                    const Part &part, int thread);
    void pieceInTiles(const Queries &queries, const KeysAndValues &kv, int head, int first, int last,
                      const Part &part, int thread);
    void tile(const Queries &queries, const KeysAndValues &kv, int kvHead, int firstLane, int thread);
    void fillPage(std::byte *page, const KvLayout &layout, const float *keys, std::ptrdiff_t keyStride,
                  const float *values, std::ptrdiff_t valueStride, int count) const;
    KeysAndValues headOf(const KvLayout &layout, int head) const;

    const Kernels &m_kernels;
    ThreadPool &m_pool;
    std::vector<const std::byte *> m_pages; ///< of the layer at work: where its first head lies
    Scratch m_parts;
    std::vector<Scratch> m_scratch; ///< one a thread
    std::vector<Scratch> m_keys;    ///< one a thread: a text's keys and values
};

} // namespace engine::cpu
