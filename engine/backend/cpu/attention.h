#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/memory.h"
#include "engine/base/parallel.h"

namespace engine::cpu {

/// Keys and values in pages of 32 positions, one after another: what is not written costs no memory.
class PagedKv final : public KvLayer
{
public:
    static Result<std::unique_ptr<PagedKv>> make(int capacity, int heads, int headDimension, KvType type);

    void store(Rows k, Rows v, int first);
    KeysAndValues head(int index) const;

private:
    std::unique_ptr<Region> m_memory;
    std::vector<const std::byte *> m_pages;
    std::size_t m_pageBytes = 0;
    bool m_half = false;
};

/// Attention in tiles of 16 queries that share their keys: rows times grouped heads.
class Attention
{
public:
    Attention(const Kernels &kernels, ThreadPool &pool);

    void causal(Rows out, Rows q, const PagedKv &cache, int first, const AttentionParameters &p);
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
        int group = 1;
        int dimension = 0;
        AttentionParameters p;
    };

    void oneRow(const Queries &queries, const PagedKv &cache);
    void tile(const Queries &queries, const KeysAndValues &kv, int kvHead, int firstLane, int thread);

    const Kernels &m_kernels;
    ThreadPool &m_pool;
    Scratch m_parts;
    std::vector<Scratch> m_scratch; ///< one a thread
    std::vector<Scratch> m_keys;    ///< one a thread: a text's keys and values
};

} // namespace engine::cpu
