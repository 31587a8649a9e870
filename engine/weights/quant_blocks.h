#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

/// The block formats one by one; quant.h is the door. Each takes `blocks` whole blocks and writes all their
/// values. The order of the float operations is ggml's, so that results agree to the last bit.
namespace engine {

using Dequantizer = void (*)(const std::byte *blocks, std::size_t count, float *values);

void dequantizeQ4_0(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ4_1(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ5_0(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ5_1(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ8_0(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ8_1(const std::byte *blocks, std::size_t count, float *values);

void dequantizeQ2_K(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ3_K(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ4_K(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ5_K(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ6_K(const std::byte *blocks, std::size_t count, float *values);
void dequantizeQ8_K(const std::byte *blocks, std::size_t count, float *values);

void dequantizeIQ2_XXS(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ2_XS(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ2_S(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ3_XXS(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ3_S(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ1_S(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ1_M(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ4_NL(const std::byte *blocks, std::size_t count, float *values);
void dequantizeIQ4_XS(const std::byte *blocks, std::size_t count, float *values);

void dequantizeTQ1_0(const std::byte *blocks, std::size_t count, float *values);
void dequantizeTQ2_0(const std::byte *blocks, std::size_t count, float *values);
void dequantizeMXFP4(const std::byte *blocks, std::size_t count, float *values);
void dequantizeNVFP4(const std::byte *blocks, std::size_t count, float *values);

// Blocks lie at any address: numbers are copied out of them.
inline std::uint8_t byteAt(const std::byte *p)
{
    return std::to_integer<std::uint8_t>(*p);
}

inline std::uint16_t u16At(const std::byte *p)
{
    std::uint16_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

inline std::uint32_t u32At(const std::byte *p)
{
    std::uint32_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

inline std::int8_t i8At(const std::byte *p)
{
    return static_cast<std::int8_t>(byteAt(p));
}

inline float f32At(const std::byte *p)
{
    float value;
    std::memcpy(&value, p, sizeof value);
    return value;
}

} // namespace engine
