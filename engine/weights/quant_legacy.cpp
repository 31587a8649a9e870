#include "engine/weights/quant.h"
#include "engine/weights/quant_blocks.h"

// Blocks of 32 values with one scale (and one minimum): value i sits in the low half of byte i, value 16 + i
// in the high half; the fifth bits of Q5 are bits i and 16 + i of one 32-bit number.
namespace engine {

void dequantizeQ4_0(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 18, values += 32) {
        const float scale = halfToFloat(u16At(blocks));
        for (std::size_t i = 0; i < 16; ++i) {
            const int pair = byteAt(blocks + 2 + i);
            values[i] = float((pair & 15) - 8) * scale;
            values[i + 16] = float((pair >> 4) - 8) * scale;
        }
    }
}

void dequantizeQ4_1(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 20, values += 32) {
        const float scale = halfToFloat(u16At(blocks));
        const float least = halfToFloat(u16At(blocks + 2));
        for (std::size_t i = 0; i < 16; ++i) {
            const int pair = byteAt(blocks + 4 + i);
            values[i] = float(pair & 15) * scale + least;
            values[i + 16] = float(pair >> 4) * scale + least;
        }
    }
}

void dequantizeQ5_0(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 22, values += 32) {
        const float scale = halfToFloat(u16At(blocks));
        const std::uint32_t high = u32At(blocks + 2);
        for (std::size_t i = 0; i < 16; ++i) {
            const int pair = byteAt(blocks + 6 + i);
            const int low = (pair & 15) | int((high >> i) & 1) << 4;
            const int top = (pair >> 4) | int((high >> (i + 16)) & 1) << 4;
            values[i] = float(low - 16) * scale;
            values[i + 16] = float(top - 16) * scale;
        }
    }
}

void dequantizeQ5_1(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 24, values += 32) {
        const float scale = halfToFloat(u16At(blocks));
        const float least = halfToFloat(u16At(blocks + 2));
        const std::uint32_t high = u32At(blocks + 4);
        for (std::size_t i = 0; i < 16; ++i) {
            const int pair = byteAt(blocks + 8 + i);
            const int low = (pair & 15) | int((high >> i) & 1) << 4;
            const int top = (pair >> 4) | int((high >> (i + 16)) & 1) << 4;
            values[i] = float(low) * scale + least;
            values[i + 16] = float(top) * scale + least;
        }
    }
}

void dequantizeQ8_0(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 34, values += 32) {
        const float scale = halfToFloat(u16At(blocks));
        for (std::size_t i = 0; i < 32; ++i) {
            values[i] = float(i8At(blocks + 2 + i)) * scale;
        }
    }
}

void dequantizeQ8_1(const std::byte *blocks, std::size_t count, float *values)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 36, values += 32) {
        const float scale = halfToFloat(u16At(blocks)); // then the scaled sum, which only products use
        for (std::size_t i = 0; i < 32; ++i) {
            values[i] = float(i8At(blocks + 4 + i)) * scale;
        }
    }
}

} // namespace engine
