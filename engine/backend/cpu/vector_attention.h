#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector_math.h"
#include "engine/backend/cpu/vector_products.h"

// Attention.
namespace engine::cpu {
namespace {

constexpr float kMasked = 2 * kNoScore; ///< e^(this - any maximum) is 0

/// `count` rows of [stride] numbers with scales [stride / 32][32 rows] as floats.
inline void unpackRowsQ8(float *to, const std::byte *from, const std::byte *scales, int stride)
{
    for (int d = 0; d < stride; d += kLanes) {
        float scale[kPage];
        store(scale, loadHalf(scales + d / kBlock * kPage * 2));
        store(scale + kLanes, loadHalf(scales + d / kBlock * kPage * 2 + kLanes * 2));
        for (int i = 0; i < kPage; ++i) {
            store(to + i * stride + d, loadBytes(from + i * stride + d) * splat(scale[i]));
        }
    }
}

/// Two tiles of [keySize][16 positions].
inline void unpackTilesQ8(float *to, const std::byte *from, const std::byte *scales, int keySize)
{
    for (int tile = 0; tile < kPage; tile += kLanes) {
        for (int d = 0; d < keySize; ++d, to += kLanes, from += kLanes) {
            const Floats scale = loadHalf(scales + (d / kBlock * kPage + tile) * 2);
            store(to, loadBytes(from) * scale);
        }
    }
}

inline void unpackHalves(float *to, const std::byte *from, int count)
{
    for (int i = 0; i < count; i += kLanes) {
        store(to + i, loadHalf(from + 2 * i));
    }
}

/// A page's values of one head as floats, [32][valueStride]: in place, or unpacked to `scratch`.
inline const float *valuesOf(const KeysAndValues &kv, int page, float *scratch)
{
    const KvLayout &layout = *kv.layout;
    const std::byte *part = kv.pages[page] + kv.offset;
    if (layout.type == KvType::F32) {
        return reinterpret_cast<const float *>(part + layout.values);
    }
    if (layout.type == KvType::F16) {
        unpackHalves(scratch, part + layout.values, kPage * layout.valueStride);
    } else {
        unpackRowsQ8(scratch, part + layout.values, part + layout.valueScales, layout.valueStride);
    }
    return scratch;
}

/// The same of its keys: two tiles [keySize][16], or with valuesInKeys as valuesOf.
inline const float *keysOf(const KeysAndValues &kv, int page, float *scratch)
{
    const KvLayout &layout = *kv.layout;
    const std::byte *part = kv.pages[page] + kv.offset;
    if (layout.valuesInKeys) {
        return valuesOf(kv, page, scratch);
    }
    if (layout.type == KvType::F32) {
        return reinterpret_cast<const float *>(part);
    }
    if (layout.type == KvType::F16) {
        unpackHalves(scratch, part, kPage * layout.keySize);
    } else {
        unpackTilesQ8(scratch, part, part + layout.keyScales, layout.keySize);
    }
    return scratch;
}

/// c[t][lane] (+)= sum over k of panel[k][lane] * x[k * ldx + t], t < 16.
inline void productOf16(float *c, const float *panel, const float *x, std::ptrdiff_t ldx, int depth, bool add)
{
    int t = 0;
    for (; t + kFloatTile <= kLanes; t += kFloatTile) {
        productOf(IndicesUpTo<kFloatTile>::Type{}, c + t * kLanes, kLanes, panel, x + t, ldx, depth, add);
    }
    if constexpr (kLanes % kFloatTile != 0) {
        productOf(IndicesUpTo<kLanes % kFloatTile>::Type{}, c + t * kLanes, kLanes, panel, x + t, ldx, depth,
                  add);
    }
}

inline void capScores(float *scores, int count, float softCap)
{
    const Floats cap = splat(softCap);
    const Floats inverse = splat(1.0f / softCap);
    for (int i = 0; i < count; ++i) {
        store(scores + i * kLanes, cap * hyperbolicTangent(load(scores + i * kLanes) * inverse));
    }
}

inline void maskScores(float *scores, int first, int count, Ints lowest, Ints highest)
{
    for (int i = 0; i < count; ++i) {
        const Ints position = splatInt(first + i);
        const Mask hidden = (lowest > position) | (position > highest);
        store(scores + i * kLanes, select(hidden, splat(kMasked), load(scores + i * kLanes)));
    }
}

/// What attendTile keeps of its queries; lane by lane.
struct RunningSoftmax
{
    Floats maximum;
    Floats sum;
    float *out; ///< [padded valueSize][16], not yet divided by the sum
    int padded;
};

/// Scores to weights; the running maximum and sum take them in.
inline void softmaxOf(RunningSoftmax &running, float *scores, int count)
{
    Floats most = running.maximum;
    for (int i = 0; i < count; ++i) {
        most = maximum(most, load(scores + i * kLanes));
    }
    Floats sums = splat(0);
    for (int i = 0; i < count; ++i) {
        const Floats weight = exponential(load(scores + i * kLanes) - most);
        sums = sums + weight;
        store(scores + i * kLanes, weight);
    }
    const Floats fade = exponential(running.maximum - most);
    if (any(running.maximum < most)) {
        for (int d = 0; d < running.padded; ++d) {
            store(running.out + d * kLanes, load(running.out + d * kLanes) * fade);
        }
    }
    running.maximum = most;
    running.sum = fma(running.sum, fade, sums);
}

inline bool someHidden(const AttentionTile &tile, int first, int count)
{
    for (int lane = 0; lane < tile.count; ++lane) {
        if (tile.lowest[lane] > first || tile.highest[lane] < first + count - 1) {
            return true;
        }
    }
    return false;
}

/// to[d][16] = queries, scaled.
inline void gatherQueries(float *to, const AttentionTile &tile)
{
    const int dimension = tile.kv.layout->keySize;
    int d = 0;
    for (; d + kLanes <= dimension; d += kLanes) {
        transposeTile(
            to + d * kLanes, [&](int lane) { return tile.queries[lane] + d; }, tile.count);
    }
    for (; d < dimension; ++d) {
        for (int lane = 0; lane < kLanes; ++lane) {
            to[d * kLanes + lane] = lane < tile.count ? tile.queries[lane][d] : 0.0f;
        }
    }
    for (int i = 0; i < dimension; ++i) {
        store(to + i * kLanes, load(to + i * kLanes) * splat(tile.scale));
    }
}

/// Rows of [d][16] back to the queries' places. @param spare  [16][16]
inline void scatterOuts(const AttentionTile &tile, const float *from, float *spare)
{
    const int dimension = tile.kv.layout->valueSize;
    for (int d = 0; d < dimension; d += kLanes) {
        transposeTile(
            spare, [&](int i) { return from + (d + i) * kLanes; }, kLanes);
        for (int lane = 0; lane < tile.count; ++lane) {
            const Floats row = load(spare + lane * kLanes);
            if (d + kLanes <= dimension) {
                store(tile.outs[lane] + d, row);
            } else {
                storePart(tile.outs[lane] + d, row, dimension - d);
            }
        }
    }
}

/// scores[i][lane] of 16 * tiles keys of a page. queries: [keySize][16]
inline void scoresOfTiles(float *scores, const KeysAndValues &kv, const float *keys, const float *queries,
                          int tiles)
{
    const int keySize = kv.layout->keySize;
    if (kv.layout->valuesInKeys) {
        rowsPacked<Packing::F32>(scores, reinterpret_cast<const std::byte *>(queries), keySize, keys,
                                 kv.layout->valueStride, tiles * kLanes);
        return;
    }
    for (int i = 0; i < tiles; ++i) {
        productOf16(scores + i * kLanes * kLanes, queries, keys + i * keySize * kLanes, kLanes, keySize,
                    false);
    }
}

inline void attendTile(const AttentionTile &tile)
{
    const KvLayout &layout = *tile.kv.layout;
    const int padded = paddedDimension(layout.valueSize);
    float *scores = tile.scratch;
    float *unpacked = scores + kTileKeys * kLanes;
    float *queries = unpacked + pageScratch(layout);
    RunningSoftmax running{splat(kNoScore), splat(0), queries + paddedDimension(layout.keySize) * kLanes,
                           padded};
    gatherQueries(queries, tile);
    for (int d = 0; d < padded; ++d) {
        store(running.out + d * kLanes, splat(0));
    }
    const Ints lowest = loadInts(tile.lowest);
    const Ints highest = loadInts(tile.highest);
    for (int first = tile.first; first < tile.last; first += kTileKeys) {
        const int wanted = tile.last - first < kTileKeys ? tile.last - first : kTileKeys;
        const int count = (wanted + kLanes - 1) / kLanes * kLanes;
        for (int i = 0; i < count; i += kPage) {
            const float *keys = keysOf(tile.kv, (first + i) / kPage, unpacked);
            scoresOfTiles(scores + i * kLanes, tile.kv, keys, queries, i + kLanes < count ? 2 : 1);
        }
        if (tile.softCap > 0) {
            capScores(scores, count, tile.softCap);
        }
        if (someHidden(tile, first, count)) {
            maskScores(scores, first, count, lowest, highest);
        }
        softmaxOf(running, scores, count);
        for (int i = 0; i < count; i += kPage) {
            const float *values = valuesOf(tile.kv, (first + i) / kPage, unpacked);
            const int depth = count - i < kPage ? count - i : kPage;
            for (int d = 0; d < padded; d += kLanes) {
                productOf16(running.out + d * kLanes, scores + i * kLanes, values + d, layout.valueStride,
                            depth, true);
            }
        }
    }
    if (tile.maximum) {
        storePart(tile.maximum, running.maximum, tile.count);
        storePart(tile.sum, running.sum, tile.count);
    } else {
        const Floats inverse = splat(1.0f) / running.sum;
        for (int d = 0; d < padded; ++d) {
            store(running.out + d * kLanes, load(running.out + d * kLanes) * inverse);
        }
    }
    scatterOuts(tile, running.out, scores);
}

template <bool half>
inline Floats stored(const std::byte *head, std::ptrdiff_t index)
{
    if constexpr (half) {
        return loadHalf(head + 2 * index);
    } else {
        return load(reinterpret_cast<const float *>(head) + index);
    }
}

/// Scores of both key tiles of a page for `group` queries. scores: [group][kRowKeys + 2 kPage]. Fetches the
/// page's values meanwhile: they are read in columns, which the hardware does not foresee.
template <bool half, int group>
inline void scoresOfPage(float *scores, std::ptrdiff_t ldScores, const std::byte *head,
                         const std::byte *values, const float *queries, int dimension)
{
    constexpr std::ptrdiff_t bytes = half ? 2 : 4;
    const std::ptrdiff_t step = kPage * bytes; // values of one dimension
    Floats sums[2 * group];
    for (int i = 0; i < 2 * group; ++i) {
        sums[i] = splat(0);
    }
    for (int d = 0; d < dimension; ++d) {
        const Floats a = stored<half>(head, d * kLanes);
        const Floats b = stored<half>(head, (dimension + d) * kLanes);
        for (std::ptrdiff_t line = 0; line < step; line += 64) {
            __builtin_prefetch(values + d * step + line, 0, 2);
        }
        for (int g = 0; g < group; ++g) {
            const Floats q = splat(queries[g * dimension + d]);
            sums[2 * g] = fma(a, q, sums[2 * g]);
            sums[2 * g + 1] = fma(b, q, sums[2 * g + 1]);
        }
    }
    for (int g = 0; g < group; ++g) {
        store(scores + g * ldScores, sums[2 * g]);
        store(scores + g * ldScores + kLanes, sums[2 * g + 1]);
    }
}

/// out[g] += weights of positions [from, to) of a page times its values.
template <bool half, int group>
inline void valuesOfPage(float *out, const float *weights, std::ptrdiff_t ldWeights, const std::byte *values,
                         int padded, int from, int to)
{
    for (int d = 0; d < padded; d += kLanes) {
        Floats sums[group];
        for (int g = 0; g < group; ++g) {
            sums[g] = load(out + g * padded + d);
        }
        for (int i = from; i < to; ++i) {
            const Floats v = stored<half>(values, i * padded + d);
            for (int g = 0; g < group; ++g) {
                sums[g] = fma(splat(weights[g * ldWeights + i]), v, sums[g]);
            }
        }
        for (int g = 0; g < group; ++g) {
            store(out + g * padded + d, sums[g]);
        }
    }
}

/// Q8_0 is unpacked page by page, the others are read as they lie.
template <KvType type, int group>
inline void attendGroup(const AttentionRow &row, int firstQuery)
{
    constexpr std::ptrdiff_t ld = kRowKeys + 2 * kPage;
    constexpr bool half = type == KvType::F16;
    const KvLayout &layout = *row.kv.layout;
    const int padded = layout.valueStride;
    const int firstPage = row.first / kPage;
    const int lastPage = (row.last + kPage - 1) / kPage;
    const int origin = firstPage * kPage;
    const int slots = (lastPage - firstPage) * kPage;
    const float *queries = row.queries + firstQuery * layout.keySize;
    float *unpacked = row.scratch + row.group * ld;
    float *out = row.out + firstQuery * padded;
    for (int page = firstPage; page < lastPage; ++page) {
        const std::byte *keys = row.kv.pages[page] + row.kv.offset;
        const std::byte *values = keys + layout.values;
        if constexpr (type == KvType::Q8_0) {
            keys = reinterpret_cast<const std::byte *>(keysOf(row.kv, page, unpacked));
        }
        scoresOfPage<half, group>(row.scratch + page * kPage - origin, ld, keys, values, queries,
                                  layout.keySize);
    }
    for (int g = 0; g < group; ++g) {
        float *scores = row.scratch + g * ld;
        if (row.softCap > 0) {
            capScores(scores, slots / kLanes, row.softCap);
        }
        for (int i = 0; i < row.first - origin; ++i) {
            scores[i] = kMasked;
        }
        for (int i = row.last - origin; i < slots; ++i) {
            scores[i] = kMasked;
        }
        Floats most = splat(kNoScore);
        for (int i = 0; i < slots; i += kLanes) {
            most = maximum(most, load(scores + i));
        }
        const float peak = greatest(most);
        Floats sums = splat(0);
        for (int i = 0; i < slots; i += kLanes) {
            const Floats weight = exponential(load(scores + i) - splat(peak));
            sums = sums + weight;
            store(scores + i, weight);
        }
        row.maximum[firstQuery + g] = peak;
        row.sum[firstQuery + g] = sum(sums);
        for (int d = 0; d < padded; d += kLanes) {
            store(out + g * padded + d, splat(0));
        }
    }
    for (int page = firstPage; page < lastPage; ++page) {
        const int first = page * kPage;
        const std::byte *values = row.kv.pages[page] + row.kv.offset + layout.values;
        if constexpr (type == KvType::Q8_0) {
            values = reinterpret_cast<const std::byte *>(valuesOf(row.kv, page, unpacked));
        }
        valuesOfPage<half, group>(out, row.scratch + first - origin, ld, values, padded,
                                  row.first > first ? row.first - first : 0,
                                  row.last - first < kPage ? row.last - first : kPage);
    }
}

template <KvType type>
inline void attendGroups(const AttentionRow &row)
{
    int g = 0;
    for (; g + 4 <= row.group; g += 4) {
        attendGroup<type, 4>(row, g);
    }
    if (row.group - g == 3) {
        attendGroup<type, 3>(row, g);
    } else if (row.group - g == 2) {
        attendGroup<type, 2>(row, g);
    } else if (row.group - g == 1) {
        attendGroup<type, 1>(row, g);
    }
}

/// Not for valuesInKeys.
inline void attendRow(const AttentionRow &row)
{
    if (row.kv.layout->type == KvType::F32) {
        attendGroups<KvType::F32>(row);
    } else if (row.kv.layout->type == KvType::F16) {
        attendGroups<KvType::F16>(row);
    } else {
        attendGroups<KvType::Q8_0>(row);
    }
}

} // namespace
} // namespace engine::cpu
