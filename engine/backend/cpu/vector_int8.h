#pragma once

#include "engine/backend/cpu/vector_codes.h"

// Strips of packed blocks times int8 rows. `Dot` multiplies the four bytes of each lane with four activations
// and adds: narrow() codes below 128, wide() any. Dot::zeroOfWide is what wide() leaves to be added to them.
// Sums of products begin with what codes are shifted by: whole numbers, so nothing is rounded.
namespace engine::cpu {
namespace {

template <Packing packing, class Dot>
inline void take(Bytes &sums, Bytes codes, const std::int8_t *four)
{
    if constexpr (isWide(packing)) {
        Dot::wide(sums, codes, four);
    } else {
        Dot::narrow(sums, codes, four);
    }
}

/// Lines j ... of a group with `tokens` rows: whole sums of each are added to `sums`.
template <Packing packing, class Dot, int tokens, class Row, int... j>
inline void addDots(Indices<j...>, Bytes (&sums)[tokens], const std::byte *group, int part, const Row *x,
                    std::ptrdiff_t stride)
{
    const auto line = [&](auto at, Bytes codes) {
        for (int t = 0; t < tokens; ++t) {
            take<packing, Dot>(sums[t], codes, x[t * stride].values + 4 * at.index);
        }
    };
    (line(Index<j>{}, codesAt<packing, j>(group, part)), ...);
}

/// The rows of a strip's block, and their rests or null.
struct Int8Rows
{
    const Int8Block *x;
    const Int8Rest *rest;
    std::ptrdiff_t stride;
};

/// The same from startOf(row) on; with rests in 256ths.
template <Packing packing, bool rests, class Dot, int tokens, class StartOf, int... j>
inline void dotsOf(Indices<j...> lines, Bytes (&sums)[tokens], const std::byte *group, int part,
                   const Int8Rows &rows, const StartOf &startOf)
{
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splatBytes(startOf(rows.x[t * rows.stride]));
    }
    addDots<packing, Dot>(lines, sums, group, part, rows.x, rows.stride);
    if constexpr (rests) {
        for (int t = 0; t < tokens; ++t) {
            sums[t] = shiftedPlus(sums[t], splatBytes(startOf(rows.rest[t * rows.stride])));
        }
        addDots<packing, Dot>(lines, sums, group, part, rows.rest, rows.stride);
    }
}

/// What one group adds to the sums of one row; in this order everywhere, so that a row's result does not
/// depend on how many rows come with it.
template <bool halves, bool minimums, bool rests>
inline Floats withGroup(Floats sum, const Ints (&whole)[2], const Scales &s, const Int8Block &row)
{
    const Floats x = splat(rests ? row.scale * (1.0f / 256.0f) : row.scale);
    sum = fma(converted(whole[0]), s.scale[0] * x, sum);
    if constexpr (halves) {
        sum = fma(converted(whole[1]), s.scale[1] * x, sum);
    }
    if constexpr (halves && minimums) {
        sum = fma(s.offset[0] - s.offset[1], splat(row.firstSum), sum);
    }
    if constexpr (minimums) {
        sum = fma(s.offset[1], splat(row.sum), sum);
    }
    return sum;
}

template <Packing packing, bool rests, int tokens, class Dot>
inline void rowsOfBlocks(float *c, const std::byte *strip, int blocks, Int8Rows rows)
{
    constexpr PackingTraits traits = traitsOf(packing);
    [[maybe_unused]] constexpr int zero = isWide(packing) ? Dot::zeroOfWide : traits.zero;
    constexpr auto ofAll = [](const auto &row) { return zero * row.whole; };
    constexpr auto ofFirst = [](const auto &row) { return zero * row.firstWhole; };
    constexpr auto ofSecond = [](const auto &row) { return zero * (row.whole - row.firstWhole); };
    Floats sums[tokens];
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splat(0);
    }
    for (int done = 0; done < blocks; done += traits.groups, strip += traits.blockBytes()) {
        for (int g = 0; g < traits.groups; ++g, ++rows.x) {
            const std::byte *group = groupOf(traits, strip, g);
            Ints whole[tokens][2];
            for (int part = 0; part < kParts; ++part) {
                Bytes products[tokens];
                if constexpr (traits.halves) {
                    dotsOf<packing, rests, Dot>(Indices<0, 1, 2, 3>{}, products, group, part, rows, ofFirst);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][0], products[t], part);
                    }
                    dotsOf<packing, rests, Dot>(Indices<4, 5, 6, 7>{}, products, group, part, rows, ofSecond);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][1], products[t], part);
                    }
                } else {
                    dotsOf<packing, rests, Dot>(Indices<0, 1, 2, 3, 4, 5, 6, 7>{}, products, group, part,
                                                rows, ofAll);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][0], products[t], part);
                    }
                }
            }
            const Scales scales = scalesOf<packing>(strip, g, 0);
            for (int t = 0; t < tokens; ++t) {
                sums[t] = withGroup<traits.halves, traits.minimums, rests>(sums[t], whole[t], scales,
                                                                           rows.x[t * rows.stride]);
            }
            rows.rest += rests ? 1 : 0;
        }
    }
    for (int t = 0; t < tokens; ++t) {
        store(c + t * kLanes, sums[t]);
    }
}

template <Packing packing, bool rests, class Dot, int most>
inline void rowsBy(float *c, const std::byte *strip, int blocks, Int8Rows rows, int tokens)
{
    for (; tokens >= most; tokens -= most, c += most * kLanes) {
        rowsOfBlocks<packing, rests, most, Dot>(c, strip, blocks, rows);
        rows.x += most * rows.stride;
        rows.rest += rests ? most * rows.stride : 0;
    }
    if constexpr (most > 1) {
        rowsBy<packing, rests, Dot, most - 1>(c, strip, blocks, rows, tokens);
    }
}

template <class Dot>
inline void rowsWith(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
                     const Int8Rest *rest, std::ptrdiff_t stride, int tokens)
{
    const Int8Rows rows{x, rest, stride};
    withPacking(packing, [&](auto known) {
        if (rest) {
            rowsBy<known.packing, true, Dot, kRowsAtOnce>(c, strip, blocks, rows, tokens);
        } else {
            rowsBy<known.packing, false, Dot, kRowsAtOnce>(c, strip, blocks, rows, tokens);
        }
    });
}

} // namespace
} // namespace engine::cpu
