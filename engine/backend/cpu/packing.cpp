#include "engine/backend/cpu/packing.h"

#include "engine/weights/quant.h"

#include <array>
#include <cassert>
#include <cstring>

namespace engine::cpu {

namespace {

constexpr std::array kTypes{
    TensorType::F32,  TensorType::F16,    TensorType::BF16,   TensorType::Q4_0,
    TensorType::Q4_1, TensorType::Q5_0,   TensorType::Q5_1,   TensorType::Q8_0,
    TensorType::Q2_K, TensorType::Q3_K,   TensorType::Q4_K,   TensorType::Q5_K,
    TensorType::Q6_K, TensorType::IQ4_NL, TensorType::IQ4_XS, TensorType::MXFP4}; // in the order of Packing

/// The codes of 32 inputs, four in a word: byte b of word j is that of input 4 j + b.
using Codes = std::array<std::uint32_t, 8>;

std::uint32_t load32(const std::byte *p)
{
    std::uint32_t word;
    std::memcpy(&word, p, 4);
    return word;
}

void store32(std::byte *p, std::uint32_t word)
{
    std::memcpy(p, &word, 4);
}

std::uint32_t everyByte(std::uint32_t byte)
{
    return byte * 0x01010101u;
}

/// A field of each code: `mask` at `shift` of the file's byte, at `place` of the code.
struct Field
{
    std::size_t at; ///< of the first of 8 words in the file's block
    int shift;
    std::uint32_t mask;
    int place;
};

/// Where a block of the file has the codes of group `g`: up to three fields. Four-bit types of 32 values keep
/// inputs 16 .. 31 in the high halves of the same 16 bytes, which `split` says.
struct CodeFields
{
    std::array<Field, 2> fields{};
    int count = 1;
    bool split = false;
    int fifthBits = -1; ///< where 32 bits lie, one for each input
};

CodeFields fieldsOf(Packing packing, std::size_t g)
{
    const std::size_t half = g / 4;
    const auto quarter = static_cast<int>(g % 4);
    switch (packing) {
    case Packing::Q4_1:
        return {.fields = {{{4, 0, 15, 0}}}, .split = true};
    case Packing::Q5_0:
        return {.fields = {{{6, 0, 15, 0}}}, .split = true, .fifthBits = 2};
    case Packing::Q5_1:
        return {.fields = {{{8, 0, 15, 0}}}, .split = true, .fifthBits = 4};
    case Packing::Q8_0:
        return {.fields = {{{2, 0, 255, 0}}}};
    case Packing::Q2_K:
        return {.fields = {{{16 + half * 32, 2 * quarter, 3, 0}}}};
    case Packing::Q3_K:
        return {.fields = {{{32 + half * 32, 2 * quarter, 3, 0}, {0, static_cast<int>(g), 1, 2}}},
                .count = 2};
    case Packing::Q4_K:
        return {.fields = {{{16 + g / 2 * 32, static_cast<int>(g % 2 * 4), 15, 0}}}};
    case Packing::Q5_K:
        return {.fields = {{{48 + g / 2 * 32, static_cast<int>(g % 2 * 4), 15, 0},
                            {16, static_cast<int>(g), 1, 4}}},
                .count = 2};
    case Packing::Q6_K:
        return {.fields = {{{half * 64 + g % 2 * 32, quarter / 2 * 4, 15, 0},
                            {128 + half * 32, 2 * quarter, 3, 4}}},
                .count = 2};
    case Packing::IQ4_XS:
        return {.fields = {{{8 + 16 * g, 0, 15, 0}}}, .split = true};
    case Packing::MXFP4:
        return {.fields = {{{1, 0, 15, 0}}}, .split = true};
    default: // Q4_0, IQ4_NL
        return {.fields = {{{2, 0, 15, 0}}}, .split = true};
    }
}

Codes codesOfFile(const std::byte *block, const CodeFields &from)
{
    Codes codes{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(from.count); ++i) {
        const Field &field = from.fields[i];
        const std::uint32_t mask = everyByte(field.mask);
        for (std::size_t j = 0; j < 8; ++j) {
            const std::size_t word = from.split ? j % 4 : j;
            const int shift = from.split && j >= 4 ? 4 : field.shift;
            codes[j] |= ((load32(block + field.at + 4 * word) >> shift) & mask) << field.place;
        }
    }
    if (from.fifthBits >= 0) {
        const std::uint32_t bits = load32(block + from.fifthBits);
        for (std::size_t j = 0; j < 8; ++j) {
            codes[j] |= (((bits >> (4 * j)) & 15) * 0x00204081u & everyByte(1)) << 4; // bit b to byte b
        }
    }
    return codes;
}

void codesToFile(std::byte *block, const CodeFields &to, const Codes &codes)
{
    for (std::size_t i = 0; i < static_cast<std::size_t>(to.count); ++i) {
        const Field &field = to.fields[i];
        const std::uint32_t mask = everyByte(field.mask);
        for (std::size_t j = 0; j < 8; ++j) {
            std::byte *word = block + field.at + 4 * (to.split ? j % 4 : j);
            const int shift = to.split && j >= 4 ? 4 : field.shift;
            store32(word, load32(word) | ((codes[j] >> field.place) & mask) << shift);
        }
    }
    if (to.fifthBits >= 0) {
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 8; ++j) {
            bits |= ((codes[j] >> 4 & everyByte(1)) * 0x01020408u >> 24 & 15) << (4 * j);
        }
        store32(block + to.fifthBits, bits);
    }
}

/// Lines of a plane lie 64 bytes apart; `to` is the row's four bytes of the first.
constexpr std::size_t kLine = 4 * kLanes;

void codesToPlanes(std::byte *to, const PackingTraits &traits, const Codes &codes)
{
    if (traits.bytes) {
        for (std::size_t j = 0; j < 8; ++j) {
            store32(to + kLine * j, codes[j] ^ everyByte(128));
        }
        return;
    }
    int place = 0;
    if (traits.nibbles) {
        for (std::size_t j = 0; j < 4; ++j, to += kLine) {
            store32(to, (codes[j] & everyByte(15)) | (codes[j + 4] & everyByte(15)) << 4);
        }
        place = 4;
    }
    if (traits.pairs) {
        for (std::size_t k = 0; k < 2; ++k, to += kLine) {
            std::uint32_t line = 0;
            for (std::size_t m = 0; m < 4; ++m) {
                line |= (codes[4 * k + m] >> place & everyByte(3)) << (2 * m);
            }
            store32(to, line);
        }
        place += 2;
    }
    if (traits.single) {
        std::uint32_t line = 0;
        for (std::size_t j = 0; j < 8; ++j) {
            line |= (codes[j] >> place & everyByte(1)) << j;
        }
        store32(to, line);
    }
}

Codes codesOfPlanes(const std::byte *from, const PackingTraits &traits)
{
    Codes codes{};
    if (traits.bytes) {
        for (std::size_t j = 0; j < 8; ++j) {
            codes[j] = load32(from + kLine * j) ^ everyByte(128);
        }
        return codes;
    }
    int place = 0;
    if (traits.nibbles) {
        for (std::size_t j = 0; j < 4; ++j, from += kLine) {
            codes[j] = load32(from) & everyByte(15);
            codes[j + 4] = load32(from) >> 4 & everyByte(15);
        }
        place = 4;
    }
    if (traits.pairs) {
        for (std::size_t k = 0; k < 2; ++k, from += kLine) {
            for (std::size_t m = 0; m < 4; ++m) {
                codes[4 * k + m] |= (load32(from) >> (2 * m) & everyByte(3)) << place;
            }
        }
        place += 2;
    }
    if (traits.single) {
        for (std::size_t j = 0; j < 8; ++j) {
            codes[j] |= (load32(from) >> j & everyByte(1)) << place;
        }
    }
    return codes;
}

/// `count` pieces of `size` bytes, of which the strip's header has one of each row side by side.
void scatter(std::byte *header, std::size_t lane, const std::byte *from, std::size_t count, std::size_t size)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(header + (i * kLanes + lane) * size, from + i * size, size);
    }
}

void gather(std::byte *to, std::size_t count, std::size_t size, const std::byte *header, std::size_t lane)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(to + i * size, header + (i * kLanes + lane) * size, size);
    }
}

int intOf(std::byte b)
{
    return std::to_integer<int>(b);
}

/// Sixteen bytes: eight scales and eight minimums of six bits, or sixteen or eight signed scales, from where
/// the file squeezes them (the layouts are ggml's).
using Scales = std::array<std::byte, 16>;

Scales scalesOfFile(const std::byte *packed, Packing packing)
{
    Scales scales{};
    for (std::size_t i = 0; i < 16; ++i) {
        int scale = 0;
        if (packing == Packing::Q3_K) {
            const int low = i < 8 ? intOf(packed[i]) & 15 : intOf(packed[i - 8]) >> 4;
            scale = (low | ((intOf(packed[8 + i % 4]) >> (2 * (i / 4))) & 3) << 4) - 32;
        } else if (packing == Packing::IQ4_XS) { // two bytes of upper bits, then four of lower ones
            const int high = intOf(packed[i / 4 % 2]) >> (2 * (i % 4)) & 3;
            const int low = intOf(packed[2 + i / 2 % 4]) >> (i % 2 * 4) & 15;
            scale = i < 8 ? (low | high << 4) - 32 : 0;
        } else { // Q4_K, Q5_K
            const std::size_t g = i % 8;
            const bool minimum = i >= 8;
            if (g < 4) {
                scale = intOf(packed[g + (minimum ? 4 : 0)]) & 63;
            } else {
                const int low = intOf(packed[g + 4]) >> (minimum ? 4 : 0) & 15;
                scale = low | (intOf(packed[minimum ? g : g - 4]) >> 6) << 4;
            }
        }
        scales[i] = static_cast<std::byte>(scale);
    }
    return scales;
}

void scalesToFile(std::byte *packed, Packing packing, const Scales &scales)
{
    const auto put = [packed](std::size_t at, int bits, int shift) {
        packed[at] |= static_cast<std::byte>(bits << shift);
    };
    for (std::size_t i = 0; i < 16; ++i) {
        if (packing == Packing::Q3_K) {
            const int scale = (intOf(scales[i]) + 32) & 63;
            put(i % 8, scale & 15, i < 8 ? 0 : 4);
            put(8 + i % 4, scale >> 4, static_cast<int>(2 * (i / 4)));
        } else if (packing == Packing::IQ4_XS) {
            const int scale = (intOf(scales[i]) + 32) & 63;
            if (i < 8) {
                put(i / 4, scale >> 4, static_cast<int>(2 * (i % 4)));
                put(2 + i / 2, scale & 15, static_cast<int>(i % 2 * 4));
            }
        } else {
            const int scale = intOf(scales[i]);
            const std::size_t g = i % 8;
            const bool minimum = i >= 8;
            if (g < 4) {
                put(g + (minimum ? 4 : 0), scale, 0);
            } else {
                put(g + 4, scale & 15, minimum ? 4 : 0);
                put(minimum ? g : g - 4, scale >> 4, 6);
            }
        }
    }
}

/// What a row's block keeps beside its codes.
struct HeaderPlan
{
    std::size_t halves = 1;   ///< numbers of two bytes
    std::size_t halvesAt = 0; ///< in the file
    std::size_t scales = 0;   ///< bytes
    std::size_t scalesAt = 0;
    bool squeezed = false; ///< see Scales
};

HeaderPlan headerOf(Packing packing)
{
    switch (packing) {
    case Packing::Q4_1:
    case Packing::Q5_1:
        return {.halves = 2};
    case Packing::Q2_K:
        return {.halves = 2, .halvesAt = 80, .scales = 16, .scalesAt = 0};
    case Packing::Q3_K:
        return {.halvesAt = 108, .scales = 16, .scalesAt = 96, .squeezed = true};
    case Packing::Q4_K:
    case Packing::Q5_K:
        return {.halves = 2, .scales = 16, .scalesAt = 4, .squeezed = true};
    case Packing::Q6_K:
        return {.halvesAt = 208, .scales = 16, .scalesAt = 192};
    case Packing::IQ4_XS:
        return {.scales = 8, .scalesAt = 2, .squeezed = true};
    case Packing::MXFP4:
        return {.halves = 0, .scales = 1, .scalesAt = 0};
    default:
        return {};
    }
}

void packBlock(std::byte *strip, std::size_t lane, const std::byte *block, Packing packing)
{
    const PackingTraits traits = traitsOf(packing);
    const HeaderPlan plan = headerOf(packing);
    scatter(strip, lane, block + plan.halvesAt, plan.halves, 2);
    std::byte *scales = strip + plan.halves * 2 * kLanes;
    if (plan.squeezed) {
        scatter(scales, lane, scalesOfFile(block + plan.scalesAt, packing).data(), plan.scales, 1);
    } else {
        scatter(scales, lane, block + plan.scalesAt, plan.scales, 1);
    }
    std::byte *group = strip + traits.header + 4 * lane;
    for (int g = 0; g < traits.groups; ++g, group += traits.groupBytes()) {
        codesToPlanes(group, traits, codesOfFile(block, fieldsOf(packing, static_cast<std::size_t>(g))));
    }
}

/// @param block  zeroed
void unpackBlock(std::byte *block, const std::byte *strip, std::size_t lane, Packing packing)
{
    const PackingTraits traits = traitsOf(packing);
    const HeaderPlan plan = headerOf(packing);
    const std::byte *group = strip + traits.header + 4 * lane;
    for (int g = 0; g < traits.groups; ++g, group += traits.groupBytes()) {
        codesToFile(block, fieldsOf(packing, static_cast<std::size_t>(g)), codesOfPlanes(group, traits));
    }
    gather(block + plan.halvesAt, plan.halves, 2, strip, lane);
    const std::byte *scales = strip + plan.halves * 2 * kLanes;
    if (plan.squeezed) {
        Scales whole{};
        gather(whole.data(), plan.scales, 1, scales, lane);
        scalesToFile(block + plan.scalesAt, packing, whole);
    } else {
        gather(block + plan.scalesAt, plan.scales, 1, scales, lane);
    }
}

std::size_t fileBlockBytes(Packing packing)
{
    return static_cast<std::size_t>(engine::layoutOf(typeOf(packing))->blockBytes);
}

} // namespace

std::optional<Packing> packingOf(TensorType type)
{
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
        if (kTypes[i] == type) {
            return static_cast<Packing>(i);
        }
    }
    return std::nullopt;
}

TensorType typeOf(Packing packing)
{
    return kTypes[static_cast<std::size_t>(packing)];
}

std::size_t stripBytesOf(Packing packing, int inputs)
{
    const PackingTraits traits = traitsOf(packing);
    const int values = traits.groups > 0 ? traits.groups * kBlock : 1;
    return static_cast<std::size_t>(inputs / values) * static_cast<std::size_t>(traits.blockBytes());
}

void packStrip(std::byte *strip, Packing packing, const std::byte *rows, std::size_t rowBytes, int count)
{
    const std::size_t fileBytes = fileBlockBytes(packing);
    const auto stripBytes = static_cast<std::size_t>(traitsOf(packing).blockBytes());
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(count); ++lane) {
        const std::byte *row = rows + lane * rowBytes;
        for (std::size_t block = 0; block < rowBytes / fileBytes; ++block) {
            if (packing <= Packing::BF16) {
                std::memcpy(strip + block * stripBytes + lane * fileBytes, row + block * fileBytes,
                            fileBytes);
            } else {
                packBlock(strip + block * stripBytes, lane, row + block * fileBytes, packing);
            }
        }
    }
}

void unpackRow(std::byte *row, std::size_t rowBytes, Packing packing, const std::byte *strip, int lane)
{
    const std::size_t fileBytes = fileBlockBytes(packing);
    const auto stripBytes = static_cast<std::size_t>(traitsOf(packing).blockBytes());
    const auto index = static_cast<std::size_t>(lane);
    std::memset(row, 0, rowBytes);
    for (std::size_t block = 0; block < rowBytes / fileBytes; ++block) {
        if (packing <= Packing::BF16) {
            std::memcpy(row + block * fileBytes, strip + block * stripBytes + index * fileBytes, fileBytes);
        } else {
            unpackBlock(row + block * fileBytes, strip + block * stripBytes, index, packing);
        }
    }
}

} // namespace engine::cpu
