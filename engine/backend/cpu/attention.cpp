#include "engine/backend/cpu/attention.h"

#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace engine::cpu {

namespace {

constexpr int kRowsForTiles = 4; ///< with fewer rows most lanes of a tile would be idle

std::size_t valuesOfHead(int dimension)
{
    return static_cast<std::size_t>(kPage) * static_cast<std::size_t>(dimension + paddedDimension(dimension));
}

void put(std::byte *head, std::size_t index, float value, bool half)
{
    if (half) {
        const std::uint16_t bits = floatToHalf(std::clamp(value, -65504.0f, 65504.0f));
        std::memcpy(head + index * 2, &bits, 2);
    } else {
        std::memcpy(head + index * 4, &value, 4);
    }
}

/// One position of one head into its page.
void putPosition(std::byte *head, int within, const float *k, const float *v, int dimension, bool half)
{
    const auto keys = static_cast<std::size_t>(within / kLanes * dimension * kLanes + within % kLanes);
    const auto values = static_cast<std::size_t>(kPage * dimension + within * paddedDimension(dimension));
    for (std::size_t d = 0; d < static_cast<std::size_t>(dimension); ++d) {
        put(head, keys + d * kLanes, k[d], half);
        put(head, values + d, v[d], half);
    }
}

} // namespace

Result<std::unique_ptr<PagedKv>> PagedKv::make(int capacity, int heads, int headDimension, KvType type)
{
    if (capacity < 1 || heads < 1 || headDimension < 1) {
        return fail(ErrorCode::Unsupported, "a cache without positions, heads or dimensions");
    }
    auto kv = std::make_unique<PagedKv>();
    kv->capacity = capacity;
    kv->heads = heads;
    kv->headDimension = headDimension;
    kv->m_half = type == KvType::F16;
    const auto pages = static_cast<std::size_t>((capacity + kPage - 1) / kPage);
    kv->m_pageBytes = valuesOfHead(headDimension) * static_cast<std::size_t>(heads) * (kv->m_half ? 2 : 4);
    kv->m_memory = Region::reserve(kv->m_pageBytes * pages);
    if (!kv->m_memory) {
        return fail(ErrorCode::OutOfMemory, "no memory for keys and values");
    }
    for (std::size_t i = 0; i < pages; ++i) {
        kv->m_pages.push_back(kv->m_memory->data() + i * kv->m_pageBytes);
    }
    return kv;
}

void PagedKv::store(Rows k, Rows v, int first)
{
    assert(first >= 0 && first + k.rows <= capacity && k.columns == heads * headDimension);
    const std::size_t headBytes = m_pageBytes / static_cast<std::size_t>(heads);
    for (int i = 0; i < k.rows; ++i) {
        const int position = first + i;
        std::byte *page = m_memory->data() + static_cast<std::size_t>(position / kPage) * m_pageBytes;
        for (int h = 0; h < heads; ++h) {
            putPosition(page + static_cast<std::size_t>(h) * headBytes, position % kPage,
                        k.data + static_cast<std::ptrdiff_t>(i) * k.stride + h * headDimension,
                        v.data + static_cast<std::ptrdiff_t>(i) * v.stride + h * headDimension, headDimension,
                        m_half);
        }
    }
}

KeysAndValues PagedKv::head(int index) const
{
    return {.pages = m_pages.data(),
            .offset = m_pageBytes / static_cast<std::size_t>(heads) * static_cast<std::size_t>(index),
            .half = m_half,
            .dimension = headDimension};
}

Attention::Attention(const Kernels &kernels, ThreadPool &pool)
    : m_kernels(kernels)
    , m_pool(pool)
    , m_scratch(static_cast<std::size_t>(pool.threads()))
    , m_keys(static_cast<std::size_t>(pool.threads()))
{
}

void Attention::causal(Rows out, Rows q, const PagedKv &cache, int first, const AttentionParameters &p)
{
    assert(first + q.rows <= cache.capacity && p.heads % cache.heads == 0);
    const Queries queries{.out = out,
                          .q = q,
                          .first = first,
                          .causal = true,
                          .keys = 0,
                          .group = p.heads / cache.heads,
                          .dimension = cache.headDimension,
                          .p = p};
    if (q.rows < kRowsForTiles) {
        for (int i = 0; i < q.rows; ++i) {
            Queries one = queries;
            one.q = {q.data + static_cast<std::ptrdiff_t>(i) * q.stride, 1, q.columns, q.stride};
            one.out = {out.data + static_cast<std::ptrdiff_t>(i) * out.stride, 1, out.columns, out.stride};
            one.first = first + i;
            oneRow(one, cache);
        }
        return;
    }
    const int tiles = (q.rows * queries.group + kLanes - 1) / kLanes;
    m_pool.parallelFor(tiles * cache.heads, 1, [&](int begin, int end, int thread) {
        for (int i = begin; i < end; ++i) {
            const int fromEnd =
                tiles - 1 - i / cache.heads; // the longest first, so that none is left for the end
            tile(queries, cache.head(i % cache.heads), i % cache.heads, fromEnd * kLanes, thread);
        }
    });
}

/// Pieces of kRowKeys keys on their own, then put together in order.
void Attention::oneRow(const Queries &queries, const PagedKv &cache)
{
    const int last = queries.first + 1;
    const int lowest = queries.p.window > 0 ? std::max(0, last - queries.p.window) : 0;
    const int pieces = (last - lowest + kRowKeys - 1) / kRowKeys;
    const int dimension = queries.dimension;
    const int padded = paddedDimension(dimension);
    const int group = queries.group;
    const std::size_t partValues = static_cast<std::size_t>(group) * static_cast<std::size_t>(padded + 2);
    auto *parts = m_parts.take<float>(partValues * static_cast<std::size_t>(pieces * cache.heads));
    const bool small = (last - lowest) * cache.heads * dimension < (1 << 14);
    m_pool.parallelFor(
        pieces * cache.heads, small ? pieces * cache.heads : 1, [&](int begin, int end, int thread) {
            const auto scratchValues = static_cast<std::size_t>(group * (kRowKeys + 2 * kPage + dimension));
            auto *scratch = m_scratch[static_cast<std::size_t>(thread)].take<float>(scratchValues);
            for (int i = begin; i < end; ++i) {
                const int head = i % cache.heads;
                const int first = lowest + i / cache.heads * kRowKeys;
                const float *q = queries.q.data + head * group * dimension;
                for (int j = 0; j < group * dimension; ++j) {
                    scratch[j] = q[j] * queries.p.scale;
                }
                float *part = parts + partValues * static_cast<std::size_t>(i);
                m_kernels.attendRow({.kv = cache.head(head),
                                     .first = first,
                                     .last = std::min(first + kRowKeys, last),
                                     .group = group,
                                     .queries = scratch,
                                     .softCap = queries.p.softCap,
                                     .scratch = scratch + group * dimension,
                                     .maximum = part,
                                     .sum = part + group,
                                     .out = part + 2 * group});
            }
        });
    for (int head = 0; head < cache.heads; ++head) {
        for (int g = 0; g < group; ++g) {
            const auto partOf = [&](int piece) {
                return parts + partValues * static_cast<std::size_t>(piece * cache.heads + head);
            };
            float maximum = kNoScore;
            for (int piece = 0; piece < pieces; ++piece) {
                maximum = std::max(maximum, partOf(piece)[g]);
            }
            float *to = queries.out.data + (head * group + g) * dimension;
            std::fill_n(to, dimension, 0.0f);
            float sum = 0;
            for (int piece = 0; piece < pieces; ++piece) {
                const float *part = partOf(piece);
                const float weight = std::exp(part[g] - maximum);
                sum += weight * part[group + g];
                for (int d = 0; d < dimension; ++d) {
                    to[d] += weight * part[2 * group + g * padded + d];
                }
            }
            for (int d = 0; d < dimension; ++d) {
                to[d] /= sum;
            }
        }
    }
}

/// Lane i of the tile is query (firstLane + i): row and then head of the group.
void Attention::tile(const Queries &queries, const KeysAndValues &kv, int kvHead, int firstLane, int thread)
{
    const int dimension = queries.dimension;
    AttentionTile work;
    work.kv = kv;
    work.first = std::numeric_limits<int>::max();
    work.count = std::min(kLanes, queries.q.rows * queries.group - firstLane);
    work.scale = queries.p.scale;
    work.softCap = queries.p.softCap;
    work.scratch = m_scratch[static_cast<std::size_t>(thread)].take<float>(
        static_cast<std::size_t>(tileScratch(dimension)));
    for (int lane = 0; lane < work.count; ++lane) {
        const int row = (firstLane + lane) / queries.group;
        const int column = (kvHead * queries.group + (firstLane + lane) % queries.group) * dimension;
        work.queries[lane] = queries.q.data + static_cast<std::ptrdiff_t>(row) * queries.q.stride + column;
        work.outs[lane] = queries.out.data + static_cast<std::ptrdiff_t>(row) * queries.out.stride + column;
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

void Attention::within(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                       const AttentionParameters &p)
{
    const int dimension = q.columns / p.heads;
    const int kvHeads = k.columns / dimension;
    std::vector<int> firstRow;
    int rows = 0;
    for (const int length : lengths) {
        firstRow.push_back(rows);
        rows += length;
    }
    assert(rows == q.rows && p.heads % kvHeads == 0);
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
            const std::size_t pageValues = valuesOfHead(dimension);
            auto *keys = m_keys[static_cast<std::size_t>(thread)].take<float>(pages * pageValues);
            std::fill_n(keys, pages * pageValues, 0.0f);
            std::vector<const std::byte *> table;
            for (std::size_t page = 0; page < pages; ++page) {
                table.push_back(reinterpret_cast<const std::byte *>(keys + page * pageValues));
            }
            for (int row = 0; row < length; ++row) {
                auto *page =
                    reinterpret_cast<std::byte *>(keys + static_cast<std::size_t>(row / kPage) * pageValues);
                putPosition(page, row % kPage,
                            from(k).data + static_cast<std::ptrdiff_t>(row) * k.stride + head * dimension,
                            from(v).data + static_cast<std::ptrdiff_t>(row) * v.stride + head * dimension,
                            dimension, false);
            }
            const Queries queries{.out = from(out),
                                  .q = from(q),
                                  .first = 0,
                                  .causal = false,
                                  .keys = length,
                                  .group = p.heads / kvHeads,
                                  .dimension = dimension,
                                  .p = p};
            const KeysAndValues kv{.pages = table.data(), .offset = 0, .half = false, .dimension = dimension};
            for (int lane = 0; lane < length * queries.group; lane += kLanes) {
                tile(queries, kv, head, lane, thread);
            }
        }
    });
}

} // namespace engine::cpu
