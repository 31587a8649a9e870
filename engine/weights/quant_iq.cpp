#include "engine/weights/quant.h"
#include "engine/weights/quant_blocks.h"
#include "engine/weights/quant_iq_tables.h"

#include <bit>

// Super-blocks of 256 values, coded as vectors of 8 (or 4) values out of a codebook, with signs and scales
// beside them.
namespace engine {

namespace {

constexpr std::array<float, 3> kLevelsIQ2{8, 25, 43};
constexpr std::array<float, 8> kLevelsIQ3_XXS{4, 12, 20, 28, 36, 44, 52, 62};
constexpr std::array<float, 8> kLevelsIQ3_S{1, 3, 5, 7, 9, 11, 13, 15};

/// Seven signs are stored; the eighth makes their number even.
unsigned evenSigns(unsigned seven)
{
    return seven | unsigned(std::popcount(seven) & 1) << 7;
}

float signAt(unsigned signs, unsigned i)
{
    return (signs >> i) & 1 ? -1.0f : 1.0f;
}

/// Eight values of one IQ2 vector.
void writeIQ2(float *values, float scale, unsigned entry, unsigned signs)
{
    for (unsigned i = 0; i < 8; ++i) {
        values[i] = scale * kLevelsIQ2[(entry >> (2 * i)) & 3] * signAt(signs, i);
    }
}

/// Four values of one IQ3 vector. @param first  of its sign bits
void writeIQ3(float *values, float scale, const std::array<float, 8> &levels, unsigned entry, unsigned signs,
              unsigned first)
{
    for (unsigned i = 0; i < 4; ++i) {
        values[i] = scale * levels[(entry >> (3 * i)) & 7] * signAt(signs, first + i);
    }
}

void writeIQ1(float *values, float scale, unsigned entry, bool below)
{
    const float shift = below ? -0.125f : 0.125f;
    for (unsigned i = 0; i < 8; ++i) {
        values[i] = scale * (float(int((entry >> (2 * i)) & 3) - 1) + shift);
    }
}

/// Two 4-bit scales a byte, for 16 values each.
float scaleIQ2(float scaleOfScales, unsigned packed, std::size_t half)
{
    return scaleOfScales * (0.5f + float((packed >> (4 * half)) & 15)) * 0.25f;
}

} // namespace

void dequantizeIQ2_XXS(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 66) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const std::byte *entries = blocks + 2 + 8 * group;
            const std::uint32_t signsAndScale = u32At(entries + 4);
            const float scale = scaleOfScales * (0.5f + float(signsAndScale >> 28)) * 0.25f;
            for (unsigned k = 0; k < 4; ++k, values += 8) {
                writeIQ2(values, scale, kGridIQ2_XXS[byteAt(entries + k)],
                         evenSigns((signsAndScale >> (7 * k)) & 127));
            }
        }
    }
}

void dequantizeIQ2_XS(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 74) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const unsigned scales = byteAt(blocks + 66 + group);
            for (std::size_t k = 0; k < 4; ++k, values += 8) {
                const unsigned packed = u16At(blocks + 2 + 8 * group + 2 * k);
                writeIQ2(values, scaleIQ2(scaleOfScales, scales, k / 2), kGridIQ2_XS[packed & 511],
                         evenSigns(packed >> 9));
            }
        }
    }
}

void dequantizeIQ2_S(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 82) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const unsigned high = byteAt(blocks + 66 + group);
            const unsigned scales = byteAt(blocks + 74 + group);
            for (std::size_t k = 0; k < 4; ++k, values += 8) {
                const unsigned entry = byteAt(blocks + 2 + 4 * group + k) | ((high >> (2 * k)) & 3) << 8;
                writeIQ2(values, scaleIQ2(scaleOfScales, scales, k / 2), kGridIQ2_S[entry],
                         byteAt(blocks + 34 + 4 * group + k));
            }
        }
    }
}

void dequantizeIQ3_XXS(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 98) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const std::byte *entries = blocks + 2 + 8 * group;
            const std::uint32_t signsAndScale = u32At(blocks + 66 + 4 * group);
            const float scale = scaleOfScales * (0.5f + float(signsAndScale >> 28)) * 0.5f;
            for (unsigned k = 0; k < 8; ++k, values += 4) {
                const unsigned signs = evenSigns((signsAndScale >> (7 * (k / 2))) & 127);
                writeIQ3(values, scale, kLevelsIQ3_XXS, kGridIQ3_XXS[byteAt(entries + k)], signs, k % 2 * 4);
            }
        }
    }
}

void dequantizeIQ3_S(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 110) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const unsigned high = byteAt(blocks + 66 + group);
            const int code = (byteAt(blocks + 106 + group / 2) >> (group % 2 * 4)) & 15;
            const float scale = scaleOfScales * float(1 + 2 * code);
            for (unsigned k = 0; k < 8; ++k, values += 4) {
                const unsigned entry = byteAt(blocks + 2 + 8 * group + k) | ((high >> k) & 1) << 8;
                const unsigned signs = byteAt(blocks + 74 + 4 * group + k / 2);
                writeIQ3(values, scale, kLevelsIQ3_S, kGridIQ3_S[entry], signs, k % 2 * 4);
            }
        }
    }
}

void dequantizeIQ1_S(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 50) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        for (std::size_t group = 0; group < 8; ++group) {
            const unsigned high = u16At(blocks + 34 + 2 * group);
            const float scale = scaleOfScales * float(2 * ((high >> 12) & 7) + 1);
            for (unsigned k = 0; k < 4; ++k, values += 8) {
                const unsigned entry = byteAt(blocks + 2 + 4 * group + k) | ((high >> (3 * k)) & 7) << 8;
                writeIQ1(values, scale, kGridIQ1[entry], high & 0x8000);
            }
        }
    }
}

void dequantizeIQ1_M(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 56) {
        const std::byte *scales =
            blocks + 48; // four 16-bit words: twelve bits of scales, four of the half-precision one
        unsigned half = 0;
        for (unsigned word = 0; word < 4; ++word) {
            half |= unsigned(u16At(scales + 2 * word) >> 12) << (4 * word);
        }
        const float scaleOfScales = halfToFloat(static_cast<std::uint16_t>(half));
        for (std::size_t group = 0; group < 8; ++group) {
            const unsigned codes = unsigned(u16At(scales + group / 2 * 2)) >> (6 * (group % 2));
            for (unsigned k = 0; k < 4; ++k, values += 8) {
                const float scale = scaleOfScales * float(2 * ((codes >> (3 * (k / 2))) & 7) + 1);
                const unsigned high = byteAt(blocks + 32 + 2 * group + k / 2) >> (4 * (k % 2));
                const unsigned entry = byteAt(blocks + 4 * group + k) | (high & 7) << 8;
                writeIQ1(values, scale, kGridIQ1[entry], high & 8);
            }
        }
    }
}

} // namespace engine
