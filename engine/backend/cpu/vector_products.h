#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector.h"

// Products with weight strips.
namespace engine::cpu {
namespace {

constexpr int kBytesOf[] = {64, 32, 32, 288, 320, 544}; ///< of 16 inputs' elements, or of a block, by Packing

/// 0, 1, ... as a pack: with indices known from the start, g++ keeps an array in registers (a loop is
/// unrolled too late for that).
template <int... i>
struct Indices
{
};

template <int count, int... i>
struct IndicesUpTo : IndicesUpTo<count - 1, count - 1, i...>
{
};

template <int... i>
struct IndicesUpTo<0, i...>
{
    using Type = Indices<i...>;
};

inline void interleaveFloat(float *to, int lanes, const float *rows, std::ptrdiff_t stride, int count,
                            int depth)
{
    int k = 0;
    float tile[kLanes * kLanes];
    for (; k + kLanes <= depth; k += kLanes, to += kLanes * lanes) {
        const auto rowAt = [&](int lane) { return rows + lane * stride + k; };
        if (lanes == kLanes) {
            transposeTile(to, rowAt, count);
            continue;
        }
        transposeTile(tile, rowAt, count);
        for (int i = 0; i < kLanes; ++i) {
            for (int lane = 0; lane < lanes; ++lane) {
                to[i * lanes + lane] = tile[i * kLanes + lane];
            }
        }
    }
    for (; k < depth; ++k) {
        for (int lane = 0; lane < lanes; ++lane) {
            *to++ = lane < count ? rows[lane * stride + k] : 0.0f;
        }
    }
}

inline void quantize(Int8Block *to, const float *x, int depth)
{
    for (int first = 0; first < depth; first += kBlock, ++to) {
        const Floats a = load(x + first);
        const Floats b = load(x + first + kLanes);
        const float most = greatest(maximum(absolute(a), absolute(b)));
        const float inverse = most > 0 ? 127.0f / most : 0.0f;
        to->scale = most / 127.0f;
        const int first16 = storeBytes(to->values, rounded(a * splat(inverse)));
        const int second16 = storeBytes(to->values + kLanes, rounded(b * splat(inverse)));
        to->sum = to->scale * static_cast<float>(first16 + second16);
    }
}

template <Packing packing>
inline Floats element(const std::byte *strip, std::ptrdiff_t k)
{
    if constexpr (packing == Packing::F32) {
        return load(reinterpret_cast<const float *>(strip) + k * kLanes);
    } else if constexpr (packing == Packing::F16) {
        return loadHalf(strip + k * 2 * kLanes);
    } else {
        return loadBfloat(strip + k * 2 * kLanes);
    }
}

/// Four inputs at a time from the low and the high halves of 64 bytes.
template <class Take>
inline void eachNibble(const std::byte *numbers, const Take &take)
{
    for (int j = 0; j < 4; ++j) {
        const Ints n = loadInts(numbers + 64 * j);
        take(4 * j, nibbleAt<0>(n), nibbleAt<8>(n));
        take(4 * j + 2, nibbleAt<16>(n), nibbleAt<24>(n));
        take(4 * j + 16, nibbleAt<4>(n), nibbleAt<12>(n));
        take(4 * j + 18, nibbleAt<20>(n), nibbleAt<28>(n));
    }
}

/// take(k, values of input k, values of input k + 1) for each pair of a block's inputs.
template <Packing packing, class Take>
inline void eachPair(const std::byte *block, const Take &take)
{
    const Floats scale = loadHalf(block);
    if constexpr (packing == Packing::Q8_0) {
        const Floats zero = scale * splat(-128.0f);
        for (int j = 0; j < 8; ++j) {
            const Ints n = loadInts(block + 32 + 64 * j);
            take(4 * j, fma(byteOf<0>(n), scale, zero), fma(byteOf<1>(n), scale, zero));
            take(4 * j + 2, fma(byteOf<2>(n), scale, zero), fma(byteOf<3>(n), scale, zero));
        }
    } else {
        constexpr bool hasMinimum = packing == Packing::Q4_1;
        const Floats zero = hasMinimum ? loadHalf(block + 32) : scale * splat(-8.0f);
        eachNibble(block + (hasMinimum ? 64 : 32),
                   [&](int k, Floats a, Floats b) { take(k, fma(a, scale, zero), fma(b, scale, zero)); });
    }
}

template <Packing packing>
inline void unpackBlocks(float *panel, const std::byte *strip, int first, int depth)
{
    const std::byte *block = strip + first / kBlock * kBytesOf[static_cast<int>(packing)];
    for (int k = 0; k < depth;
         k += kBlock, block += kBytesOf[static_cast<int>(packing)], panel += kBlock * kLanes) {
        eachPair<packing>(block, [panel](int i, Floats a, Floats b) {
            store(panel + i * kLanes, a);
            store(panel + (i + 1) * kLanes, b);
        });
    }
}

template <Packing packing>
inline void unpackElements(float *panel, const std::byte *strip, int first, int depth)
{
    for (int k = 0; k < depth; ++k) {
        store(panel + k * kLanes, element<packing>(strip, first + k));
    }
}

inline void unpackFloat(float *panel, Packing packing, const std::byte *strip, int first, int depth)
{
    switch (packing) {
    case Packing::F32:
        return unpackElements<Packing::F32>(panel, strip, first, depth);
    case Packing::F16:
        return unpackElements<Packing::F16>(panel, strip, first, depth);
    case Packing::BF16:
        return unpackElements<Packing::BF16>(panel, strip, first, depth);
    case Packing::Q4_0:
        return unpackBlocks<Packing::Q4_0>(panel, strip, first, depth);
    case Packing::Q4_1:
        return unpackBlocks<Packing::Q4_1>(panel, strip, first, depth);
    case Packing::Q8_0:
        return unpackBlocks<Packing::Q8_0>(panel, strip, first, depth);
    }
}

template <int... t>
inline void productOf(Indices<t...>, float *c, std::ptrdiff_t ldc, const float *panel, const float *x,
                      std::ptrdiff_t ldx, int depth, bool add)
{
    Floats sums[] = {(static_cast<void>(t), splat(0))...};
    for (int k = 0; k < depth; ++k, panel += kLanes, x += ldx) {
        const Floats w = load(panel);
        ((sums[t] = fma(w, splat(x[t]), sums[t])), ...);
    }
    if (add) {
        ((sums[t] = load(c + t * ldc) + sums[t]), ...);
    }
    (store(c + t * ldc, sums[t]), ...);
}

/// One function for each number of tokens up to `most`.
template <int most>
inline void productUpTo(float *c, std::ptrdiff_t ldc, const float *panel, const float *x, std::ptrdiff_t ldx,
                        int depth, int tokens, bool add)
{
    if (tokens == most) {
        productOf(typename IndicesUpTo<most>::Type{}, c, ldc, panel, x, ldx, depth, add);
    } else if constexpr (most > 1) {
        productUpTo<most - 1>(c, ldc, panel, x, ldx, depth, tokens, add);
    }
}

inline void productFloat(float *c, std::ptrdiff_t ldc, const float *panel, const float *x, std::ptrdiff_t ldx,
                         int depth, int tokens, bool add)
{
    productUpTo<kFloatTile>(c, ldc, panel, x, ldx, depth, tokens, add);
}

template <Packing packing, int... t>
inline void rowsOfElements(Indices<t...>, float *c, const std::byte *strip, int depth, const float *x,
                           std::ptrdiff_t stride)
{
    Floats sums[] = {(static_cast<void>(t), splat(0))...};
    for (int k = 0; k < depth; ++k) {
        const Floats w = element<packing>(strip, k);
        ((sums[t] = fma(w, splat(x[t * stride + k]), sums[t])), ...);
    }
    (store(c + t * kLanes, sums[t]), ...);
}

template <Packing packing>
inline void rowsPacked(float *c, const std::byte *strip, int depth, const float *x, std::ptrdiff_t stride,
                       int tokens)
{
    for (; tokens >= 4; tokens -= 4, c += 4 * kLanes, x += 4 * stride) {
        rowsOfElements<packing>(IndicesUpTo<4>::Type{}, c, strip, depth, x, stride);
    }
    if (tokens == 3) {
        rowsOfElements<packing>(IndicesUpTo<3>::Type{}, c, strip, depth, x, stride);
    } else if (tokens == 2) {
        rowsOfElements<packing>(IndicesUpTo<2>::Type{}, c, strip, depth, x, stride);
    } else if (tokens == 1) {
        rowsOfElements<packing>(IndicesUpTo<1>::Type{}, c, strip, depth, x, stride);
    }
}

inline void rowsFloat(float *c, Packing packing, const std::byte *strip, int depth, const float *x,
                      std::ptrdiff_t stride, int tokens)
{
    if (packing == Packing::F32) {
        rowsPacked<Packing::F32>(c, strip, depth, x, stride, tokens);
    } else if (packing == Packing::F16) {
        rowsPacked<Packing::F16>(c, strip, depth, x, stride, tokens);
    } else {
        rowsPacked<Packing::BF16>(c, strip, depth, x, stride, tokens);
    }
}

} // namespace
} // namespace engine::cpu
