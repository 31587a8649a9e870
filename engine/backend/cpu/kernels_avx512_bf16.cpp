#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_products.h"

namespace engine::cpu {

namespace {

constexpr int kBfloatTile = 16;

void interleaveBfloat(std::uint16_t *to, int, const float *rows, std::ptrdiff_t stride, int count, int depth)
{
    for (int k = 0; k < depth; k += 2 * kLanes) {
        __m512i r[kLanes];
        for (int lane = 0; lane < kLanes; ++lane) {
            const float *row = rows + lane * stride + k;
            r[lane] = lane < count ? reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(
                                         _mm512_loadu_ps(row + kLanes), _mm512_loadu_ps(row)))
                                   : _mm512_setzero_si512();
        }
        transpose(r);
        for (int i = 0; i < kLanes; ++i, to += 2 * kLanes) {
            _mm512_storeu_si512(to, r[i]);
        }
    }
}

struct Pair
{
    std::uint16_t values[2];
};

/// sums += pairs of weights times one pair of activations from memory. As assembly, because g++ 12 copies the
/// sums to and fro around the intrinsic.
inline void multiplyPairs(__m512 &sums, __m512i weights, const std::uint16_t *pair)
{
    asm("vdpbf16ps %2%{1to16%}, %1, %0"
        : "+v"(sums)
        : "v"(weights), "m"(*reinterpret_cast<const Pair *>(pair)));
}

template <int... t>
void productOfPairs(Indices<t...>, float *c, std::ptrdiff_t ldc, const std::uint16_t *panel,
                    const std::uint16_t *x, int depth, bool add)
{
    __m512 sums[] = {(static_cast<void>(t), _mm512_setzero_ps())...};
    for (int k = 0; k < depth; k += 2, panel += 2 * kLanes, x += 2 * kBfloatTile) {
        const __m512i w = _mm512_loadu_si512(panel);
        (multiplyPairs(sums[t], w, x + 2 * t), ...);
    }
    if (add) {
        ((sums[t] = _mm512_add_ps(_mm512_loadu_ps(c + t * ldc), sums[t])), ...);
    }
    (_mm512_storeu_ps(c + t * ldc, sums[t]), ...);
}

template <int most>
void productOfPairsUpTo(float *c, std::ptrdiff_t ldc, const std::uint16_t *panel, const std::uint16_t *x,
                        int depth, int tokens, bool add)
{
    if (tokens == most) {
        productOfPairs(typename IndicesUpTo<most>::Type{}, c, ldc, panel, x, depth, add);
    } else if constexpr (most > 1) {
        productOfPairsUpTo<most - 1>(c, ldc, panel, x, depth, tokens, add);
    }
}

} // namespace

void useBfloat(Kernels &kernels)
{
    kernels.name = "AVX-512 VNNI BF16";
    kernels.bfloatTile = kBfloatTile;
    kernels.interleaveBfloat = interleaveBfloat;
    kernels.productBfloat = productOfPairsUpTo<kBfloatTile>;
}

} // namespace engine::cpu
