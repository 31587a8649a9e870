#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector_math.h"
#include "engine/backend/cpu/vector_products.h"

// Attention.
namespace engine::cpu {
namespace {

constexpr float kMasked = 2 * kNoScore; ///< e^(this - any maximum) is 0

/// Values first .. first + count - 1 of a page of one head as floats: in place, or unpacked to `scratch`.
inline const float *partOf(const KeysAndValues &kv, int page, int first, int count, float *scratch)
{
    const std::byte *head = kv.pages[page] + kv.offset;
    if (!kv.half) {
        return reinterpret_cast<const float *>(head) + first;
    }
    for (int i = 0; i < count; i += kLanes) {
        store(scratch + i, loadHalf(head + 2 * (first + i)));
    }
    return scratch;
}

inline const float *keysOf(const KeysAndValues &kv, int page, float *scratch)
{
    return partOf(kv, page, 0, kPage * kv.dimension, scratch);
}

inline const float *valuesOf(const KeysAndValues &kv, int page, float *scratch)
{
    return partOf(kv, page, kPage * kv.dimension, kPage * paddedDimension(kv.dimension), scratch);
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
    float *out; ///< [paddedDimension][16], not yet divided by the sum
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
    const int dimension = tile.kv.dimension;
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
    const int dimension = tile.kv.dimension;
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

inline void attendTile(const AttentionTile &tile)
{
    const int dimension = tile.kv.dimension;
    const int padded = paddedDimension(dimension);
    float *scores = tile.scratch;
    float *unpacked = scores + kTileKeys * kLanes;
    float *queries = unpacked + kPage * padded;
    RunningSoftmax running{splat(kNoScore), splat(0), queries + padded * kLanes, padded};
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
            productOf16(scores + i * kLanes, queries, keys, kLanes, dimension, false);
            if (i + kLanes < count) {
                productOf16(scores + (i + kLanes) * kLanes, queries, keys + dimension * kLanes, kLanes,
                            dimension, false);
            }
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
                productOf16(running.out + d * kLanes, scores + i * kLanes, values + d, padded, depth, true);
            }
        }
    }
    const Floats inverse = splat(1.0f) / running.sum;
    for (int d = 0; d < padded; ++d) {
        store(running.out + d * kLanes, load(running.out + d * kLanes) * inverse);
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
inline void scoresOfPage(float *scores, std::ptrdiff_t ldScores, const std::byte *head, const float *queries,
                         int dimension)
{
    constexpr std::ptrdiff_t bytes = half ? 2 : 4;
    const std::byte *values = head + kPage * dimension * bytes;
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
inline void valuesOfPage(float *out, const float *weights, std::ptrdiff_t ldWeights, const std::byte *head,
                         int dimension, int from, int to)
{
    const int padded = paddedDimension(dimension);
    for (int d = 0; d < padded; d += kLanes) {
        Floats sums[group];
        for (int g = 0; g < group; ++g) {
            sums[g] = load(out + g * padded + d);
        }
        for (int i = from; i < to; ++i) {
            const Floats v = stored<half>(head, kPage * dimension + i * padded + d);
            for (int g = 0; g < group; ++g) {
                sums[g] = fma(splat(weights[g * ldWeights + i]), v, sums[g]);
            }
        }
        for (int g = 0; g < group; ++g) {
            store(out + g * padded + d, sums[g]);
        }
    }
}

template <bool half, int group>
inline void attendGroup(const AttentionRow &row, int firstQuery)
{
    constexpr std::ptrdiff_t ld = kRowKeys + 2 * kPage;
    const int dimension = row.kv.dimension;
    const int padded = paddedDimension(dimension);
    const int firstPage = row.first / kPage;
    const int lastPage = (row.last + kPage - 1) / kPage;
    const int origin = firstPage * kPage;
    const int slots = (lastPage - firstPage) * kPage;
    const float *queries = row.queries + firstQuery * dimension;
    float *out = row.out + firstQuery * padded;
    for (int page = firstPage; page < lastPage; ++page) {
        scoresOfPage<half, group>(row.scratch + page * kPage - origin, ld, row.kv.pages[page] + row.kv.offset,
                                  queries, dimension);
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
        valuesOfPage<half, group>(out, row.scratch + first - origin, ld, row.kv.pages[page] + row.kv.offset,
                                  dimension, row.first > first ? row.first - first : 0,
                                  row.last - first < kPage ? row.last - first : kPage);
    }
}

template <bool half>
inline void attendGroups(const AttentionRow &row)
{
    int g = 0;
    for (; g + 4 <= row.group; g += 4) {
        attendGroup<half, 4>(row, g);
    }
    if (row.group - g == 3) {
        attendGroup<half, 3>(row, g);
    } else if (row.group - g == 2) {
        attendGroup<half, 2>(row, g);
    } else if (row.group - g == 1) {
        attendGroup<half, 1>(row, g);
    }
}

inline void attendRow(const AttentionRow &row)
{
    if (row.kv.half) {
        attendGroups<true>(row);
    } else {
        attendGroups<false>(row);
    }
}

} // namespace
} // namespace engine::cpu
