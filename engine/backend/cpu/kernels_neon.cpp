#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Products of 16 bytes each with the four at `four`, sums of four a lane. Weights are signed here.
inline int32x4_t dotBytes(int32x4_t sums, int8x16_t weights, const std::int8_t *four)
{
    std::int32_t bits;
    __builtin_memcpy(&bits, four, 4);
    const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(bits));
#ifdef __ARM_FEATURE_DOTPROD
    return vdotq_s32(sums, weights, x);
#else
    const int16x8_t low = vmull_s8(vget_low_s8(weights), vget_low_s8(x));
    const int16x8_t high = vmull_s8(vget_high_s8(weights), vget_high_s8(x));
    return vaddq_s32(sums, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
#endif
}

template <Packing packing>
void rowOfBlocks(float *c, const std::byte *strip, int blocks, const Int8Block *x)
{
    constexpr int header = packing == Packing::Q4_1 ? 64 : 32;
    Floats sums = splat(0);
    for (int block = 0; block < blocks; ++block, strip += kBytesOf[static_cast<int>(packing)]) {
        const Int8Block &activations = x[block];
        const auto *numbers = reinterpret_cast<const std::uint8_t *>(strip) + header;
        Floats products;
        for (int i = 0; i < 4; ++i) {
            int32x4_t a = vdupq_n_s32(0);
            if constexpr (packing == Packing::Q8_0) {
                for (int j = 0; j < 8; ++j) {
                    const uint8x16_t n = veorq_u8(vld1q_u8(numbers + 64 * j + 16 * i), vdupq_n_u8(128));
                    a = dotBytes(a, vreinterpretq_s8_u8(n), activations.values + 4 * j);
                }
            } else {
                for (int j = 0; j < 4; ++j) {
                    const uint8x16_t n = vld1q_u8(numbers + 64 * j + 16 * i);
                    a = dotBytes(a, vreinterpretq_s8_u8(vandq_u8(n, vdupq_n_u8(15))),
                                 activations.values + 4 * j);
                    a = dotBytes(a, vreinterpretq_s8_u8(vshrq_n_u8(n, 4)), activations.values + 16 + 4 * j);
                }
            }
            products.v[i] = vcvtq_f32_s32(a);
        }
        const Floats scale = loadHalf(strip);
        sums = fma(products, scale * splat(activations.scale), sums);
        if constexpr (packing != Packing::Q8_0) {
            const Floats offset = packing == Packing::Q4_1 ? loadHalf(strip + 32) : scale * splat(-8);
            sums = fma(offset, splat(activations.sum), sums);
        }
    }
    store(c, sums);
}

void rowsInt8(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
              std::ptrdiff_t stride, int tokens)
{
    for (int t = 0; t < tokens; ++t, c += kLanes, x += stride) {
        if (packing == Packing::Q4_0) {
            rowOfBlocks<Packing::Q4_0>(c, strip, blocks, x);
        } else if (packing == Packing::Q4_1) {
            rowOfBlocks<Packing::Q4_1>(c, strip, blocks, x);
        } else {
            rowOfBlocks<Packing::Q8_0>(c, strip, blocks, x);
        }
    }
}

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
    .unpackFloat = unpackFloat,
    .productFloat = productFloat,
    .productBfloat = nullptr,
    .unpackInt8 = nullptr,
    .productInt8 = nullptr,
    .rowsInt8 = rowsInt8,
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
