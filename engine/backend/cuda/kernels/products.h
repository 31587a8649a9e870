#pragma once

#include "engine/backend/cuda/kernels/strips.h"

/// Products of few rows with weights in place: each weight is read once for up to eight rows.
namespace engine::cuda {

/// Activations as whole numbers: x = scale * value, scales and sums for each 32.
struct QuantizedRows
{
    const std::uint32_t *values = nullptr; ///< [rows][inputs / 4], four signed bytes in each
    const float *scales = nullptr;         ///< [rows][inputs / 32]
};

/// out[row][output] (+)= weights[output] · in[row] + bias[output], for members of a stack side by side.
/// Member m (blockIdx.y) has the number ids[m] in its stack; with `begins` it takes the rows
/// [begins[id], begins[id + 1]), else all.
struct ProductArguments
{
    const std::byte *const *members = nullptr; ///< [members] strips of each
    const int *ids = nullptr;                  ///< [members]; null: as they lie
    const int *begins = nullptr;               ///< null: every member takes all rows
    std::int64_t stripBytes = 0;
    int inputs = 0;
    int outputs = 0;
    int rows = 0;
    QuantizedRows x; ///< of quantised weights: row r of member id is r * xRowStep + id * xMemberStep
    const float *xs = nullptr; ///< of float weights
    int xRowStep = 1;          ///< rows of x, or floats of xs, from one row to the next
    int xMemberStep = 0;       ///< likewise from one member to the next
    float *out = nullptr;
    int outStride = 0;
    int outMemberStep = 0;
    const float *bias = nullptr;
    bool accumulate = false;
};

constexpr int kProductRows = 8;   ///< at a time
constexpr int kProductWarps = 8;  ///< of a block
constexpr int kStageGroups = 128; ///< of 32 inputs whose activations are in shared memory at once

/// Warps that share a strip: fewer where activations would be read too often for the weights of few bits.
template <Packing packing>
constexpr int warpsPerStrip()
{
    constexpr PackingTraits traits = cpu::traitsOf(packing);
    return isFloat(packing) || traits.nibbles || traits.bytes ? 2 : 1;
}

template <Packing packing>
constexpr int stripsPerBlock()
{
    return kProductWarps / warpsPerStrip<packing>();
}

namespace detail {

struct RowRange
{
    int begin;
    int end;
};

GPU_INLINE RowRange rowsOf(const ProductArguments &a, int member)
{
    if (!a.begins) {
        return {0, a.rows};
    }
    return {gpu::load(a.begins + member), gpu::load(a.begins + member + 1)};
}

/// Adds what warps and halves of warps have, and writes 16 outputs for each row.
template <int count, int share, class Shared>
GPU_INLINE void writeSums(float (&sums)[count], Shared &partial, const ProductArguments &a, int member,
                          int strip, int firstRow, int rows)
{
    const int row = gpu::lane() % kLanes;
    const int slot = gpu::warp() / share;
    for (int t = 0; t < count; ++t) {
        sums[t] += gpu::shuffleXor(sums[t], kLanes);
    }
    if constexpr (share > 1) {
        gpu::sync();
        if (gpu::warp() % share != 0 && gpu::lane() < kLanes) {
            for (int t = 0; t < count; ++t) {
                partial[((gpu::warp() % share - 1) * (kProductWarps / share) + slot) * count * kLanes +
                        t * kLanes + row] = sums[t];
            }
        }
        gpu::sync();
    }
    const int output = strip * kLanes + row;
    if (gpu::warp() % share != 0 || gpu::lane() >= kLanes || output >= a.outputs) {
        return;
    }
    const float bias = a.bias ? gpu::load(a.bias + output) : 0.0f;
    for (int t = 0; t < rows; ++t) {
        float sum = sums[t];
        for (int other = 0; other < share - 1; ++other) {
            sum += partial[(other * (kProductWarps / share) + slot) * count * kLanes + t * kLanes + row];
        }
        float *to = a.out + std::int64_t(firstRow + t) * a.outStride + member * a.outMemberStep + output;
        gpu::store(to, sum + bias + (a.accumulate ? gpu::load(to) : 0.0f));
    }
}

} // namespace detail

/// Grid: strips / stripsPerBlock, members. Threads: kProductWarps * 32. @tparam count  rows at a time
template <Packing packing, int count>
GPU_KERNEL GPU_BOUNDS(kProductWarps * 32) multiplyQuantized(ProductArguments a)
{
    constexpr PackingTraits traits = cpu::traitsOf(packing);
    constexpr int share = warpsPerStrip<packing>();
    constexpr int perBlock = stripsPerBlock<packing>();
    GPU_SHARED(std::uint32_t, values, count * kStageGroups * 8);
    GPU_SHARED(float, scales, count *kStageGroups);
    GPU_SHARED(float, sums1, count *kStageGroups); // of the first 16 activations of a group, or of all
    GPU_SHARED(float, sums2, count *kStageGroups); // of the others
    GPU_SHARED(float, partial, share > 1 ? (share - 1) * perBlock * count * kLanes : 1);

    const int member = a.ids ? gpu::load(a.ids + gpu::blockY()) : gpu::blockY();
    const int row = gpu::lane() % kLanes;
    const int half = gpu::lane() / kLanes;
    const int strip = gpu::blockX() * perBlock + gpu::warp() / share;
    const int first = gpu::warp() % share * 2 + half; // this half warp's first group
    const int groups = a.inputs / kBlock;
    const bool hasStrip = strip * kLanes < a.outputs;
    const std::byte *weights = gpu::load(a.members + gpu::blockY()) + (hasStrip ? strip * a.stripBytes : 0);
    const detail::RowRange range = detail::rowsOf(a, member);
    for (int begin = range.begin; begin < range.end; begin += count) {
        const int rows = range.end - begin < count ? range.end - begin : count;
        float sums[count] = {};
        for (int stage = 0; stage < groups; stage += kStageGroups) {
            const int staged = groups - stage < kStageGroups ? groups - stage : kStageGroups;
            gpu::sync();
            for (int t = 0; t < rows; ++t) {
                const std::int64_t x = std::int64_t(begin + t) * a.xRowStep + member * a.xMemberStep;
                // Whole warps: lanes exchange what they have.
                for (int i = gpu::threadIndex(); i - gpu::lane() < staged * 8; i += gpu::blockThreads()) {
                    const int g = i / 8;
                    const bool inside = g < staged;
                    const std::uint32_t word =
                        inside ? gpu::load(a.x.values + (x * groups + stage) * 8 + i) : 0;
                    int sum = gpu::dot4(0x01010101u, word, 0);
                    sum += gpu::shuffleXor(sum, 1);
                    sum += gpu::shuffleXor(sum, 2);
                    const int other = gpu::shuffleXor(sum, 4);
                    if (!inside) {
                        continue;
                    }
                    values[t * kStageGroups * 8 + i] = word;
                    if (i % 8 == 0) {
                        const float scale = gpu::load(a.x.scales + x * groups + stage + g);
                        scales[t * kStageGroups + g] = scale;
                        sums1[t * kStageGroups + g] = scale * float(traits.halves ? sum : sum + other);
                        sums2[t * kStageGroups + g] = scale * float(other);
                    }
                }
            }
            gpu::sync();
            if (!hasStrip) {
                continue;
            }
            for (int g = first; g < staged; g += 2 * share) {
                const GroupPlace<packing> place(weights, stage + g);
                const GroupScales s = scalesOf<packing>(place.header, place.inBlock, row);
                std::uint32_t codes[8];
                codesOf<packing>(codes, place.codes, row);
                for (int t = 0; t < count; ++t) {
                    if (t >= rows) {
                        break;
                    }
                    int low = 0;
                    int high = 0;
                    for (int j = 0; j < 4; ++j) {
                        low = gpu::dot4(codes[j], values[(t * kStageGroups + g) * 8 + j], low);
                        high = gpu::dot4(codes[j + 4], values[(t * kStageGroups + g) * 8 + j + 4], high);
                    }
                    const float scale = scales[t * kStageGroups + g];
                    if constexpr (traits.halves) {
                        sums[t] += scale * (s.scale[0] * float(low) + s.scale[1] * float(high)) +
                                   s.offset[0] * sums1[t * kStageGroups + g] +
                                   s.offset[1] * sums2[t * kStageGroups + g];
                    } else {
                        sums[t] += scale * s.scale[0] * float(low + high) +
                                   s.offset[0] * sums1[t * kStageGroups + g];
                    }
                }
            }
        }
        detail::writeSums<count, share>(sums, partial, a, member, strip, begin, rows);
    }
}

/// The same for weights that are floats; nothing is rounded.
template <Packing packing, int count>
GPU_KERNEL GPU_BOUNDS(kProductWarps * 32) multiplyFloats(ProductArguments a)
{
    constexpr int share = warpsPerStrip<packing>();
    constexpr int perBlock = stripsPerBlock<packing>();
    constexpr int kStage = 512; // inputs
    GPU_SHARED(float, values, count *kStage);
    GPU_SHARED(float, partial, (share - 1) * perBlock * count * kLanes);

    const int member = a.ids ? gpu::load(a.ids + gpu::blockY()) : gpu::blockY();
    const int row = gpu::lane() % kLanes;
    const int strip = gpu::blockX() * perBlock + gpu::warp() / share;
    const int first = gpu::warp() % share * 2 + gpu::lane() / kLanes;
    const bool hasStrip = strip * kLanes < a.outputs;
    const std::byte *weights = gpu::load(a.members + gpu::blockY()) + (hasStrip ? strip * a.stripBytes : 0);
    const detail::RowRange range = detail::rowsOf(a, member);
    for (int begin = range.begin; begin < range.end; begin += count) {
        const int rows = range.end - begin < count ? range.end - begin : count;
        float sums[count] = {};
        for (int stage = 0; stage < a.inputs; stage += kStage) {
            const int staged = a.inputs - stage < kStage ? a.inputs - stage : kStage;
            gpu::sync();
            for (int i = gpu::threadIndex(); i < rows * staged; i += gpu::blockThreads()) {
                const std::int64_t x = std::int64_t(begin + i / staged) * a.xRowStep + member * a.xMemberStep;
                values[i / staged * kStage + i % staged] = gpu::load(a.xs + x + stage + i % staged);
            }
            gpu::sync();
            if (!hasStrip) {
                continue;
            }
            for (int k = first; k < staged; k += 2 * share) {
                const float weight = floatAt<packing>(weights, stage + k, row);
                for (int t = 0; t < count; ++t) {
                    if (t < rows) {
                        sums[t] += weight * values[t * kStage + k];
                    }
                }
            }
        }
        detail::writeSums<count, share>(sums, partial, a, member, strip, begin, rows);
    }
}

/// Rows to whole numbers. A warp takes 32 values. Grid: rows, (heads); threads: a multiple of 32.
/// in(row, member) begins at row * stride + member * memberStep; its quantised row is row * members + member.
GPU_KERNEL quantizeRows(std::uint32_t *values, float *scales, const float *in, std::int64_t stride,
                        int members, int memberStep, int inputs)
{
    const int groups = inputs / kBlock;
    const std::int64_t to = std::int64_t(gpu::blockX()) * members + gpu::blockY();
    const float *from = in + gpu::blockX() * stride + std::int64_t(gpu::blockY()) * memberStep;
    for (int g = gpu::warp(); g < groups; g += gpu::blockThreads() / gpu::kWarp) {
        const float x = gpu::load(from + g * kBlock + gpu::lane());
        const float greatest = gpu::warpMaximum(fabsf(x));
        const float inverse = greatest > 0 ? 127.0f / greatest : 0.0f;
        const auto value = std::uint32_t(int(rintf(x * inverse)) & 255);
        std::uint32_t word = value << (8 * (gpu::lane() % 4));
        word |= gpu::shuffleXor(word, 1);
        word |= gpu::shuffleXor(word, 2);
        if (gpu::lane() % 4 == 0) {
            gpu::store(values + (to * groups + g) * 8 + gpu::lane() / 4, word);
        }
        if (gpu::lane() == 0) {
            gpu::store(scales + to * groups + g, greatest / 127.0f);
        }
    }
}

} // namespace engine::cuda
