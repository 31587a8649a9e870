#include "engine/weights/quant.h"
#include "engine/weights/quant_blocks.h"

// Super-blocks of 256 values: 8 or 16 groups, each with a small integer scale (and minimum) that a
// half-precision number of the super-block multiplies.
namespace engine {

namespace {

struct ScaleAndMin
{
    int scale, least;
};

/// Q4_K and Q5_K keep eight 6-bit pairs in 12 bytes: the first four plain, the upper two bits of the other
/// four in what the first four leave free.
ScaleAndMin scaleAndMin(const std::byte *packed, std::size_t group)
{
    if (group < 4) {
        return {byteAt(packed + group) & 63, byteAt(packed + group + 4) & 63};
    }
    const int low = byteAt(packed + group + 4);
    return {(low & 15) | (byteAt(packed + group - 4) >> 6) << 4, (low >> 4) | (byteAt(packed + group) >> 6)
                                                                                  << 4};
}

/// Q3_K keeps sixteen 6-bit scales in 12 bytes: low nibbles in the first eight, upper two bits in the last
/// four.
int scaleOfQ3(const std::byte *packed, std::size_t group)
{
    const int low = group < 8 ? byteAt(packed + group) & 15 : byteAt(packed + group - 8) >> 4;
    const int high = (byteAt(packed + 8 + group % 4) >> (2 * (group / 4))) & 3;
    return (low | high << 4) - 32;
}

} // namespace

void dequantizeQ2_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 84, values += 256) {
        const float scaleOfScales = halfToFloat(u16At(blocks + 80));
        const float scaleOfMins = halfToFloat(u16At(blocks + 82));
        for (std::size_t i = 0; i < 256; ++i) {
            const int packed = byteAt(blocks + i / 16);
            const int code = (byteAt(blocks + 16 + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            values[i] = scaleOfScales * float(packed & 15) * float(code) - scaleOfMins * float(packed >> 4);
        }
    }
}

void dequantizeQ3_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 110, values += 256) {
        const float scaleOfScales = halfToFloat(u16At(blocks + 108));
        for (std::size_t i = 0; i < 256; ++i) {
            const int low = (byteAt(blocks + 32 + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            const int high = (byteAt(blocks + i % 32) >> (i / 32)) & 1;
            values[i] = scaleOfScales * float(scaleOfQ3(blocks + 96, i / 16)) * float(low - (high ? 0 : 4));
        }
    }
}

void dequantizeQ4_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 144, values += 256) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        const float scaleOfMins = halfToFloat(u16At(blocks + 2));
        for (std::size_t group = 0; group < 8; ++group) {
            const ScaleAndMin pair = scaleAndMin(blocks + 4, group);
            const float scale = scaleOfScales * float(pair.scale);
            const float least = scaleOfMins * float(pair.least);
            const std::byte *codes = blocks + 16 + group / 2 * 32;
            for (std::size_t i = 0; i < 32; ++i) {
                const int code = (byteAt(codes + i) >> (group % 2 * 4)) & 15;
                values[group * 32 + i] = scale * float(code) - least;
            }
        }
    }
}

void dequantizeQ5_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 176, values += 256) {
        const float scaleOfScales = halfToFloat(u16At(blocks));
        const float scaleOfMins = halfToFloat(u16At(blocks + 2));
        for (std::size_t group = 0; group < 8; ++group) {
            const ScaleAndMin pair = scaleAndMin(blocks + 4, group);
            const float scale = scaleOfScales * float(pair.scale);
            const float least = scaleOfMins * float(pair.least);
            const std::byte *codes = blocks + 48 + group / 2 * 32;
            for (std::size_t i = 0; i < 32; ++i) {
                const int low = (byteAt(codes + i) >> (group % 2 * 4)) & 15;
                const int high = (byteAt(blocks + 16 + i) >> group) & 1;
                values[group * 32 + i] = scale * float(low | high << 4) - least;
            }
        }
    }
}

void dequantizeQ6_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 210, values += 256) {
        const float scaleOfScales = halfToFloat(u16At(blocks + 208));
        for (std::size_t i = 0; i < 256; ++i) {
            const std::size_t half = i / 128;
            const std::size_t quarter =
                i % 128 / 32; // of that half: bytes 0..63 low nibbles, then high nibbles
            const std::byte *lows = blocks + half * 64 + quarter % 2 * 32 + i % 32;
            const int low = (byteAt(lows) >> (quarter / 2 * 4)) & 15;
            const int high = (byteAt(blocks + 128 + half * 32 + i % 32) >> (quarter * 2)) & 3;
            const float scale = scaleOfScales * float(i8At(blocks + 192 + i / 16));
            values[i] = scale * float((low | high << 4) - 32);
        }
    }
}

void dequantizeQ8_K(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 292, values += 256) {
        const float scale = f32At(blocks); // sums of groups follow the codes; only products use them
        for (std::size_t i = 0; i < 256; ++i) {
            values[i] = scale * float(i8At(blocks + 4 + i));
        }
    }
}

} // namespace engine
