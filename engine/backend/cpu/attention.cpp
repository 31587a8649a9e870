#include "engine/backend/cpu/attention.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace engine::cpu {

namespace {

constexpr int kRowsForTiles = 4;    ///< with fewer rows most lanes of a tile would be idle
constexpr int kSmallWork = 1 << 14; ///< numbers of keys that are not worth another thread

Rows rowOf(Rows rows, int row)
{
    return {rows.data + static_cast<std::ptrdiff_t>(row) * rows.stride, 1, rows.columns, rows.stride};
}

} // namespace

Attention::Attention(const Kernels &kernels, ThreadPool &pool)
    : m_kernels(kernels)
    , m_pool(pool)
    , m_scratch(static_cast<std::size_t>(pool.threads()))
    , m_keys(static_cast<std::size_t>(pool.threads()))
{
}

KeysAndValues Attention::headOf(const KvLayout &layout, int head) const
{
    return {
        .pages = m_pages.data(), .offset = layout.bytes * static_cast<std::size_t>(head), .layout = &layout};
}

void Attention::causal(Rows out, Rows q, const KvView &cache, int first, const AttentionParameters &p)
{
    if (q.rows == 0) {
        return;
    }
    const auto *own = static_cast<const CpuKvPage *>(cache.pages[static_cast<std::size_t>(first / kPage)]);
    assert(own && p.heads % own->shape().heads == 0);
    const KvLayout &layout = own->layout();
    assert(q.columns == p.heads * layout.keySize && out.columns == p.heads * layout.valueSize);
    m_pages.clear();
    for (const KvPage *page : cache.pages) {
        const auto *known = static_cast<const CpuKvPage *>(page);
        m_pages.push_back(known ? known->data().data() + known->offsetOf(cache.layer, 0) : nullptr);
    }
    const int kvHeads = own->shape().heads;
    const Queries queries{.out = out,
                          .q = q,
                          .first = first,
                          .causal = true,
                          .keys = 0,
                          .kvHeads = kvHeads,
                          .group = p.heads / kvHeads,
                          .p = p};
    if (q.rows < kRowsForTiles) {
        for (int i = 0; i < q.rows; ++i) {
            Queries one = queries;
            one.q = rowOf(q, i);
            one.out = rowOf(out, i);
            one.first = first + i;
            oneRow(one, layout);
        }
        return;
    }
    const int tiles = (q.rows * queries.group + kLanes - 1) / kLanes;
    m_pool.parallelFor(tiles * kvHeads, 1, [&](int begin, int end, int thread) {
        for (int i = begin; i < end; ++i) {
            const int fromEnd =
                tiles - 1 - i / kvHeads; // the longest first, so that none is left for the end
            tile(queries, headOf(layout, i % kvHeads), i % kvHeads, fromEnd * kLanes, thread);
        }
    });
}

/// Pieces of kRowKeys keys on their own, then put together in order.
void Attention::oneRow(const Queries &queries, const KvLayout &layout)
{
    const int last = queries.first + 1;
    const int lowest = queries.p.window > 0 ? std::max(0, last - queries.p.window) : 0;
    const int origin = lowest / kPage * kPage; // pieces begin on a page
    const int pieces = (last - origin + kRowKeys - 1) / kRowKeys;
    const int kvHeads = queries.kvHeads;
    const int group = queries.group;
    const int padded = paddedDimension(layout.valueSize);
    const std::size_t partValues = static_cast<std::size_t>(group) * static_cast<std::size_t>(padded + 2);
    auto *parts = m_parts.take<float>(partValues * static_cast<std::size_t>(pieces * kvHeads));
    const auto partOf = [&](int piece, int head) {
        float *at = parts + partValues * static_cast<std::size_t>(piece * kvHeads + head);
        return Part{at, at + group, at + 2 * group};
    };
    const bool small = (last - lowest) * kvHeads * layout.keySize < kSmallWork;
    m_pool.parallelFor(pieces * kvHeads, small ? pieces * kvHeads : 1, [&](int begin, int end, int thread) {
        for (int i = begin; i < end; ++i) {
            const int head = i % kvHeads;
            const int start = origin + i / kvHeads * kRowKeys;
            const auto run = layout.valuesInKeys ? &Attention::pieceInTiles : &Attention::pieceOfRow;
            (this->*run)(queries, headOf(layout, head), head, std::max(start, lowest),
                         std::min(start + kRowKeys, last), partOf(i / kvHeads, head), thread);
        }
    });
    m_pool.parallelFor(kvHeads * group, 16, [&](int begin, int end, int) {
        for (int i = begin; i < end; ++i) {
            const int head = i / group;
            const int g = i % group;
            float maximum = kNoScore;
            for (int piece = 0; piece < pieces; ++piece) {
                maximum = std::max(maximum, partOf(piece, head).maximum[g]);
            }
            float *to = queries.out.data + static_cast<std::ptrdiff_t>(i) * layout.valueSize;
            std::fill_n(to, layout.valueSize, 0.0f);
            float sum = 0;
            for (int piece = 0; piece < pieces; ++piece) {
                const Part part = partOf(piece, head);
                const float weight = std::exp(part.maximum[g] - maximum);
                sum += weight * part.sum[g];
                for (int d = 0; d < layout.valueSize; ++d) {
                    to[d] += weight * part.out[g * padded + d];
                }
            }
            for (int d = 0; d < layout.valueSize; ++d) {
                to[d] /= sum;
            }
        }
    });
}

void Attention::pieceOfRow(const Queries &queries, const KeysAndValues &kv, int head, int first, int last,
                           const Part &part, int thread)
{
    const int group = queries.group;
    const int numbers = group * kv.layout->keySize;
    auto *scratch = m_scratch[static_cast<std::size_t>(thread)].take<float>(
        static_cast<std::size_t>(numbers + rowScratch(*kv.layout, group)));
    const float *q = queries.q.data + static_cast<std::ptrdiff_t>(head) * numbers;
    for (int i = 0; i < numbers; ++i) {
        scratch[i] = q[i] * queries.p.scale;
    }
    m_kernels.attendRow({.kv = kv,
                         .first = first,
                         .last = last,
                         .group = group,
                         .queries = scratch,
                         .softCap = queries.p.softCap,
                         .scratch = scratch + numbers,
                         .maximum = part.maximum,
                         .sum = part.sum,
                         .out = part.out});
}

/// Values in keys lie position by position, and many heads share them: lanes are heads.
void Attention::pieceInTiles(const Queries &queries, const KeysAndValues &kv, int head, int first, int last,
                             const Part &part, int thread)
{
    const int padded = paddedDimension(kv.layout->valueSize);
    for (int g = 0; g < queries.group; g += kLanes) {
        AttentionTile work;
        work.kv = kv;
        work.first = first / kPage * kPage;
        work.last = last;
        work.count = std::min(kLanes, queries.group - g);
        work.scale = queries.p.scale;
        work.softCap = queries.p.softCap;
        work.scratch = m_scratch[static_cast<std::size_t>(thread)].take<float>(
            static_cast<std::size_t>(tileScratch(*kv.layout)));
        work.maximum = part.maximum + g;
        work.sum = part.sum + g;
        for (int lane = 0; lane < work.count; ++lane) {
            work.queries[lane] =
                queries.q.data +
                static_cast<std::ptrdiff_t>(head * queries.group + g + lane) * kv.layout->keySize;
            work.outs[lane] = part.out + static_cast<std::ptrdiff_t>(g + lane) * padded;
            work.lowest[lane] = first;
            work.highest[lane] = last - 1;
        }
        m_kernels.attendTile(work);
    }
}

/// Lane i of the tile is query (firstLane + i): row and then head of the group.
void Attention::tile(const Queries &queries, const KeysAndValues &kv, int kvHead, int firstLane, int thread)
{
    AttentionTile work;
    work.kv = kv;
    work.first = std::numeric_limits<int>::max();
    work.count = std::min(kLanes, queries.q.rows * queries.group - firstLane);
    work.scale = queries.p.scale;
    work.softCap = queries.p.softCap;
    work.scratch = m_scratch[static_cast<std::size_t>(thread)].take<float>(
        static_cast<std::size_t>(tileScratch(*kv.layout)));
    for (int lane = 0; lane < work.count; ++lane) {
        const int row = (firstLane + lane) / queries.group;
        const int head = kvHead * queries.group + (firstLane + lane) % queries.group;
        work.queries[lane] = rowOf(queries.q, row).data + head * kv.layout->keySize;
        work.outs[lane] = rowOf(queries.out, row).data + head * kv.layout->valueSize;
        const int position = queries.first + row;
        const int highest = queries.causal ? position : queries.keys - 1;
        const int lowest =
            queries.causal && queries.p.window > 0 ? std::max(0, position + 1 - queries.p.window) : 0;
        work.highest[lane] = highest;
        work.lowest[lane] = lowest;
        work.first = std::min(work.first, lowest / kPage * kPage);
        work.last = std::max(work.last, highest + 1);
    }
    m_kernels.attendTile(work);
}

/// A page of floats; zeros behind `count` positions.
void Attention::fillPage(std::byte *page, const KvLayout &layout, const float *keys, std::ptrdiff_t keyStride,
                         const float *values, std::ptrdiff_t valueStride, int count) const
{
    assert(layout.type == KvType::F32 && !layout.valuesInKeys);
    auto *tile = reinterpret_cast<float *>(page);
    for (int first = 0; first < kPage; first += kLanes, tile += layout.keySize * kLanes) {
        const int lanes = std::clamp(count - first, 0, kLanes);
        m_kernels.interleaveFloat(tile, kLanes, keys + (lanes > 0 ? first * keyStride : 0), keyStride, lanes,
                                  layout.keySize);
    }
    auto *row = reinterpret_cast<float *>(page + layout.values);
    for (int position = 0; position < kPage; ++position, row += layout.valueStride) {
        const int known = position < count ? layout.valueSize : 0;
        std::copy_n(values + (known > 0 ? position * valueStride : 0), known, row);
        std::fill_n(row + known, layout.valueStride - known, 0.0f);
    }
}

void Attention::within(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                       const AttentionParameters &p)
{
    const int keySize = q.columns / p.heads;
    const int kvHeads = k.columns / keySize;
    const KvLayout layout = kvLayoutOf(
        {.layers = 1, .heads = 1, .keySize = keySize, .valueSize = v.columns / kvHeads, .type = KvType::F32});
    std::vector<int> firstRow;
    int rows = 0;
    for (const int length : lengths) {
        firstRow.push_back(rows);
        rows += length;
    }
    assert(rows == q.rows && p.heads % kvHeads == 0 && out.columns == p.heads * layout.valueSize);
    m_pool.parallelFor(static_cast<int>(lengths.size()) * kvHeads, 1, [&](int begin, int end, int thread) {
        for (int i = begin; i < end; ++i) {
            const auto text = static_cast<std::size_t>(i / kvHeads);
            const int head = i % kvHeads;
            const int length = lengths[text];
            if (length == 0) {
                continue;
            }
            const auto from = [&](Rows r) {
                return Rows{r.data + static_cast<std::ptrdiff_t>(firstRow[text]) * r.stride, length,
                            r.columns, r.stride};
            };
            const auto pages = static_cast<std::size_t>((length + kPage - 1) / kPage);
            auto *parts = m_keys[static_cast<std::size_t>(thread)].take<std::byte>(pages * layout.bytes);
            std::vector<const std::byte *> table;
            for (std::size_t page = 0; page < pages; ++page) {
                table.push_back(parts + page * layout.bytes);
                const int first = static_cast<int>(page) * kPage;
                fillPage(parts + page * layout.bytes, layout, rowOf(from(k), first).data + head * keySize,
                         k.stride, rowOf(from(v), first).data + head * layout.valueSize, v.stride,
                         std::min(kPage, length - first));
            }
            const Queries queries{.out = from(out),
                                  .q = from(q),
                                  .first = 0,
                                  .causal = false,
                                  .keys = length,
                                  .kvHeads = kvHeads,
                                  .group = p.heads / kvHeads,
                                  .p = p};
            const KeysAndValues kv{.pages = table.data(), .offset = 0, .layout = &layout};
            for (int lane = 0; lane < length * queries.group; lane += kLanes) {
                tile(queries, kv, head, lane, thread);
            }
        }
    });
}

} // namespace engine::cpu
