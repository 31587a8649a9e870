#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_int8.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Products of signed bytes are exact here.
struct SignedDot
{
    static constexpr int zeroOfWide = 0;

    static void narrow(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        std::int32_t bits;
        __builtin_memcpy(&bits, four, 4);
        const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(bits));
        const int8x16_t weights = vreinterpretq_s8_u8(codes.v);
        int32x4_t whole = vreinterpretq_s32_u8(sums.v);
#ifdef __ARM_FEATURE_DOTPROD
        whole = vdotq_s32(whole, weights, x);
#else
        const int16x8_t low = vmull_s8(vget_low_s8(weights), vget_low_s8(x));
        const int16x8_t high = vmull_s8(vget_high_s8(weights), vget_high_s8(x));
        whole = vaddq_s32(whole, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
#endif
        sums.v = vreinterpretq_u8_s32(whole);
    }

    static void wide(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        narrow(sums, {veorq_u8(codes.v, vdupq_n_u8(128))}, four);
    }
};

} // namespace

extern const Kernels kNeonKernels;
const Kernels kNeonKernels = {
    .name = "NEON",
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
    .rowsInt8 = rowsWith<SignedDot>,
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
