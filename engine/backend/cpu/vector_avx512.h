#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Sixteen lanes on AVX-512 (F, BW, DQ, VL). Same names as vector_avx2.h and vector_neon.h; unnamed, because
// each file that includes this is compiled with flags of its own.
namespace engine::cpu {
namespace {

struct Floats
{
    __m512 v;
};

struct Ints
{
    __m512i v;
};

struct Mask
{
    __mmask16 m;
};

/// A part of a line of 64 bytes; kParts make the line.
struct Bytes
{
    __m512i v;
};

constexpr int kFloatTile = 16; ///< tokens whose sums stay in registers
constexpr int kParts = 1;
constexpr int kRowsAtOnce = 4; ///< tokens for which a strip of blocks is unpacked once

inline Floats load(const float *p)
{
    return {_mm512_loadu_ps(p)};
}

inline Floats loadPart(const float *p, int n)
{
    return {_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p)};
}

inline void store(float *p, Floats a)
{
    _mm512_storeu_ps(p, a.v);
}

inline void storePart(float *p, Floats a, int n)
{
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), a.v);
}

inline Floats loadHalf(const void *p)
{
    return {_mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i *>(p)))};
}

inline void storeHalf(void *p, Floats a)
{
    _mm256_storeu_si256(static_cast<__m256i *>(p), _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT));
}

inline Floats loadBfloat(const void *p)
{
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(static_cast<const __m256i *>(p)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
}

inline __m128i sixteen(const void *p)
{
    return _mm_loadu_si128(static_cast<const __m128i *>(p));
}

/// Sixteen signed bytes.
inline Floats loadBytes(const void *p)
{
    return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(sixteen(p)))};
}

/// Sixteen bytes from 0 on, or their low or high halves.
inline Floats loadCounts(const void *p)
{
    return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(sixteen(p)))};
}

inline Floats loadLows(const void *p)
{
    return {_mm512_cvtepi32_ps(_mm512_and_si512(_mm512_cvtepu8_epi32(sixteen(p)), _mm512_set1_epi32(15)))};
}

inline Floats loadHighs(const void *p)
{
    return {_mm512_cvtepi32_ps(_mm512_srli_epi32(_mm512_cvtepu8_epi32(sixteen(p)), 4))};
}

/// 2^(byte - 128) of sixteen bytes; below 2^-126 zero.
inline Floats loadPowers(const void *p)
{
    const __m512i exponents = _mm512_cvtepu8_epi32(_mm_subs_epu8(sixteen(p), _mm_set1_epi8(1)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(exponents, 23))};
}

inline Floats splat(float x)
{
    return {_mm512_set1_ps(x)};
}

inline Floats operator+(Floats a, Floats b)
{
    return {_mm512_add_ps(a.v, b.v)};
}

inline Floats operator-(Floats a, Floats b)
{
    return {_mm512_sub_ps(a.v, b.v)};
}

inline Floats operator*(Floats a, Floats b)
{
    return {_mm512_mul_ps(a.v, b.v)};
}

inline Floats operator/(Floats a, Floats b)
{
    return {_mm512_div_ps(a.v, b.v)};
}

/// a * b + c, rounded once.
inline Floats fma(Floats a, Floats b, Floats c)
{
    return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}

/// Of NaN and b: b.
inline Floats maximum(Floats a, Floats b)
{
    return {_mm512_max_ps(a.v, b.v)};
}

inline Floats minimum(Floats a, Floats b)
{
    return {_mm512_min_ps(a.v, b.v)};
}

inline Floats absolute(Floats a)
{
    return {_mm512_abs_ps(a.v)};
}

inline float sum(Floats a)
{
    return _mm512_reduce_add_ps(a.v);
}

inline float greatest(Floats a)
{
    return _mm512_reduce_max_ps(a.v);
}

inline Mask operator<(Floats a, Floats b)
{
    return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
}

inline Mask operator>(Ints a, Ints b)
{
    return {_mm512_cmpgt_epi32_mask(a.v, b.v)};
}

inline Mask operator|(Mask a, Mask b)
{
    return {static_cast<__mmask16>(a.m | b.m)};
}

inline bool any(Mask a)
{
    return a.m != 0;
}

/// yes where the mask is set, else no.
inline Floats select(Mask mask, Floats yes, Floats no)
{
    return {_mm512_mask_blend_ps(mask.m, no.v, yes.v)};
}

inline Ints loadInts(const void *p)
{
    return {_mm512_loadu_si512(p)};
}

inline Ints splatInt(std::int32_t x)
{
    return {_mm512_set1_epi32(x)};
}

/// Byte `index` of each lane, as a whole number from 0 on.
template <int index>
inline Floats byteOf(Ints a)
{
    return {_mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(a.v, 8 * index), _mm512_set1_epi32(255)))};
}

inline Floats converted(Ints a)
{
    return {_mm512_cvtepi32_ps(a.v)};
}

/// The part of a line at p.
inline Bytes loadPart(const std::byte *p, int part)
{
    return {_mm512_loadu_si512(p + 64 * part)};
}

inline void storePart(std::uint8_t *p, Bytes a, int part)
{
    _mm512_storeu_si512(p + 64 * part, a.v);
}

inline void setPart(Ints &a, Bytes sums, int /*part*/)
{
    a.v = sums.v;
}

/// Four bytes of each lane as a whole number.
inline Bytes splatBytes(std::int32_t x)
{
    return {_mm512_set1_epi32(x)};
}

/// 256 a + b, four bytes at a time.
inline Bytes shiftedPlus(Bytes a, Bytes b)
{
    return {_mm512_add_epi32(_mm512_slli_epi32(a.v, 8), b.v)};
}

/// The bits of `mask` of each byte, after a shift to the left by n, or to the right by -n.
template <int n>
inline Bytes bitsOf(Bytes a, int mask)
{
    const __m512i keep = _mm512_set1_epi8(static_cast<char>(mask));
    if constexpr (n > 0) {
        return {_mm512_and_si512(_mm512_slli_epi16(a.v, n), keep)};
    } else if constexpr (n < 0) {
        return {_mm512_and_si512(_mm512_srli_epi16(a.v, -n), keep)};
    } else {
        return {_mm512_and_si512(a.v, keep)};
    }
}

inline Bytes operator|(Bytes a, Bytes b)
{
    return {_mm512_or_si512(a.v, b.v)};
}

/// levels[code] of each byte below 16.
inline Bytes levelsOf(Bytes codes, const std::uint8_t *levels)
{
    return {_mm512_shuffle_epi8(_mm512_broadcast_i32x4(sixteen(levels)), codes.v)};
}

/// The nearest whole number, ties to even.
inline Floats rounded(Floats a)
{
    return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

/// a * 2^n with whole n in [-126, 128].
inline Floats timesPower(Floats a, Floats n)
{
    return {_mm512_scalef_ps(a.v, n.v)};
}

/// Whole numbers in [-128, 127] as bytes. Returns their sum.
inline std::int32_t storeBytes(std::int8_t *to, Floats a)
{
    const __m512i n = _mm512_cvtps_epi32(a.v);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm512_cvtepi32_epi8(n));
    return _mm512_reduce_add_epi32(n);
}

/// Rows of 16 become columns.
inline void transpose(__m512i (&r)[16])
{
    __m512i t[16];
    for (int i = 0; i < 16; i += 4) {
        const __m512i a = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        const __m512i b = _mm512_unpackhi_epi32(r[i], r[i + 1]);
        const __m512i c = _mm512_unpacklo_epi32(r[i + 2], r[i + 3]);
        const __m512i d = _mm512_unpackhi_epi32(r[i + 2], r[i + 3]);
        t[i] = _mm512_unpacklo_epi64(a, c);
        t[i + 1] = _mm512_unpackhi_epi64(a, c);
        t[i + 2] = _mm512_unpacklo_epi64(b, d);
        t[i + 3] = _mm512_unpackhi_epi64(b, d);
    }
    for (int i = 0; i < 4; ++i) {
        const __m512i a = _mm512_shuffle_i32x4(t[i], t[i + 4], 0x88);
        const __m512i b = _mm512_shuffle_i32x4(t[i], t[i + 4], 0xdd);
        const __m512i c = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0x88);
        const __m512i d = _mm512_shuffle_i32x4(t[i + 8], t[i + 12], 0xdd);
        r[i] = _mm512_shuffle_i32x4(a, c, 0x88);
        r[i + 4] = _mm512_shuffle_i32x4(b, d, 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(a, c, 0xdd);
        r[i + 12] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
}

/// to[k][16] of rowAt(lane)[k] for k < 16; zero from lane `count` on.
template <class RowAt>
inline void transposeTile(float *to, const RowAt &rowAt, int count)
{
    __m512i r[16];
    for (int i = 0; i < 16; ++i) {
        r[i] = i < count ? _mm512_loadu_si512(rowAt(i)) : _mm512_setzero_si512();
    }
    transpose(r);
    for (int i = 0; i < 16; ++i) {
        _mm512_storeu_si512(to + i * 16, r[i]);
    }
}

} // namespace
} // namespace engine::cpu
