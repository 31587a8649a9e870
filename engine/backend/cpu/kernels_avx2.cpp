#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_int8.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Sums of two products must fit 16 bits, so signs of wide weights move to the activations: |w| a sign(w).
struct PairedDot
{
    static constexpr int zeroOfWide = 0;

    static __m256i fourOf(const std::int8_t *four)
    {
        std::int32_t bits;
        __builtin_memcpy(&bits, four, 4);
        return _mm256_set1_epi32(bits);
    }

    static void add(Bytes &sums, __m256i weights, __m256i activations)
    {
        const __m256i pairs = _mm256_maddubs_epi16(weights, activations);
        sums.v = _mm256_add_epi32(sums.v, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }

    static void narrow(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        add(sums, codes.v, fourOf(four));
    }

    static void wide(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        const __m256i weights = _mm256_xor_si256(codes.v, _mm256_set1_epi8(-128));
        add(sums, _mm256_abs_epi8(weights), _mm256_sign_epi8(fourOf(four), weights));
    }
};

} // namespace

const Kernels kAvx2Kernels = {
    .name = "AVX2",
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
