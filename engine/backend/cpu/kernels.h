#pragma once

#include "engine/backend/backend.h"

#include <cstddef>
#include <cstdint>

/// The inner loops of the CPU backend: one table of functions for each instruction set, chosen at run time.
/// Files that implement a table are compiled with flags of their own, so they call nothing inline from the
/// standard library: the linker might keep their copy for everyone.
namespace engine::cpu {

/// Rows of a weight matrix are stored in strips of 16, interleaved so that lane r of a vector belongs to row
/// r: sums need no horizontal step. Attention uses the lanes for 16 queries or 16 keys.
constexpr int kLanes = 16;
constexpr int kBlock = 32; ///< values of a row that share a scale

/// What a strip holds, in the order of PackingTraits. Nothing is rounded: packing.h can bring a row back to
/// the bytes of its file.
enum class Packing : std::uint8_t {
    F32, ///< [input][16 rows], as F16 and BF16
    F16,
    BF16,
    Q4_0, ///< blocks from here on
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
    IQ4_XS,
    MXFP4
};

/// How a packing keeps a block: a header of what scales are made of, then groups of 32 inputs in planes. A
/// line is 64 bytes, four of each row; byte b of line j stands for input 4 j + b of the group.
///   bytes: 8 lines (signed numbers with 128 added)
///   nibbles: 4 lines, in the high half input 16 + 4 j + b
///   pairs: 2 lines of two bits; bits 2 m of line k are those of line 4 k + m
///   single: 1 line; bit j is that of line j
/// weight = scale * code + offset with a scale for each group, or for each half of it.
struct PackingTraits
{
    int groups = 1;  ///< of a block
    int header = 32; ///< bytes: 16 halves or more
    bool bytes = false;
    bool nibbles = false;
    bool pairs = false;    ///< the lowest bits, or those above the nibbles
    bool single = false;   ///< the bit above the others
    bool halves = false;   ///< scales for 16 inputs each
    bool minimums = false; ///< scales and minimums; else the offset is the scale times `zero`
    int zero = 0;

    constexpr int groupBytes() const
    {
        return (bytes ? 512 : 0) + (nibbles ? 256 : 0) + (pairs ? 128 : 0) + (single ? 64 : 0);
    }

    constexpr int blockBytes() const { return header + groups * groupBytes(); }
};

constexpr PackingTraits traitsOf(Packing packing)
{
    switch (packing) {
    case Packing::Q4_0:
        return {.nibbles = true, .zero = -8};
    case Packing::Q4_1:
        return {.header = 64, .nibbles = true, .minimums = true};
    case Packing::Q5_0:
        return {.nibbles = true, .single = true, .zero = -16};
    case Packing::Q5_1:
        return {.header = 64, .nibbles = true, .single = true, .minimums = true};
    case Packing::Q8_0:
        return {.bytes = true, .zero = -128};
    case Packing::Q2_K: // halves d, dmin; [16][16 rows] scale and minimum, four bits each
        return {.groups = 8, .header = 320, .pairs = true, .halves = true, .minimums = true};
    case Packing::Q3_K: // halves d; [16][16 rows] signed scales
        return {.groups = 8, .header = 288, .pairs = true, .single = true, .halves = true, .zero = -4};
    case Packing::Q4_K: // halves d, dmin; [8][16 rows] scales, then minimums
        return {.groups = 8, .header = 320, .nibbles = true, .minimums = true};
    case Packing::Q5_K:
        return {.groups = 8, .header = 320, .nibbles = true, .single = true, .minimums = true};
    case Packing::Q6_K: // as Q3_K
        return {.groups = 8, .header = 288, .nibbles = true, .pairs = true, .halves = true, .zero = -32};
    case Packing::IQ4_NL: // codes of kLevelsIQ4, which are as Q8_0's
        return {.nibbles = true, .zero = -128};
    case Packing::IQ4_XS: // halves d; [8][16 rows] signed scales
        return {.groups = 8, .header = 160, .nibbles = true, .zero = -128};
    case Packing::MXFP4: // exponents, a byte each; codes of kLevelsFP4
        return {.header = 16, .nibbles = true, .zero = -12};
    case Packing::F32:
        return {.groups = 0, .header = 64};
    case Packing::F16:
    case Packing::BF16:
        break;
    }
    return {.groups = 0, .header = 32};
}

/// What a nibble stands for, made unsigned by -zero.
constexpr std::uint8_t kLevelsIQ4[16] = {1,   24,  45,  63,  79,  93,  106, 118,
                                         129, 141, 153, 166, 181, 197, 217, 241};
constexpr std::uint8_t kLevelsFP4[16] = {12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0};

/// 32 activations as whole numbers: x = scale * values; the sum of these x, and of the first 16; the sums of
/// the values themselves.
struct Int8Block
{
    float scale;
    float sum;
    float firstSum;
    std::int32_t whole;
    std::int32_t firstWhole;
    std::int8_t values[kBlock];
};

/// What an Int8Block leaves, in 256ths: x = scale * (values + rest / 256). With it its sums are of both.
struct Int8Rest
{
    std::int32_t whole;
    std::int32_t firstWhole;
    std::int8_t values[kBlock];
};

/// A group of a strip, unpacked for products with many rows: weight = scale * number + offset, or without
/// minimums scale * (number + PackingTraits::zero).
struct Int8PanelBlock
{
    float scales[kLanes];                  ///< of the first half, where there are halves
    float offsets[kLanes];                 ///< with minimums only, as below
    std::uint8_t numbers[kBlock * kLanes]; ///< lines
};

/// The same of a packing with halves; `offsets` is that of the second half.
struct Int8HalvesBlock : Int8PanelBlock
{
    float secondScales[kLanes];
    float firstOffsets[kLanes]; ///< what the offset of the first half has more
};

constexpr int kPage = kKvPage;

constexpr int paddedDimension(int size)
{
    return (size + kLanes - 1) / kLanes * kLanes;
}

/// Where kPage positions of one head lie in its part of a page. Keys are two tiles [keySize][16 positions],
/// values [32 positions][padded valueSize]; with valuesInKeys both are [32 positions][padded keySize]. Q8_0:
/// signed bytes, and a half-precision scale for each 32 numbers of a position, [number / 32][32 positions].
struct KvLayout
{
    KvType type = KvType::F32;
    bool valuesInKeys = false;
    int keySize = 0;
    int valueSize = 0;
    int valueStride = 0;       ///< numbers from a position's value to the next one's
    std::size_t keyScales = 0; ///< bytes from the start of the head's part, as those below
    std::size_t values = 0;
    std::size_t valueScales = 0;
    std::size_t bytes = 0; ///< of the part
};

/// Where to find one head. Page i holds positions 32 i ..
struct KeysAndValues
{
    const std::byte *const *pages = nullptr;
    std::size_t offset = 0; ///< of the head in each page
    const KvLayout *layout = nullptr;
};

/// Attention of up to 16 queries over the keys [first, last), by online softmax (Milakov & Gimelshein 2018;
/// Dao 2022).
struct AttentionTile
{
    KeysAndValues kv;
    int first = 0; ///< a multiple of 32
    int last = 0;
    int count = 0;                     ///< queries
    const float *queries[kLanes] = {}; ///< [keySize] each
    float *outs[kLanes] = {};          ///< [valueSize] each
    std::int32_t lowest[kLanes] = {};  ///< the first key a query sees
    std::int32_t highest[kLanes] = {}; ///< the last key it sees, at least `lowest`
    float scale = 1;
    float softCap = 0;
    float *scratch = nullptr; ///< tileScratch(layout) floats
    /// [count], out; null where `outs` are the whole answer. Else outs are not divided by the sum.
    float *maximum = nullptr;
    float *sum = nullptr;
};

/// The same for one position's queries, heads of one group, over the keys [first, last).
struct AttentionRow
{
    KeysAndValues kv;
    int first = 0;                  ///< any
    int last = 0;                   ///< at most kRowKeys more
    int group = 1;                  ///< queries
    const float *queries = nullptr; ///< [group][keySize], scaled
    float softCap = 0;
    float *scratch = nullptr; ///< rowScratch(layout, group) floats
    float *maximum = nullptr; ///< [group], out
    float *sum = nullptr;     ///< [group], out
    float *out = nullptr;     ///< [group][padded valueSize], out
};

constexpr float kNoScore = -1e30f; ///< below every score, and finite: no NaN from differences
constexpr int kTileKeys = 128;     ///< keys between two rescalings
constexpr int kRowKeys = 256;      ///< keys of a piece of work in decoding

/// Room for a page's keys or values as floats.
constexpr int pageScratch(const KvLayout &layout)
{
    const int size = layout.keySize > layout.valueSize ? layout.keySize : layout.valueSize;
    return kPage * paddedDimension(size);
}

constexpr int tileScratch(const KvLayout &layout)
{
    return kTileKeys * kLanes + pageScratch(layout) +
           (paddedDimension(layout.keySize) + paddedDimension(layout.valueSize)) * kLanes;
}

constexpr int rowScratch(const KvLayout &layout, int group)
{
    return group * (kRowKeys + 2 * kPage) + pageScratch(layout);
}

struct Kernels
{
    const char *name;
    int floatTile;  ///< tokens of a float product tile
    int bfloatTile; ///< tokens of a bfloat16 product tile; 0: there is none
    int int8Tile;   ///< tokens of an int8 product tile; 0: there is none

    /// to[k][lane] = rows[lane][k], zero from lane `count` on.
    void (*interleaveFloat)(float *to, int lanes, const float *rows, std::ptrdiff_t stride, int count,
                            int depth);
    /// to[k / 2][lane][2], rounded. depth is even.
    void (*interleaveBfloat)(std::uint16_t *to, int lanes, const float *rows, std::ptrdiff_t stride,
                             int count, int depth);
    /// depth is a multiple of 32. @param rest  null where it is not wanted, here and below
    void (*quantize)(Int8Block *to, Int8Rest *rest, const float *x, int depth);
    /// To half precision, to the nearest even; what is beyond its range becomes the greatest.
    void (*halves)(std::uint16_t *to, const float *x, int n);

    /// Inputs first .. first + depth - 1 of a strip as a panel [input][16] or [input / 2][16][2]. With a
    /// quantised packing both are multiples of 32.
    void (*unpackFloat)(float *panel, Packing packing, const std::byte *strip, int first, int depth);

    /// c[t][lane] (+)= sum over k of panel[k][lane] * x[k * ldx + t] for t < tokens <= floatTile.
    void (*productFloat)(float *c, std::ptrdiff_t ldc, const float *panel, const float *x, std::ptrdiff_t ldx,
                         int depth, int tokens, bool add);
    /// The same with x[k / 2][bfloatTile][2].
    void (*productBfloat)(float *c, std::ptrdiff_t ldc, const std::uint16_t *panel, const std::uint16_t *x,
                          int depth, int tokens, bool add);
    /// panel: Int8PanelBlocks or Int8HalvesBlocks; blocks: of 32 inputs, here and below
    void (*unpackInt8)(void *panel, Packing packing, const std::byte *strip, int blocks);
    /// The same from tiles of int8Tile Int8Blocks: a block is [tile] of each of its numbers, then
    /// [8][tile][4] values; with `rest` then the same of the rest. Bias: [16], added last, or null.
    void (*productInt8)(float *c, std::ptrdiff_t ldc, const void *panel, Packing packing, const std::byte *x,
                        int blocks, int tokens, bool rest, bool add, const float *bias);
    /// c[t][lane] = strip · x[t], tokens <= kRowTokens; row t begins at x + t * stride, its rest at rest + t
    /// * stride.
    void (*rowsInt8)(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
                     const Int8Rest *rest, std::ptrdiff_t stride, int tokens);
    void (*rowsFloat)(float *c, Packing packing, const std::byte *strip, int depth, const float *x,
                      std::ptrdiff_t stride, int tokens);
    float (*dot)(const float *a, const float *b, int n);

    /// One row; bias may be null. y and x may be the same.
    void (*norm)(float *y, const float *x, const float *weight, const float *bias, int n, float epsilon,
                 NormKind kind);
    void (*gate)(float *y, const float *x, const float *factor, int n,
                 Activation activation); ///< y = act(x) factor
    void (*activate)(float *x, int n, Activation activation);
    void (*add)(float *x, const float *y, int n);
    /// One head: rotates its first 2 * pairs values. cosines, sines: [pairs]
    void (*rope)(float *x, RopeKind kind, const float *cosines, const float *sines, int pairs);

    void (*attendTile)(const AttentionTile &tile);
    void (*attendRow)(const AttentionRow &row);
};

constexpr int kRowTokens = 7; ///< with more tokens, unpacking a panel pays

extern const Kernels kPlainKernels;

} // namespace engine::cpu
