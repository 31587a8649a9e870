#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_int8_avx512.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Without VNNI: sums of two products must fit 16 bits, so signs of 8-bit weights move to the activations.
struct PairedDot
{
    static constexpr int zeroOfBytes = 0;

    static void nibbles(__m512i &sums, __m512i weights, const std::int8_t *four)
    {
        std::int32_t bits;
        __builtin_memcpy(&bits, four, 4);
        const __m512i pairs = _mm512_maddubs_epi16(weights, _mm512_set1_epi32(bits));
        sums = _mm512_add_epi32(sums, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }

    static void bytes(__m512i &sums, __m512i biased, const std::int8_t *four)
    {
        std::int32_t bits;
        __builtin_memcpy(&bits, four, 4);
        const __m512i weights = _mm512_xor_si512(biased, _mm512_set1_epi8(-128));
        const __m512i activations = _mm512_set1_epi32(bits);
        const __m512i turned = _mm512_mask_sub_epi8(activations, _mm512_movepi8_mask(weights),
                                                    _mm512_setzero_si512(), activations);
        const __m512i pairs = _mm512_maddubs_epi16(_mm512_abs_epi8(weights), turned);
        sums = _mm512_add_epi32(sums, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }
};

} // namespace

const Kernels kAvx512Kernels = {
    .name = "AVX-512",
    .floatTile = kFloatTile,
    .bfloatTile = 0,
    .int8Tile = 0,
    .interleaveFloat = interleaveFloat,
    .interleaveBfloat = nullptr,
    .quantize = quantize,
    .unpackFloat = unpackFloat,
    .productFloat = productFloat,
    .productBfloat = nullptr,
    .unpackInt8 = nullptr,
    .productInt8 = nullptr,
    .rowsInt8 = rowsWith<PairedDot>,
    .rowsFloat = rowsFloat,
    .dot = dot,
    .norm = norm,
    .gate = gate,
    .activate = activate,
    .add = add,
    .rope = rope,
    .attendTile = attendTile,
    .attendRow = attendRow,
};

} // namespace engine::cpu
