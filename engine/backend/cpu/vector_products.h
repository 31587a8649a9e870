#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector_codes.h"

// Products with weight strips.
namespace engine::cpu {
namespace {

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

inline void quantize(Int8Block *to, Int8Rest *rest, const float *x, int depth)
{
    for (int first = 0; first < depth; first += kBlock, ++to) {
        const Floats a = load(x + first);
        const Floats b = load(x + first + kLanes);
        const float most = greatest(maximum(absolute(a), absolute(b)));
        const Floats inverse = splat(most > 0 ? 127.0f / most : 0.0f);
        const Floats levels[2] = {rounded(a * inverse), rounded(b * inverse)};
        const int first16 = storeBytes(to->values, levels[0]);
        to->scale = most / 127.0f;
        to->whole = first16 + storeBytes(to->values + kLanes, levels[1]);
        to->firstWhole = first16;
        float sum = static_cast<float>(to->whole);
        float firstSum = static_cast<float>(first16);
        if (rest) {
            const auto left = [&](Floats from, Floats level) {
                const Floats parts = rounded((from * inverse - level) * splat(256.0f));
                return minimum(maximum(parts, splat(-127.0f)), splat(127.0f));
            };
            rest->firstWhole = storeBytes(rest->values, left(a, levels[0]));
            rest->whole = rest->firstWhole + storeBytes(rest->values + kLanes, left(b, levels[1]));
            sum += static_cast<float>(rest->whole) * (1.0f / 256.0f);
            firstSum += static_cast<float>(rest->firstWhole) * (1.0f / 256.0f);
            ++rest;
        }
        to->sum = to->scale * sum;
        to->firstSum = to->scale * firstSum;
    }
}

inline void halves(std::uint16_t *to, const float *x, int n)
{
    const auto within = [](Floats a) { return minimum(maximum(a, splat(-65504.0f)), splat(65504.0f)); };
    int i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        storeHalf(to + i, within(load(x + i)));
    }
    if (i < n) {
        std::uint16_t last[kLanes];
        storeHalf(last, within(loadPart(x + i, n - i)));
        for (int j = 0; i + j < n; ++j) {
            to[i + j] = last[j];
        }
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

template <Packing packing>
inline void unpackBlocks(float *panel, const std::byte *strip, int first, int depth)
{
    constexpr PackingTraits traits = traitsOf(packing);
    std::uint8_t lines[kBlock * kLanes];
    for (int k = 0; k < depth; k += kBlock) {
        const int group = (first + k) / kBlock;
        const std::byte *block =
            strip + static_cast<std::ptrdiff_t>(group / traits.groups) * traits.blockBytes();
        linesOf<packing>(lines, groupOf(traits, block, group % traits.groups));
        const Scales scales = scalesOf<packing>(block, group % traits.groups, traits.zero);
        for (int j = 0; j < kBlock / 4; ++j, panel += 4 * kLanes) {
            const int half = traits.halves && j >= kBlock / 8 ? 1 : 0;
            const Floats scale = scales.scale[half];
            const Floats offset = scales.offset[half];
            const Ints n = loadInts(lines + 4 * kLanes * j);
            store(panel, fma(byteOf<0>(n), scale, offset));
            store(panel + kLanes, fma(byteOf<1>(n), scale, offset));
            store(panel + 2 * kLanes, fma(byteOf<2>(n), scale, offset));
            store(panel + 3 * kLanes, fma(byteOf<3>(n), scale, offset));
        }
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
    default:
        withPacking(packing, [&](auto known) { unpackBlocks<known.packing>(panel, strip, first, depth); });
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
