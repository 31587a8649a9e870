#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Sixteen lanes as two halves on AVX2, FMA and F16C; see vector_avx512.h.
namespace engine::cpu {
namespace {

struct Floats
{
    __m256 a, b;
};

struct Ints
{
    __m256i a, b;
};

struct Mask
{
    __m256 a, b;
};

struct Bytes
{
    __m256i v;
};

constexpr int kParts = 2;
constexpr int kRowsAtOnce = 2;
constexpr int kFloatTile = 6; ///< tokens whose sums stay in registers: 12 of 16

inline Floats load(const float *p)
{
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}

inline Ints partMask(int n)
{
    const __m256i count = _mm256_set1_epi32(n);
    return {_mm256_cmpgt_epi32(count, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
            _mm256_cmpgt_epi32(count, _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15))};
}

inline Floats loadPart(const float *p, int n)
{
    const Ints mask = partMask(n);
    return {_mm256_maskload_ps(p, mask.a), _mm256_maskload_ps(p + 8, mask.b)};
}

inline void store(float *p, Floats x)
{
    _mm256_storeu_ps(p, x.a);
    _mm256_storeu_ps(p + 8, x.b);
}

inline void storePart(float *p, Floats x, int n)
{
    const Ints mask = partMask(n);
    _mm256_maskstore_ps(p, mask.a, x.a);
    _mm256_maskstore_ps(p + 8, mask.b, x.b);
}

inline Floats loadHalf(const void *p)
{
    const auto *halves = static_cast<const __m128i *>(p);
    return {_mm256_cvtph_ps(_mm_loadu_si128(halves)), _mm256_cvtph_ps(_mm_loadu_si128(halves + 1))};
}

inline void storeHalf(void *p, Floats x)
{
    auto *halves = static_cast<__m128i *>(p);
    _mm_storeu_si128(halves, _mm256_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT));
    _mm_storeu_si128(halves + 1, _mm256_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT));
}

inline Floats loadBfloat(const void *p)
{
    const auto *halves = static_cast<const __m128i *>(p);
    const auto wide = [](__m128i x) {
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
    };
    return {wide(_mm_loadu_si128(halves)), wide(_mm_loadu_si128(halves + 1))};
}

inline __m128i sixteen(const void *p)
{
    return _mm_loadu_si128(static_cast<const __m128i *>(p));
}

inline Floats fromSigned(__m128i bytes)
{
    return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
            _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)))};
}

inline Floats loadBytes(const void *p)
{
    return fromSigned(sixteen(p));
}

inline Floats loadCounts(const void *p)
{
    const __m128i bytes = sixteen(p);
    return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)),
            _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)))};
}

inline Floats loadLows(const void *p)
{
    return fromSigned(_mm_and_si128(sixteen(p), _mm_set1_epi8(15)));
}

inline Floats loadHighs(const void *p)
{
    return fromSigned(_mm_and_si128(_mm_srli_epi16(sixteen(p), 4), _mm_set1_epi8(15)));
}

inline Floats loadPowers(const void *p)
{
    const __m128i bytes = _mm_subs_epu8(sixteen(p), _mm_set1_epi8(1));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu8_epi32(bytes), 23)),
            _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), 23))};
}

inline Floats splat(float x)
{
    return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}

inline Floats operator+(Floats x, Floats y)
{
    return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}

inline Floats operator-(Floats x, Floats y)
{
    return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}

inline Floats operator*(Floats x, Floats y)
{
    return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}

inline Floats operator/(Floats x, Floats y)
{
    return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}

inline Floats fma(Floats x, Floats y, Floats z)
{
    return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}

inline Floats maximum(Floats x, Floats y)
{
    return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}

inline Floats minimum(Floats x, Floats y)
{
    return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}

inline Floats absolute(Floats x)
{
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return {_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}

inline float sum(Floats x)
{
    const __m256 eight = _mm256_add_ps(x.a, x.b);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

inline float greatest(Floats x)
{
    const __m256 eight = _mm256_max_ps(x.a, x.b);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

inline Mask operator<(Floats x, Floats y)
{
    return {_mm256_cmp_ps(x.a, y.a, _CMP_LT_OQ), _mm256_cmp_ps(x.b, y.b, _CMP_LT_OQ)};
}

inline Mask operator>(Ints x, Ints y)
{
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(x.a, y.a)),
            _mm256_castsi256_ps(_mm256_cmpgt_epi32(x.b, y.b))};
}

inline Mask operator|(Mask x, Mask y)
{
    return {_mm256_or_ps(x.a, y.a), _mm256_or_ps(x.b, y.b)};
}

inline bool any(Mask x)
{
    return (_mm256_movemask_ps(x.a) | _mm256_movemask_ps(x.b)) != 0;
}

inline Floats select(Mask mask, Floats yes, Floats no)
{
    return {_mm256_blendv_ps(no.a, yes.a, mask.a), _mm256_blendv_ps(no.b, yes.b, mask.b)};
}

inline Ints loadInts(const void *p)
{
    const auto *halves = static_cast<const __m256i *>(p);
    return {_mm256_loadu_si256(halves), _mm256_loadu_si256(halves + 1)};
}

inline Ints splatInt(std::int32_t x)
{
    return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)};
}

template <int index>
inline Floats byteOf(Ints x)
{
    const __m256i bits = _mm256_set1_epi32(255);
    return {_mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(x.a, 8 * index), bits)),
            _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(x.b, 8 * index), bits))};
}

inline Floats converted(Ints x)
{
    return {_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)};
}

inline Bytes loadPart(const std::byte *p, int part)
{
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p + 32 * part))};
}

inline void storePart(std::uint8_t *p, Bytes x, int part)
{
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(p + 32 * part), x.v);
}

inline void setPart(Ints &x, Bytes sums, int part)
{
    (part == 0 ? x.a : x.b) = sums.v;
}

inline Bytes splatBytes(std::int32_t x)
{
    return {_mm256_set1_epi32(x)};
}

inline Bytes shiftedPlus(Bytes a, Bytes b)
{
    return {_mm256_add_epi32(_mm256_slli_epi32(a.v, 8), b.v)};
}

template <int n>
inline Bytes bitsOf(Bytes x, int mask)
{
    const __m256i keep = _mm256_set1_epi8(static_cast<char>(mask));
    if constexpr (n > 0) {
        return {_mm256_and_si256(_mm256_slli_epi16(x.v, n), keep)};
    } else if constexpr (n < 0) {
        return {_mm256_and_si256(_mm256_srli_epi16(x.v, -n), keep)};
    } else {
        return {_mm256_and_si256(x.v, keep)};
    }
}

inline Bytes operator|(Bytes x, Bytes y)
{
    return {_mm256_or_si256(x.v, y.v)};
}

inline Bytes levelsOf(Bytes codes, const std::uint8_t *levels)
{
    return {_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(sixteen(levels)), codes.v)};
}

inline Floats rounded(Floats x)
{
    constexpr int mode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    return {_mm256_round_ps(x.a, mode), _mm256_round_ps(x.b, mode)};
}

inline Floats timesPower(Floats x, Floats n)
{
    const auto power = [](__m256 e) {
        const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(e), _mm256_set1_epi32(127));
        return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
    };
    return {_mm256_mul_ps(x.a, power(n.a)), _mm256_mul_ps(x.b, power(n.b))};
}

inline std::int32_t storeBytes(std::int8_t *to, Floats x)
{
    const __m256i a = _mm256_cvtps_epi32(x.a);
    const __m256i b = _mm256_cvtps_epi32(x.b);
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
    const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), bytes);
    const __m256i both = _mm256_add_epi32(a, b);
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1)));
}

/// to[k][16] of rowAt(lane)[k] for k < 16; zero from lane `count` on.
template <class RowAt>
inline void transposeTile(float *to, const RowAt &rowAt, int count)
{
    for (int half = 0; half < 16; half += 8) {
        for (int k = 0; k < 16; k += 8) {
            __m256 r[8];
            for (int i = 0; i < 8; ++i) {
                r[i] = half + i < count ? _mm256_loadu_ps(rowAt(half + i) + k) : _mm256_setzero_ps();
            }
            __m256 t[8];
            for (int i = 0; i < 8; i += 4) {
                const __m256 a = _mm256_unpacklo_ps(r[i], r[i + 1]);
                const __m256 b = _mm256_unpackhi_ps(r[i], r[i + 1]);
                const __m256 c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]);
                const __m256 d = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
                t[i] = _mm256_shuffle_ps(a, c, 0x44);
                t[i + 1] = _mm256_shuffle_ps(a, c, 0xee);
                t[i + 2] = _mm256_shuffle_ps(b, d, 0x44);
                t[i + 3] = _mm256_shuffle_ps(b, d, 0xee);
            }
            for (int i = 0; i < 4; ++i) {
                _mm256_storeu_ps(to + (k + i) * 16 + half, _mm256_permute2f128_ps(t[i], t[i + 4], 0x20));
                _mm256_storeu_ps(to + (k + 4 + i) * 16 + half, _mm256_permute2f128_ps(t[i], t[i + 4], 0x31));
            }
        }
    }
}

} // namespace
} // namespace engine::cpu
