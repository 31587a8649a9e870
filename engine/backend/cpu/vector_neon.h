#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

// Sixteen lanes as four quarters on AArch64; see vector_avx512.h.
namespace engine::cpu {
namespace {

struct Floats
{
    float32x4_t v[4];
};

struct Ints
{
    int32x4_t v[4];
};

struct Mask
{
    uint32x4_t v[4];
};

struct Bytes
{
    uint8x16_t v;
};

constexpr int kParts = 4;
constexpr int kRowsAtOnce = 2;
constexpr int kFloatTile = 6; ///< tokens whose sums stay in registers: 24 of 32

/// One operation on each quarter.
#define EACH_QUARTER(Type, expression)                                                                       \
    Type r;                                                                                                  \
    for (int i = 0; i < 4; ++i) {                                                                            \
        r.v[i] = expression;                                                                                 \
    }                                                                                                        \
    return r

inline Floats load(const float *p)
{
    EACH_QUARTER(Floats, vld1q_f32(p + 4 * i));
}

inline Floats loadPart(const float *p, int n)
{
    float part[16] = {};
    __builtin_memcpy(part, p, static_cast<std::size_t>(n) * sizeof(float));
    return load(part);
}

inline void store(float *p, Floats a)
{
    for (int i = 0; i < 4; ++i) {
        vst1q_f32(p + 4 * i, a.v[i]);
    }
}

inline void storePart(float *p, Floats a, int n)
{
    float part[16];
    store(part, a);
    __builtin_memcpy(p, part, static_cast<std::size_t>(n) * sizeof(float));
}

inline Floats loadHalf(const void *p)
{
    const auto *halves = static_cast<const std::uint16_t *>(p);
    EACH_QUARTER(Floats, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(halves + 4 * i))));
}

inline void storeHalf(void *p, Floats a)
{
    auto *halves = static_cast<std::uint16_t *>(p);
    for (int i = 0; i < 4; ++i) {
        vst1_u16(halves + 4 * i, vreinterpret_u16_f16(vcvt_f16_f32(a.v[i])));
    }
}

inline Floats loadBfloat(const void *p)
{
    const auto *halves = static_cast<const std::uint16_t *>(p);
    EACH_QUARTER(Floats, vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(halves + 4 * i), 16)));
}

inline uint8x16_t sixteen(const void *p)
{
    return vld1q_u8(static_cast<const std::uint8_t *>(p));
}

/// Four whole numbers from each quarter of 16 bytes.
inline uint32x4_t quarterOf(uint8x16_t bytes, int i)
{
    const uint16x8_t words = i < 2 ? vmovl_u8(vget_low_u8(bytes)) : vmovl_u8(vget_high_u8(bytes));
    return i % 2 == 0 ? vmovl_u16(vget_low_u16(words)) : vmovl_u16(vget_high_u16(words));
}

inline Floats fromCounts(uint8x16_t bytes)
{
    EACH_QUARTER(Floats, vcvtq_f32_u32(quarterOf(bytes, i)));
}

/// The sign comes from the top: shifted up and back.
inline Floats loadBytes(const void *p)
{
    const uint8x16_t bytes = sixteen(p);
    EACH_QUARTER(Floats,
                 vcvtq_f32_s32(vshrq_n_s32(vreinterpretq_s32_u32(vshlq_n_u32(quarterOf(bytes, i), 24)), 24)));
}

inline Floats loadCounts(const void *p)
{
    return fromCounts(sixteen(p));
}

inline Floats loadLows(const void *p)
{
    return fromCounts(vandq_u8(sixteen(p), vdupq_n_u8(15)));
}

inline Floats loadHighs(const void *p)
{
    return fromCounts(vshrq_n_u8(sixteen(p), 4));
}

inline Floats loadPowers(const void *p)
{
    const uint8x16_t bytes = vqsubq_u8(sixteen(p), vdupq_n_u8(1));
    EACH_QUARTER(Floats, vreinterpretq_f32_u32(vshlq_n_u32(quarterOf(bytes, i), 23)));
}

inline Floats splat(float x)
{
    EACH_QUARTER(Floats, vdupq_n_f32(x));
}

inline Floats operator+(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vaddq_f32(a.v[i], b.v[i]));
}

inline Floats operator-(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vsubq_f32(a.v[i], b.v[i]));
}

inline Floats operator*(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vmulq_f32(a.v[i], b.v[i]));
}

inline Floats operator/(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vdivq_f32(a.v[i], b.v[i]));
}

inline Floats fma(Floats a, Floats b, Floats c)
{
    EACH_QUARTER(Floats, vfmaq_f32(c.v[i], a.v[i], b.v[i]));
}

inline Floats maximum(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vmaxnmq_f32(a.v[i], b.v[i]));
}

inline Floats minimum(Floats a, Floats b)
{
    EACH_QUARTER(Floats, vminnmq_f32(a.v[i], b.v[i]));
}

inline Floats absolute(Floats a)
{
    EACH_QUARTER(Floats, vabsq_f32(a.v[i]));
}

inline float sum(Floats a)
{
    return vaddvq_f32(vaddq_f32(vaddq_f32(a.v[0], a.v[1]), vaddq_f32(a.v[2], a.v[3])));
}

inline float greatest(Floats a)
{
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.v[0], a.v[1]), vmaxq_f32(a.v[2], a.v[3])));
}

inline Mask operator<(Floats a, Floats b)
{
    EACH_QUARTER(Mask, vcltq_f32(a.v[i], b.v[i]));
}

inline Mask operator>(Ints a, Ints b)
{
    EACH_QUARTER(Mask, vcgtq_s32(a.v[i], b.v[i]));
}

inline Mask operator|(Mask a, Mask b)
{
    EACH_QUARTER(Mask, vorrq_u32(a.v[i], b.v[i]));
}

inline bool any(Mask a)
{
    return vmaxvq_u32(vorrq_u32(vorrq_u32(a.v[0], a.v[1]), vorrq_u32(a.v[2], a.v[3]))) != 0;
}

inline Floats select(Mask mask, Floats yes, Floats no)
{
    EACH_QUARTER(Floats, vbslq_f32(mask.v[i], yes.v[i], no.v[i]));
}

inline Ints loadInts(const void *p)
{
    const auto *bytes = static_cast<const std::uint8_t *>(p);
    EACH_QUARTER(Ints, vreinterpretq_s32_u8(vld1q_u8(bytes + 16 * i)));
}

inline Ints splatInt(std::int32_t x)
{
    EACH_QUARTER(Ints, vdupq_n_s32(x));
}

template <int index>
inline Floats byteOf(Ints a)
{
    // A shift by nothing is no immediate of vshrq; a negative count of vshlq shifts right.
    EACH_QUARTER(Floats,
                 vcvtq_f32_u32(vandq_u32(vshlq_u32(vreinterpretq_u32_s32(a.v[i]), vdupq_n_s32(-8 * index)),
                                         vdupq_n_u32(255))));
}

inline Floats converted(Ints a)
{
    EACH_QUARTER(Floats, vcvtq_f32_s32(a.v[i]));
}

inline Bytes loadPart(const std::byte *p, int part)
{
    return {sixteen(p + 16 * part)};
}

inline void storePart(std::uint8_t *p, Bytes a, int part)
{
    vst1q_u8(p + 16 * part, a.v);
}

inline void setPart(Ints &a, Bytes sums, int part)
{
    a.v[part] = vreinterpretq_s32_u8(sums.v);
}

inline Bytes splatBytes(std::int32_t x)
{
    return {vreinterpretq_u8_s32(vdupq_n_s32(x))};
}

inline Bytes shiftedPlus(Bytes a, Bytes b)
{
    const int32x4_t whole = vshlq_n_s32(vreinterpretq_s32_u8(a.v), 8);
    return {vreinterpretq_u8_s32(vaddq_s32(whole, vreinterpretq_s32_u8(b.v)))};
}

template <int n>
inline Bytes bitsOf(Bytes a, int mask)
{
    return {vandq_u8(vshlq_u8(a.v, vdupq_n_s8(n)), vdupq_n_u8(static_cast<std::uint8_t>(mask)))};
}

inline Bytes operator|(Bytes a, Bytes b)
{
    return {vorrq_u8(a.v, b.v)};
}

inline Bytes levelsOf(Bytes codes, const std::uint8_t *levels)
{
    return {vqtbl1q_u8(vld1q_u8(levels), codes.v)};
}

inline Floats rounded(Floats a)
{
    EACH_QUARTER(Floats, vrndnq_f32(a.v[i]));
}

inline Floats timesPower(Floats a, Floats n)
{
    EACH_QUARTER(Floats, vmulq_f32(a.v[i], vreinterpretq_f32_s32(vshlq_n_s32(
                                               vaddq_s32(vcvtnq_s32_f32(n.v[i]), vdupq_n_s32(127)), 23))));
}

inline std::int32_t storeBytes(std::int8_t *to, Floats a)
{
    std::int32_t total = 0;
    for (int i = 0; i < 4; ++i) {
        const int32x4_t n = vcvtnq_s32_f32(a.v[i]);
        total += vaddvq_s32(n);
        std::int32_t four[4];
        vst1q_s32(four, n);
        for (int j = 0; j < 4; ++j) {
            to[4 * i + j] = static_cast<std::int8_t>(four[j]);
        }
    }
    return total;
}

/// to[k][16] of rowAt(lane)[k] for k < 16; zero from lane `count` on.
template <class RowAt>
inline void transposeTile(float *to, const RowAt &rowAt, int count)
{
    for (int k = 0; k < 16; ++k) {
        for (int lane = 0; lane < 16; ++lane) {
            to[k * 16 + lane] = lane < count ? rowAt(lane)[k] : 0.0f;
        }
    }
}

#undef EACH_QUARTER

} // namespace
} // namespace engine::cpu
