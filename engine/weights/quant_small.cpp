#include "engine/weights/quant.h"
#include "engine/weights/quant_blocks.h"

#include <array>
#include <bit>

// Four-bit codes that stand for values of a fixed list (IQ4, and E2M1 floats: MXFP4 of the OCP MX
// specification, NVFP4), and ternary weights (TQ).
namespace engine {

namespace {

constexpr std::array<float, 16> kLevelsIQ4{-127, -104, -83, -65, -49, -35, -22, -10,
                                           1,    13,   25,  38,  53,  69,  89,  113};
/// E2M1 values, doubled; the scales are halved.
constexpr std::array<float, 16> kLevelsFP4{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// 2 * half codes in `half` bytes: the low nibbles, then the high ones.
void writeNibbles(float *values, const std::byte *codes, std::size_t half, float scale,
                  const std::array<float, 16> &levels)
{
    for (std::size_t i = 0; i < half; ++i) {
        values[i] = scale * levels[byteAt(codes + i) & 15];
        values[i + half] = scale * levels[byteAt(codes + i) >> 4];
    }
}

/// Half of 2^(code - 127), subnormals included.
float halfOfE8M0(unsigned code)
{
    return std::bit_cast<float>(code < 2 ? 0x00200000u << code : (code - 1) << 23);
}

/// Half of an unsigned float of 4 exponent and 3 fraction bits; the code that would be NaN counts as zero.
float halfOfUE4M3(unsigned code)
{
    const unsigned exponent = (code >> 3) & 15;
    const auto fraction = float(code & 7);
    if (code == 0x7f) {
        return 0;
    }
    if (exponent == 0) {
        return fraction * 0x1p-10f;
    }
    const float power = std::bit_cast<float>((exponent + 127 - 8) << 23);
    return (1.0f + fraction / 8.0f) * power;
}

/// Digit `place` of a byte that holds five base-3 digits as a fraction of 256.
float ternary(unsigned packed, unsigned place)
{
    constexpr std::array<unsigned, 5> kPowers{1, 3, 9, 27, 81};
    const unsigned rest = packed * kPowers[place] & 255;
    return float(int(rest * 3 >> 8) - 1);
}

} // namespace

void dequantizeIQ4_NL(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 18, values += 32) {
        writeNibbles(values, blocks + 2, 16, halfToFloat(u16At(blocks)), kLevelsIQ4);
    }
}

void dequantizeIQ4_XS(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 136) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        const unsigned highs = u16At(blocks + 2);
        for (std::size_t group = 0; group < 8; ++group, values += 32) {
            const unsigned low = (byteAt(blocks + 4 + group / 2) >> (group % 2 * 4)) & 15;
            const unsigned code = low | ((highs >> (2 * group)) & 3) << 4;
            writeNibbles(values, blocks + 8 + 16 * group, 16, scaleOfScales * float(int(code) - 32),
                         kLevelsIQ4);
        }
    }
}

void dequantizeMXFP4(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 17, values += 32) {
        writeNibbles(values, blocks + 1, 16, halfOfE8M0(byteAt(blocks)), kLevelsFP4);
    }
}

void dequantizeNVFP4(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 36) {
        for (std::size_t group = 0; group < 4; ++group, values += 16) {
            writeNibbles(values, blocks + 4 + 8 * group, 8, halfOfUE4M3(byteAt(blocks + group)), kLevelsFP4);
        }
    }
}

void dequantizeTQ1_0(const std::byte *blocks, std::size_t count, float *values)
{
    // 48 bytes of five digits (32 of them together, then 16), then 4 bytes of four.
    struct Part
    {
        std::size_t first, bytes;
        unsigned digits;
    };

    constexpr std::array<Part, 3> kParts{Part{0, 32, 5}, Part{32, 16, 5}, Part{48, 4, 4}};
    for (std::size_t block = 0; block < count; ++block, blocks += 54) {
        const float scale = halfToFloat(u16At(blocks + 52));
        for (const Part &part : kParts) {
            for (unsigned place = 0; place < part.digits; ++place) {
                for (std::size_t i = 0; i < part.bytes; ++i) {
                    *values++ = ternary(byteAt(blocks + part.first + i), place) * scale;
                }
            }
        }
    }
}

void dequantizeTQ2_0(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 66, values += 256) {
        const float scale = halfToFloat(u16At(blocks + 64));
        for (std::size_t i = 0; i < 256; ++i) {
            const int code = (byteAt(blocks + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            values[i] = float(code - 1) * scale;
        }
    }
}

} // namespace engine
