#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cuda/device.h"

/// Weights on the card lie in the CPU's strips (cpu::PackingTraits): 16 rows side by side, so that half a
/// warp reads a line of 64 bytes at once, each lane the four bytes of its own row, and every sector that is
/// read is used.
namespace engine::cuda {

using cpu::kBlock;
using cpu::kLanes;
using cpu::Packing;
using cpu::PackingTraits;

/// Four levels of a table of sixteen in a word.
template <Packing packing>
GPU_INLINE std::uint32_t levelsOf(std::uint32_t codes)
{
    if constexpr (packing != Packing::IQ4_NL && packing != Packing::IQ4_XS && packing != Packing::MXFP4) {
        return codes;
    } else {
        constexpr bool isFloat4 = packing == Packing::MXFP4;
        constexpr auto word = [](int first) constexpr
        {
            const auto &table = isFloat4 ? cpu::kLevelsFP4 : cpu::kLevelsIQ4;
            return std::uint32_t(table[first]) | std::uint32_t(table[first + 1]) << 8 |
                   std::uint32_t(table[first + 2]) << 16 | std::uint32_t(table[first + 3]) << 24;
        };
        constexpr std::uint32_t first = word(0);
        constexpr std::uint32_t second = word(4);
        constexpr std::uint32_t third = word(8);
        constexpr std::uint32_t fourth = word(12);
        std::uint32_t levels = 0;
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t code = codes >> (8 * i) & 15;
            const std::uint32_t low = (code & 4) != 0 ? second : first;
            const std::uint32_t high = (code & 4) != 0 ? fourth : third;
            const std::uint32_t table = (code & 8) != 0 ? high : low;
            levels |= (table >> (8 * (code & 3)) & 255) << (8 * i);
        }
        return levels;
    }
}

GPU_INLINE std::uint32_t lineAt(const std::byte *group, int line, int row)
{
    return gpu::load(reinterpret_cast<const std::uint32_t *>(group + line * 4 * kLanes) + row);
}

/// The 32 codes of a row in a group: byte b of word j is that of input 4 j + b.
template <Packing packing>
GPU_INLINE void codesOf(std::uint32_t (&codes)[8], const std::byte *group, int row)
{
    constexpr PackingTraits traits = cpu::traitsOf(packing);
    [[maybe_unused]] constexpr std::uint32_t each = 0x01010101u;
    if constexpr (traits.bytes) {
        for (int j = 0; j < 8; ++j) {
            codes[j] = lineAt(group, j, row);
        }
    } else {
        int line = 0;
        int place = 0;
        for (int j = 0; j < 8; ++j) {
            codes[j] = 0;
        }
        if constexpr (traits.nibbles) {
            for (int j = 0; j < 4; ++j) {
                const std::uint32_t word = lineAt(group, j, row);
                codes[j] = word & 15 * each;
                codes[j + 4] = word >> 4 & 15 * each;
            }
            line = 4;
            place = 4;
        }
        if constexpr (traits.pairs) {
            for (int k = 0; k < 2; ++k) {
                const std::uint32_t word = lineAt(group, line + k, row);
                for (int m = 0; m < 4; ++m) {
                    codes[4 * k + m] |= (word >> (2 * m) & 3 * each) << place;
                }
            }
            line += 2;
            place += 2;
        }
        if constexpr (traits.single) {
            const std::uint32_t word = lineAt(group, line, row);
            for (int j = 0; j < 8; ++j) {
                codes[j] |= (word >> j & each) << place;
            }
        }
        for (int j = 0; j < 8; ++j) {
            codes[j] = levelsOf<packing>(codes[j]);
        }
    }
}

/// weight = scale * code + offset, for each half of a group.
struct GroupScales
{
    float scale[2];
    float offset[2];
};

GPU_INLINE float halfAt(const std::byte *header, int line, int row)
{
    return gpu::halfToFloat(gpu::load(reinterpret_cast<const std::uint16_t *>(header) + line * kLanes + row));
}

GPU_INLINE int byteAt(const std::byte *bytes, int line, int row)
{
    return gpu::load(reinterpret_cast<const std::uint8_t *>(bytes) + line * kLanes + row);
}

/// 2 to the power of an E8M0 exponent less one: the levels of MXFP4 are doubled.
GPU_INLINE float powerOf(int exponent)
{
    const std::uint32_t bits = exponent > 1 ? std::uint32_t(exponent - 1) << 23 : 0x00200000u << exponent;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

template <Packing packing>
GPU_INLINE GroupScales scalesOf(const std::byte *header, int group, int row)
{
    constexpr PackingTraits traits = cpu::traitsOf(packing);
    GroupScales s;
    if constexpr (packing == Packing::Q2_K) {
        const float scale = halfAt(header, 0, row);
        const float minimum = halfAt(header, 1, row);
        for (int half = 0; half < 2; ++half) {
            const int pair = byteAt(header + 4 * kLanes, 2 * group + half, row);
            s.scale[half] = scale * float(pair & 15);
            s.offset[half] = -minimum * float(pair >> 4);
        }
    } else if constexpr (traits.halves) {
        const float scale = halfAt(header, 0, row);
        for (int half = 0; half < 2; ++half) {
            const int factor = byteAt(header + 2 * kLanes, 2 * group + half, row);
            s.scale[half] = scale * float(factor < 128 ? factor : factor - 256);
            s.offset[half] = s.scale[half] * float(traits.zero);
        }
    } else {
        if constexpr (packing == Packing::Q4_K || packing == Packing::Q5_K) {
            s.scale[0] = halfAt(header, 0, row) * float(byteAt(header + 4 * kLanes, group, row));
            s.offset[0] = -halfAt(header, 1, row) * float(byteAt(header + 4 * kLanes, 8 + group, row));
        } else if constexpr (packing == Packing::IQ4_XS) {
            const int factor = byteAt(header + 2 * kLanes, group, row);
            s.scale[0] = halfAt(header, 0, row) * float(factor < 128 ? factor : factor - 256);
            s.offset[0] = s.scale[0] * float(traits.zero);
        } else if constexpr (packing == Packing::MXFP4) {
            s.scale[0] = powerOf(byteAt(header, 0, row));
            s.offset[0] = s.scale[0] * float(traits.zero);
        } else {
            s.scale[0] = halfAt(header, 0, row);
            s.offset[0] = traits.minimums ? halfAt(header, 1, row) : s.scale[0] * float(traits.zero);
        }
        s.scale[1] = s.scale[0];
        s.offset[1] = s.offset[0];
    }
    return s;
}

/// Group `index` of 32 inputs of a strip.
template <Packing packing>
struct GroupPlace
{
    const std::byte *header;
    const std::byte *codes;
    int inBlock;

    GPU_INLINE GroupPlace(const std::byte *strip, int index)
    {
        constexpr PackingTraits traits = cpu::traitsOf(packing);
        inBlock = index % traits.groups;
        header = strip + std::ptrdiff_t(index / traits.groups) * traits.blockBytes();
        codes = header + traits.header + inBlock * traits.groupBytes();
    }
};

constexpr bool isFloat(Packing packing)
{
    return packing == Packing::F32 || packing == Packing::F16 || packing == Packing::BF16;
}

/// One weight of a strip of floats.
template <Packing packing>
GPU_INLINE float floatAt(const std::byte *strip, int input, int row)
{
    const std::ptrdiff_t at = std::ptrdiff_t(input) * kLanes + row;
    if constexpr (packing == Packing::F32) {
        return gpu::load(reinterpret_cast<const float *>(strip) + at);
    } else {
        const std::uint16_t bits = gpu::load(reinterpret_cast<const std::uint16_t *>(strip) + at);
        if constexpr (packing == Packing::F16) {
            return gpu::halfToFloat(bits);
        } else {
            const std::uint32_t word = std::uint32_t(bits) << 16;
            float value;
            memcpy(&value, &word, 4);
            return value;
        }
    }
}

} // namespace engine::cuda
