#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector.h"

// Codes and scales of packed blocks; PackingTraits says where they lie.
namespace engine::cpu {
namespace {

/// 0, 1, ... as a pack: with indices known from the start, g++ keeps an array in registers (a loop is
/// unrolled too late for that).
template <int... i>
struct Indices
{
};

template <int count, int... i>
struct IndicesUpTo : IndicesUpTo<count - 1, count - 1, i...>
{
};

template <int... i>
struct IndicesUpTo<0, i...>
{
    using Type = Indices<i...>;
};

template <int value>
struct Index
{
    static constexpr int index = value;
};

template <Packing value>
struct KnownPacking
{
    static constexpr Packing packing = value;
};

/// work(KnownPacking<packing>) of a packing of blocks.
template <class Work>
inline void withPacking(Packing packing, const Work &work)
{
    switch (packing) {
    case Packing::Q4_0:
        return work(KnownPacking<Packing::Q4_0>{});
    case Packing::Q4_1:
        return work(KnownPacking<Packing::Q4_1>{});
    case Packing::Q5_0:
        return work(KnownPacking<Packing::Q5_0>{});
    case Packing::Q5_1:
        return work(KnownPacking<Packing::Q5_1>{});
    case Packing::Q8_0:
        return work(KnownPacking<Packing::Q8_0>{});
    case Packing::Q2_K:
        return work(KnownPacking<Packing::Q2_K>{});
    case Packing::Q3_K:
        return work(KnownPacking<Packing::Q3_K>{});
    case Packing::Q4_K:
        return work(KnownPacking<Packing::Q4_K>{});
    case Packing::Q5_K:
        return work(KnownPacking<Packing::Q5_K>{});
    case Packing::Q6_K:
        return work(KnownPacking<Packing::Q6_K>{});
    case Packing::IQ4_NL:
        return work(KnownPacking<Packing::IQ4_NL>{});
    case Packing::IQ4_XS:
        return work(KnownPacking<Packing::IQ4_XS>{});
    case Packing::MXFP4:
        return work(KnownPacking<Packing::MXFP4>{});
    case Packing::F32:
    case Packing::F16:
    case Packing::BF16:
        break;
    }
}

constexpr const std::byte *groupOf(const PackingTraits &traits, const std::byte *block, int group)
{
    return block + traits.header + group * traits.groupBytes();
}

constexpr bool hasLevels(Packing packing)
{
    return packing == Packing::IQ4_NL || packing == Packing::IQ4_XS || packing == Packing::MXFP4;
}

/// Codes beyond 127: a pair of products with 8-bit activations would not fit 16 bits.
constexpr bool isWide(Packing packing)
{
    return traitsOf(packing).zero == -128;
}

/// Line j of a group as codes, or the part of it.
template <Packing packing, int j>
inline Bytes codesAt(const std::byte *group, int part)
{
    constexpr PackingTraits traits = traitsOf(packing);
    constexpr int line = 4 * kLanes;
    if constexpr (traits.bytes) {
        return loadPart(group + line * j, part);
    } else {
        Bytes codes;
        if constexpr (traits.nibbles) {
            codes = bitsOf < j < 4 ? 0 : -4 > (loadPart(group + line * (j % 4), part), 15);
        } else {
            codes = bitsOf<-2 * (j % 4)>(loadPart(group + line * (j / 4), part), 3);
        }
        if constexpr (traits.nibbles && traits.pairs) {
            const Bytes above = loadPart(group + line * (4 + j / 4), part);
            codes = codes | bitsOf<4 - 2 * (j % 4)>(above, 3 << 4);
        }
        if constexpr (traits.single) {
            constexpr int place = traits.nibbles ? 4 : 2;
            const Bytes above = loadPart(group + (traits.nibbles ? 4 : 2) * line, part);
            codes = codes | bitsOf<place - j>(above, 1 << place);
        }
        if constexpr (hasLevels(packing)) {
            codes = levelsOf(codes, packing == Packing::MXFP4 ? kLevelsFP4 : kLevelsIQ4);
        }
        return codes;
    }
}

template <Packing packing, int... j>
inline void linesOf(Indices<j...>, std::uint8_t *lines, const std::byte *group, int part)
{
    (storePart(lines + 4 * kLanes * j, codesAt<packing, j>(group, part), part), ...);
}

/// All 8 lines of a group.
template <Packing packing>
inline void linesOf(std::uint8_t *lines, const std::byte *group)
{
    for (int part = 0; part < kParts; ++part) {
        linesOf<packing>(IndicesUpTo<kBlock / 4>::Type{}, lines, group, part);
    }
}

/// weight = scale * code + offset for the 16 rows; the second of each only with halves.
struct Scales
{
    Floats scale[2];
    Floats offset[2];
};

/// @param zero  what codes are to be shifted by where there are no minimums
template <Packing packing>
inline Scales scalesOf(const std::byte *block, int group, int zero)
{
    constexpr PackingTraits traits = traitsOf(packing);
    const Floats shift = splat(static_cast<float>(zero));
    Scales s;
    if constexpr (packing == Packing::Q2_K) {
        for (int half = 0; half < 2; ++half) {
            const std::byte *pairs = block + 4 * kLanes + (2 * group + half) * kLanes;
            s.scale[half] = loadHalf(block) * loadLows(pairs);
            s.offset[half] = splat(0) - loadHalf(block + 2 * kLanes) * loadHighs(pairs);
        }
    } else if constexpr (traits.halves) { // Q3_K, Q6_K
        for (int half = 0; half < 2; ++half) {
            s.scale[half] = loadHalf(block) * loadBytes(block + 2 * kLanes + (2 * group + half) * kLanes);
            s.offset[half] = s.scale[half] * shift;
        }
    } else {
        if constexpr (packing == Packing::Q4_K || packing == Packing::Q5_K) {
            const std::byte *scales = block + 4 * kLanes + group * kLanes;
            s.scale[0] = loadHalf(block) * loadCounts(scales);
            s.offset[0] = splat(0) - loadHalf(block + 2 * kLanes) * loadCounts(scales + 8 * kLanes);
        } else if constexpr (packing == Packing::IQ4_XS) {
            s.scale[0] = loadHalf(block) * loadBytes(block + 2 * kLanes + group * kLanes);
            s.offset[0] = s.scale[0] * shift;
        } else if constexpr (packing == Packing::MXFP4) {
            s.scale[0] = loadPowers(block);
            s.offset[0] = s.scale[0] * shift;
        } else {
            s.scale[0] = loadHalf(block);
            s.offset[0] = traits.minimums ? loadHalf(block + 2 * kLanes) : s.scale[0] * shift;
        }
        s.scale[1] = s.scale[0];
        s.offset[1] = s.offset[0];
    }
    return s;
}

} // namespace
} // namespace engine::cpu
