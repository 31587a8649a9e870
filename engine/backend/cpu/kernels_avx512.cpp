#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_int8.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Without VNNI: sums of two products must fit 16 bits, so signs of wide weights move to the activations.
struct PairedDot
{
    static constexpr int zeroOfWide = 0;

    static __m512i fourOf(const std::int8_t *four)
    {
        std::int32_t bits;
        __builtin_memcpy(&bits, four, 4);
        return _mm512_set1_epi32(bits);
    }

    static void add(Bytes &sums, __m512i weights, __m512i activations)
    {
        const __m512i pairs = _mm512_maddubs_epi16(weights, activations);
        sums.v = _mm512_add_epi32(sums.v, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }

    static void narrow(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        add(sums, codes.v, fourOf(four));
    }

    static void wide(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        const __m512i weights = _mm512_xor_si512(codes.v, _mm512_set1_epi8(-128));
        const __m512i activations = fourOf(four);
        const __m512i turned = _mm512_mask_sub_epi8(activations, _mm512_movepi8_mask(weights),
                                                    _mm512_setzero_si512(), activations);
        add(sums, _mm512_abs_epi8(weights), turned);
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
    .halves = halves,
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
