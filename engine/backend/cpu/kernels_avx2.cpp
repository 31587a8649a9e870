#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_attention.h"
#include "engine/backend/cpu/vector_products.h"
#include "engine/backend/cpu/vector_rows.h"

namespace engine::cpu {

namespace {

/// Four products of bytes a lane. Signs move to the weights' side where the other would overflow: |w| a
/// sign(w), so that two products fit 16 bits even for w = -128.
inline __m256i dotBytes(__m256i sums, __m256i unsignedBytes, __m256i signedBytes)
{
    const __m256i pairs = _mm256_maddubs_epi16(unsignedBytes, signedBytes);
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

inline __m256i fourBytes(const std::int8_t *p)
{
    std::int32_t four;
    __builtin_memcpy(&four, p, 4);
    return _mm256_set1_epi32(four);
}

inline Floats converted(__m256i a, __m256i b)
{
    return {_mm256_cvtepi32_ps(a), _mm256_cvtepi32_ps(b)};
}

template <Packing packing, int tokens>
void rowsOfBlocks(float *c, const std::byte *strip, int blocks, const Int8Block *x, std::ptrdiff_t stride)
{
    Floats sums[tokens];
    for (int t = 0; t < tokens; ++t) {
        sums[t] = splat(0);
    }
    const __m256i low = _mm256_set1_epi8(15);
    for (int block = 0; block < blocks; ++block, strip += kBytesOf[static_cast<int>(packing)]) {
        __m256i a[tokens];
        __m256i b[tokens];
        for (int t = 0; t < tokens; ++t) {
            a[t] = b[t] = _mm256_setzero_si256();
        }
        if constexpr (packing == Packing::Q8_0) {
            const __m256i bias = _mm256_set1_epi8(-128);
            for (int j = 0; j < 8; ++j) {
                const Ints n = loadInts(strip + 32 + 64 * j);
                const __m256i wa = _mm256_xor_si256(n.a, bias);
                const __m256i wb = _mm256_xor_si256(n.b, bias);
                for (int t = 0; t < tokens; ++t) {
                    const __m256i four = fourBytes(x[t * stride + block].values + 4 * j);
                    a[t] = dotBytes(a[t], _mm256_abs_epi8(wa), _mm256_sign_epi8(four, wa));
                    b[t] = dotBytes(b[t], _mm256_abs_epi8(wb), _mm256_sign_epi8(four, wb));
                }
            }
        } else {
            for (int j = 0; j < 4; ++j) {
                const Ints n = loadInts(strip + (packing == Packing::Q4_1 ? 64 : 32) + 64 * j);
                const __m256i lowA = _mm256_and_si256(n.a, low);
                const __m256i lowB = _mm256_and_si256(n.b, low);
                const __m256i highA = _mm256_and_si256(_mm256_srli_epi16(n.a, 4), low);
                const __m256i highB = _mm256_and_si256(_mm256_srli_epi16(n.b, 4), low);
                for (int t = 0; t < tokens; ++t) {
                    const Int8Block &activations = x[t * stride + block];
                    const __m256i first = fourBytes(activations.values + 4 * j);
                    const __m256i second = fourBytes(activations.values + 16 + 4 * j);
                    a[t] = dotBytes(dotBytes(a[t], lowA, first), highA, second);
                    b[t] = dotBytes(dotBytes(b[t], lowB, first), highB, second);
                }
            }
        }
        const Floats scale = loadHalf(strip);
        const Floats offset = packing == Packing::Q4_1 ? loadHalf(strip + 32) : scale * splat(-8);
        for (int t = 0; t < tokens; ++t) {
            const Int8Block &activations = x[t * stride + block];
            sums[t] = fma(converted(a[t], b[t]), scale * splat(activations.scale), sums[t]);
            if constexpr (packing != Packing::Q8_0) {
                sums[t] = fma(offset, splat(activations.sum), sums[t]);
            }
        }
    }
    for (int t = 0; t < tokens; ++t) {
        store(c + t * kLanes, sums[t]);
    }
}

template <Packing packing>
void rowsBy(float *c, const std::byte *strip, int blocks, const Int8Block *x, std::ptrdiff_t stride,
            int tokens)
{
    for (; tokens >= 2; tokens -= 2, c += 2 * kLanes, x += 2 * stride) {
        rowsOfBlocks<packing, 2>(c, strip, blocks, x, stride);
    }
    if (tokens == 1) {
        rowsOfBlocks<packing, 1>(c, strip, blocks, x, stride);
    }
}

void rowsInt8(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
              std::ptrdiff_t stride, int tokens)
{
    if (packing == Packing::Q4_0) {
        rowsBy<Packing::Q4_0>(c, strip, blocks, x, stride, tokens);
    } else if (packing == Packing::Q4_1) {
        rowsBy<Packing::Q4_1>(c, strip, blocks, x, stride, tokens);
    } else {
        rowsBy<Packing::Q8_0>(c, strip, blocks, x, stride, tokens);
    }
}

} // namespace

const Kernels kAvx2Kernels = {
    .name = "AVX2",
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
