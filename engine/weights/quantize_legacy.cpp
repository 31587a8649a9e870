#include "engine/weights/quant.h"
#include "engine/weights/quantize_blocks.h"

#include <cmath>

// Blocks of 32 values; their layout stands in quant_legacy.cpp.
namespace engine {

namespace {

constexpr std::size_t kValues = 32;

void putNibbles(std::byte *to, const int (&codes)[kValues])
{
    for (std::size_t i = 0; i < kValues / 2; ++i) {
        to[i] = std::byte(codes[i] | codes[i + kValues / 2] << 4);
    }
}

} // namespace

void quantizeQ8_0(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 34, values += kValues) {
        float largest = 0;
        for (std::size_t i = 0; i < kValues; ++i) {
            largest = std::max(largest, std::abs(values[i]));
        }
        const std::uint16_t half = floatToHalf(largest / 127.0f);
        const float inverse = inverseOf(halfToFloat(half));
        putNumber(blocks, half);
        for (std::size_t i = 0; i < kValues; ++i) {
            blocks[2 + i] = std::byte(std::uint8_t(std::int8_t(nearestCode(values[i] * inverse, -127, 127))));
        }
    }
}

void quantizeQ4_0(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 18, values += kValues) {
        const float scale = fitScale(values, kValues, -8, 7, asHalf).scale;
        const float inverse = inverseOf(scale);
        int codes[kValues];
        for (std::size_t i = 0; i < kValues; ++i) {
            codes[i] = nearestCode(values[i] * inverse, -8, 7) + 8;
        }
        putNumber(blocks, floatToHalf(scale));
        putNibbles(blocks + 2, codes);
    }
}

void quantizeQ4_1(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 20, values += kValues) {
        const AffineFit fit = fitAffine(values, kValues, 15, false);
        const float scale = asHalf(fit.scale);
        const float least = asHalf(fit.least);
        const float inverse = inverseOf(scale);
        int codes[kValues];
        for (std::size_t i = 0; i < kValues; ++i) {
            codes[i] = nearestCode((values[i] - least) * inverse, 0, 15);
        }
        putNumber(blocks, floatToHalf(scale));
        putNumber(blocks + 2, floatToHalf(least));
        putNibbles(blocks + 4, codes);
    }
}

} // namespace engine
