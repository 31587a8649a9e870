#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_int8_avx512.h"
#include "engine/backend/cpu/vector_products.h"

namespace engine::cpu {

namespace {

struct FourBytes
{
    std::int8_t values[4];
};

/// One instruction: unsigned weights times four signed bytes from memory, for all lanes. As assembly, because
/// g++ 12 copies the sums to and fro around the intrinsic and loads the bytes on their own.
struct VnniDot
{
    static constexpr int zeroOfBytes = -128;

    static void nibbles(__m512i &sums, __m512i weights, const std::int8_t *four)
    {
        asm("vpdpbusd %2%{1to16%}, %1, %0"
            : "+v"(sums)
            : "v"(weights), "m"(*reinterpret_cast<const FourBytes *>(four)));
    }

    static void bytes(__m512i &sums, __m512i biased, const std::int8_t *four) { nibbles(sums, biased, four); }
};

constexpr int kInt8Tile = 14; ///< tokens: 14 sums of whole numbers and 14 of floats stay in registers

/// The same arithmetic as rowsOfBlocks, operation by operation, so that a row's result does not depend on how
/// many rows come with it.
template <int... t>
void productOfBlocks(Indices<t...>, float *c, std::ptrdiff_t ldc, const Int8PanelBlock *panel,
                     const std::byte *x, int blocks, bool add)
{
    Floats sums[] = {(static_cast<void>(t), splat(0))...};
    for (int block = 0; block < blocks; ++block, ++panel, x += kInt8Tile * sizeof(Int8Block)) {
        const auto *scales = reinterpret_cast<const float *>(x);
        const float *totals = scales + kInt8Tile;
        const auto *values = reinterpret_cast<const std::int8_t *>(totals + kInt8Tile);
        __m512i whole[] = {(static_cast<void>(t), _mm512_setzero_si512())...};
        for (int j = 0; j < kBlock / 4; ++j, values += 4 * kInt8Tile) {
            const __m512i w = _mm512_loadu_si512(panel->numbers + 64 * j);
            (VnniDot::bytes(whole[t], w, values + 4 * t), ...);
        }
        const Floats scale = load(panel->scales);
        const Floats offset = load(panel->offsets);
        ((sums[t] = fma(converted(whole[t]), scale * splat(scales[t]), sums[t])), ...);
        ((sums[t] = fma(offset, splat(totals[t]), sums[t])), ...);
    }
    if (add) {
        ((sums[t] = load(c + t * ldc) + sums[t]), ...);
    }
    (store(c + t * ldc, sums[t]), ...);
}

template <int most>
void productOfBlocksUpTo(float *c, std::ptrdiff_t ldc, const Int8PanelBlock *panel, const std::byte *x,
                         int blocks, int tokens, bool add)
{
    if (tokens == most) {
        productOfBlocks(typename IndicesUpTo<most>::Type{}, c, ldc, panel, x, blocks, add);
    } else if constexpr (most > 1) {
        productOfBlocksUpTo<most - 1>(c, ldc, panel, x, blocks, tokens, add);
    }
}

template <Packing packing>
void unpackBlocksInt8(Int8PanelBlock *panel, const std::byte *strip, int blocks)
{
    constexpr int header = packing == Packing::Q4_1 ? 64 : 32;
    constexpr float zero = packing == Packing::Q4_0 ? -8 : VnniDot::zeroOfBytes;
    const __m512i low = _mm512_set1_epi8(15);
    for (int block = 0; block < blocks; ++block, ++panel, strip += kBytesOf[static_cast<int>(packing)]) {
        const Floats scale = loadHalf(strip);
        store(panel->scales, scale);
        store(panel->offsets, packing == Packing::Q4_1 ? loadHalf(strip + 32) : scale * splat(zero));
        for (int j = 0; j < (packing == Packing::Q8_0 ? 8 : 4); ++j) {
            const __m512i n = loadInts(strip + header + 64 * j).v;
            if constexpr (packing == Packing::Q8_0) {
                _mm512_storeu_si512(panel->numbers + 64 * j, n);
            } else {
                _mm512_storeu_si512(panel->numbers + 64 * j, _mm512_and_si512(n, low));
                _mm512_storeu_si512(panel->numbers + 64 * (j + 4),
                                    _mm512_and_si512(_mm512_srli_epi16(n, 4), low));
            }
        }
    }
}

void unpackInt8(Int8PanelBlock *panel, Packing packing, const std::byte *strip, int blocks)
{
    if (packing == Packing::Q4_0) {
        unpackBlocksInt8<Packing::Q4_0>(panel, strip, blocks);
    } else if (packing == Packing::Q4_1) {
        unpackBlocksInt8<Packing::Q4_1>(panel, strip, blocks);
    } else {
        unpackBlocksInt8<Packing::Q8_0>(panel, strip, blocks);
    }
}

} // namespace

void useVnni(Kernels &kernels)
{
    kernels.name = "AVX-512 VNNI";
    kernels.rowsInt8 = rowsWith<VnniDot>;
    kernels.int8Tile = kInt8Tile;
    kernels.unpackInt8 = unpackInt8;
    kernels.productInt8 = productOfBlocksUpTo<kInt8Tile>;
}

} // namespace engine::cpu
