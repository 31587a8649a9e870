#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// The block writers one by one; quantize.h is the door. Each reads `count` blocks of finite values.
namespace engine {

using Quantizer = void (*)(const float *values, std::size_t count, std::byte *blocks);

void quantizeQ4_0(const float *values, std::size_t count, std::byte *blocks);
void quantizeQ4_1(const float *values, std::size_t count, std::byte *blocks);
void quantizeQ8_0(const float *values, std::size_t count, std::byte *blocks);
void quantizeQ4_K(const float *values, std::size_t count, std::byte *blocks);
void quantizeQ6_K(const float *values, std::size_t count, std::byte *blocks);

/// To the nearest integer in [least, most], which are small: adding 1.5 · 2^23 leaves the integer in the low
/// bits.
inline int nearestCode(float value, int least, int most)
{
    const float inside = std::clamp(value, float(least), float(most));
    const auto bits = std::bit_cast<std::uint32_t>(inside + 12582912.0f);
    return int(bits & 0x007fffff) - 0x00400000;
}

template <class T>
void putNumber(std::byte *to, T value)
{
    std::memcpy(to, &value, sizeof value);
}

/// A scale as it will be read again.
float asHalf(float value);

/// x ≈ scale · code.
struct ScaleFit
{
    float scale = 0;
    float error = 0; ///< sum of squares
};

/// x ≈ scale · code + least, codes from 0.
struct AffineFit
{
    float scale = 0;
    float least = 0;
    float error = 0;
};

/// The scale of least error for codes in [lowest, highest].
/// @param asStored  what a scale becomes in the file
ScaleFit fitScale(const float *values, std::size_t count, int lowest, int highest, float (*asStored)(float));
/// @param negativeLeast  only least <= 0 can be stored
AffineFit fitAffine(const float *values, std::size_t count, int highest, bool negativeLeast);

/// Sum of squares for given scale and least, each value with its best code.
float affineError(const float *values, std::size_t count, int highest, float scale, float least);
float scaleError(const float *values, std::size_t count, int lowest, int highest, float scale);

inline float inverseOf(float value)
{
    return value == 0.0f ? 0.0f : 1.0f / value;
}

} // namespace engine
