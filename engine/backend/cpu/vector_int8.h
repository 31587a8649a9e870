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

/// Lines j ... of a group with `tokens` rows: whole sums of each, from startOf(row) on.
template <Packing packing, class Dot, int tokens, class StartOf, int... j>
inline void dotsOf(Indices<j...>, Bytes (&sums)[tokens], const std::byte *group, int part, const Int8Block *x,
                   std::ptrdiff_t stride, const StartOf &startOf)
{
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splatBytes(startOf(x[t * stride]));
    }
    const auto line = [&](auto at, Bytes codes) {
        for (int t = 0; t < tokens; ++t) {
            take<packing, Dot>(sums[t], codes, x[t * stride].values + 4 * at.index);
        }
    };
    (line(Index<j>{}, codesAt<packing, j>(group, part)), ...);
}

/// What one group adds to the sums of one row; in this order everywhere, so that a row's result does not
/// depend on how many rows come with it.
template <bool halves, bool minimums>
inline Floats withGroup(Floats sum, const Ints (&whole)[2], const Scales &s, const Int8Block &row)
{
    const Floats x = splat(row.scale);
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

template <Packing packing, int tokens, class Dot>
inline void rowsOfBlocks(float *c, const std::byte *strip, int blocks, const Int8Block *x,
                         std::ptrdiff_t stride)
{
    constexpr PackingTraits traits = traitsOf(packing);
    constexpr int zero = isWide(packing) ? Dot::zeroOfWide : traits.zero;
    constexpr auto ofAll = [](const Int8Block &row) { return zero * row.whole; };
    constexpr auto ofFirst = [](const Int8Block &row) { return zero * row.firstWhole; };
    constexpr auto ofSecond = [](const Int8Block &row) { return zero * (row.whole - row.firstWhole); };
    Floats sums[tokens];
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splat(0);
    }
    for (int done = 0; done < blocks; done += traits.groups, strip += traits.blockBytes()) {
        for (int g = 0; g < traits.groups; ++g, ++x) {
            const std::byte *group = groupOf(traits, strip, g);
            Ints whole[tokens][2];
            for (int part = 0; part < kParts; ++part) {
                Bytes products[tokens];
                if constexpr (traits.halves) {
                    dotsOf<packing, Dot>(Indices<0, 1, 2, 3>{}, products, group, part, x, stride, ofFirst);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][0], products[t], part);
                    }
                    dotsOf<packing, Dot>(Indices<4, 5, 6, 7>{}, products, group, part, x, stride, ofSecond);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][1], products[t], part);
                    }
                } else {
                    dotsOf<packing, Dot>(Indices<0, 1, 2, 3, 4, 5, 6, 7>{}, products, group, part, x, stride,
                                         ofAll);
                    for (int t = 0; t < tokens; ++t) {
                        setPart(whole[t][0], products[t], part);
                    }
                }
            }
            const Scales scales = scalesOf<packing>(strip, g, 0);
            for (int t = 0; t < tokens; ++t) {
                sums[t] = withGroup<traits.halves, traits.minimums>(sums[t], whole[t], scales, x[t * stride]);
            }
        }
    }
    for (int t = 0; t < tokens; ++t) {
        store(c + t * kLanes, sums[t]);
    }
}

template <Packing packing, class Dot, int most>
inline void rowsBy(float *c, const std::byte *strip, int blocks, const Int8Block *x, std::ptrdiff_t stride,
                   int tokens)
{
    for (; tokens >= most; tokens -= most, c += most * kLanes, x += most * stride) {
        rowsOfBlocks<packing, most, Dot>(c, strip, blocks, x, stride);
    }
    if constexpr (most > 1) {
        rowsBy<packing, Dot, most - 1>(c, strip, blocks, x, stride, tokens);
    }
}

template <class Dot>
inline void rowsWith(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
                     std::ptrdiff_t stride, int tokens)
{
    withPacking(packing, [&](auto known) {
        rowsBy<known.packing, Dot, kRowsAtOnce>(c, strip, blocks, x, stride, tokens);
    });
}

} // namespace
} // namespace engine::cpu
