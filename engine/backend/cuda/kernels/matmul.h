#pragma once

#include "engine/backend/cuda/kernels/products.h"

/// Products of many rows on tensor cores: quantised weights become halves in shared memory, a strip a warp.
namespace engine::cuda {

constexpr int kTileStrips = 4; ///< a warp each
constexpr int kTileRows = 32;  ///< tokens of a block
constexpr int kHalvesStride =
    kBlock / 2 + 4; ///< words of a row in shared memory: no two rows on the same banks

/// Rows as halves, each scaled by a power of two so that its greatest value is below 1,024: no row is too
/// large for them. Grid: rows. @param words  [rows][inputs / 2]
GPU_KERNEL toHalves(std::uint32_t *words, float *scales, const float *in, std::int64_t stride, int inputs)
{
    GPU_SHARED(float, partial, gpu::kWarp);
    const float *from = in + gpu::blockX() * stride;
    float greatest = 0;
    for (int i = gpu::threadIndex(); i < inputs; i += gpu::blockThreads()) {
        greatest = fmaxf(greatest, fabsf(gpu::load(from + i)));
    }
    greatest = gpu::blockMaximum(greatest, partial);
    int exponent = 0;
    frexpf(greatest, &exponent);
    const bool usual = greatest > 0 && greatest < 3e38f;
    const float scale = usual ? ldexpf(1.0f, exponent - 10) : 1.0f;
    const float inverse = usual ? ldexpf(1.0f, 10 - exponent) : 1.0f;
    for (int i = gpu::threadIndex(); i < inputs / 2; i += gpu::blockThreads()) {
        const std::uint32_t low = gpu::floatToHalf(gpu::load(from + 2 * i) * inverse);
        const std::uint32_t high = gpu::floatToHalf(gpu::load(from + 2 * i + 1) * inverse);
        gpu::store(words + std::int64_t(gpu::blockX()) * (inputs / 2) + i, low | high << 16);
    }
    if (gpu::threadIndex() == 0) {
        gpu::store(scales + gpu::blockX(), scale);
    }
}

struct TileArguments
{
    const std::byte *strips = nullptr;
    std::int64_t stripBytes = 0;
    int inputs = 0;
    int outputs = 0;
    int rows = 0;
    const std::uint32_t *x = nullptr; ///< of toHalves
    const float *xScales = nullptr;
    float *out = nullptr;
    int outStride = 0;
    const float *bias = nullptr;
    bool accumulate = false;
};

/// Grid: strips / kTileStrips, rows / kTileRows; threads: kTileStrips * 32.
template <Packing packing>
GPU_KERNEL GPU_BOUNDS(kTileStrips * 32) multiplyTiles(TileArguments a)
{
    GPU_SHARED(std::uint32_t, weights, kTileStrips * kLanes * kHalvesStride);
    GPU_SHARED(std::uint32_t, tokens, kTileRows * kHalvesStride);
    constexpr int kColumns = kTileRows / 8;

    const int lane = gpu::lane();
    const int row = lane % kLanes;
    const int half = lane / kLanes;
    const int strip = gpu::blockX() * kTileStrips + gpu::warp();
    const bool hasStrip = strip * kLanes < a.outputs;
    const std::byte *from = a.strips + (hasStrip ? strip * a.stripBytes : 0);
    const int firstRow = gpu::blockY() * kTileRows;
    float sums[kColumns][4] = {};
    for (int g = 0; g < a.inputs / kBlock; ++g) {
        gpu::sync();
        for (int i = gpu::threadIndex(); i < kTileRows * (kBlock / 2); i += gpu::blockThreads()) {
            const int t = i / (kBlock / 2);
            const int word = i % (kBlock / 2);
            const bool inside = firstRow + t < a.rows;
            tokens[t * kHalvesStride + word] =
                inside
                    ? gpu::load(a.x + std::int64_t(firstRow + t) * (a.inputs / 2) + g * (kBlock / 2) + word)
                    : 0;
        }
        if (hasStrip) { // each half of the warp makes one half of the group
            const GroupPlace<packing> place(from, g);
            const GroupScales s = scalesOf<packing>(place.header, place.inBlock, row);
            std::uint32_t codes[8];
            codesOf<packing>(codes, place.codes, row);
            const float scale = half == 0 ? s.scale[0] : s.scale[1];
            const float offset = half == 0 ? s.offset[0] : s.offset[1];
            for (int j = 0; j < 4; ++j) {
                const std::uint32_t word = half == 0 ? codes[j] : codes[j + 4];
                for (int i = 0; i < 2; ++i) {
                    const int pair = i ^ row / 8; // else four lanes would write to one bank
                    const std::uint32_t low =
                        gpu::floatToHalf(scale * float(word >> (16 * pair) & 255) + offset);
                    const std::uint32_t high =
                        gpu::floatToHalf(scale * float(word >> (16 * pair + 8) & 255) + offset);
                    weights[(gpu::warp() * kLanes + row) * kHalvesStride + half * 8 + 2 * j + pair] =
                        low | high << 16;
                }
            }
        }
        gpu::sync();
        for (int k = 0; k < kBlock / 2; k += 8) { // 16 inputs
            const int at = k + lane % 4;
            const int left = (gpu::warp() * kLanes + lane / 4) * kHalvesStride;
            const std::uint32_t fragment[4] = {weights[left + at], weights[left + 8 * kHalvesStride + at],
                                               weights[left + at + 4],
                                               weights[left + 8 * kHalvesStride + at + 4]};
            for (int column = 0; column < kColumns; ++column) {
                const int right = (column * 8 + lane / 4) * kHalvesStride;
                const std::uint32_t other[2] = {tokens[right + at], tokens[right + at + 4]};
                gpu::multiplyTile(sums[column], fragment, other);
            }
        }
    }
    if (!hasStrip) {
        return;
    }
    for (int column = 0; column < kColumns; ++column) {
        for (int i = 0; i < 4; ++i) {
            const int output = strip * kLanes + lane / 4 + i / 2 * 8;
            const int token = firstRow + column * 8 + lane % 4 * 2 + i % 2;
            if (output >= a.outputs || token >= a.rows) {
                continue;
            }
            const float bias = a.bias ? gpu::load(a.bias + output) : 0.0f;
            float *to = a.out + std::int64_t(token) * a.outStride + output;
            const float sum = sums[column][i] * gpu::load(a.xScales + token) + bias;
            gpu::store(to, sum + (a.accumulate ? gpu::load(to) : 0.0f));
        }
    }
}

} // namespace engine::cuda
