#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector_avx512.h"

// Strips of quantised weights times int8 rows; `Dot` multiplies four bytes a lane and adds.
namespace engine::cpu {
namespace {

inline Floats converted(__m512i a)
{
    return {_mm512_cvtepi32_ps(a)};
}

template <Packing packing, int tokens, class Dot>
inline void rowsOfBlocks(float *c, const std::byte *strip, int blocks, const Int8Block *x,
                         std::ptrdiff_t stride)
{
    constexpr int blockBytes = packing == Packing::Q4_0 ? 288 : packing == Packing::Q4_1 ? 320 : 544;
    constexpr int header = packing == Packing::Q4_1 ? 64 : 32;
    // What was added to the weights to make them unsigned is taken back through the sum of the activations.
    constexpr int zero = packing == Packing::Q4_0 ? -8 : packing == Packing::Q8_0 ? Dot::zeroOfBytes : 0;
    const __m512i low = _mm512_set1_epi8(15);
    Floats sums[tokens];
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splat(0);
    }
    for (int block = 0; block < blocks; ++block, strip += blockBytes) {
        __m512i a[tokens];
        for (int t = 0; t < tokens; ++t) {
            a[t] = _mm512_setzero_si512();
        }
        if constexpr (packing == Packing::Q8_0) {
            for (int j = 0; j < 8; ++j) {
                const __m512i n = loadInts(strip + header + 64 * j).v;
                for (int t = 0; t < tokens; ++t) {
                    Dot::bytes(a[t], n, x[t * stride + block].values + 4 * j);
                }
            }
        } else {
            for (int j = 0; j < 4; ++j) {
                const __m512i n = loadInts(strip + header + 64 * j).v;
                const __m512i first = _mm512_and_si512(n, low);
                const __m512i second = _mm512_and_si512(_mm512_srli_epi16(n, 4), low);
                for (int t = 0; t < tokens; ++t) {
                    Dot::nibbles(a[t], first, x[t * stride + block].values + 4 * j);
                    Dot::nibbles(a[t], second, x[t * stride + block].values + 16 + 4 * j);
                }
            }
        }
        const Floats scale = loadHalf(strip);
        const Floats offset = packing == Packing::Q4_1 ? loadHalf(strip + 32) : scale * splat(zero);
        for (int t = 0; t < tokens; ++t) {
            const Int8Block &activations = x[t * stride + block];
            sums[t] = fma(converted(a[t]), scale * splat(activations.scale), sums[t]);
            if constexpr (packing == Packing::Q4_1 || zero != 0) {
                sums[t] = fma(offset, splat(activations.sum), sums[t]);
            }
        }
    }
    for (int t = 0; t < tokens; ++t) {
        store(c + t * kLanes, sums[t]);
    }
}

template <Packing packing, class Dot>
inline void rowsBy(float *c, const std::byte *strip, int blocks, const Int8Block *x, std::ptrdiff_t stride,
                   int tokens)
{
    for (; tokens >= 4; tokens -= 4, c += 4 * kLanes, x += 4 * stride) {
        rowsOfBlocks<packing, 4, Dot>(c, strip, blocks, x, stride);
    }
    if (tokens == 3) {
        rowsOfBlocks<packing, 3, Dot>(c, strip, blocks, x, stride);
    } else if (tokens == 2) {
        rowsOfBlocks<packing, 2, Dot>(c, strip, blocks, x, stride);
    } else if (tokens == 1) {
        rowsOfBlocks<packing, 1, Dot>(c, strip, blocks, x, stride);
    }
}

template <class Dot>
inline void rowsWith(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
                     std::ptrdiff_t stride, int tokens)
{
    if (packing == Packing::Q4_0) {
        rowsBy<Packing::Q4_0, Dot>(c, strip, blocks, x, stride, tokens);
    } else if (packing == Packing::Q4_1) {
        rowsBy<Packing::Q4_1, Dot>(c, strip, blocks, x, stride, tokens);
    } else {
        rowsBy<Packing::Q8_0, Dot>(c, strip, blocks, x, stride, tokens);
    }
}

} // namespace
} // namespace engine::cpu
