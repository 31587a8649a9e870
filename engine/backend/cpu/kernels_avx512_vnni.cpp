#include "engine/backend/cpu/kernels_x86.h"
#include "engine/backend/cpu/vector_int8.h"
#include "engine/backend/cpu/vector_products.h"

namespace engine::cpu {

namespace {

struct FourBytes
{
    std::int8_t values[4];
};

/// One instruction: unsigned weights times four signed bytes from memory, for all lanes. As assembly, because
/// g++ 12 copies the sums to and fro around the intrinsic and loads the bytes on their own.
struct VnniDot
{
    static constexpr int zeroOfWide = -128;

    static void narrow(Bytes &sums, Bytes codes, const std::int8_t *four)
    {
        asm("vpdpbusd %2%{1to16%}, %1, %0"
            : "+v"(sums.v)
            : "v"(codes.v), "m"(*reinterpret_cast<const FourBytes *>(four)));
    }

    static void wide(Bytes &sums, Bytes codes, const std::int8_t *four) { narrow(sums, codes, four); }
};

constexpr int kInt8Tile = 14; ///< tokens: 14 sums of whole numbers and 14 of floats stay in registers

template <bool halves>
struct PanelOf
{
    using Block = Int8PanelBlock;
};

template <>
struct PanelOf<true>
{
    using Block = Int8HalvesBlock;
};

/// The numbers of a block of a tile, and of what it leaves.
struct TileBlock
{
    float scales[kInt8Tile];
    float sums[kInt8Tile];
    float firstSums[kInt8Tile];
    std::int32_t wholes[kInt8Tile];
    std::int32_t firstWholes[kInt8Tile];
    std::int8_t values[kInt8Tile * kBlock];
};

struct TileRest
{
    std::int32_t wholes[kInt8Tile];
    std::int32_t firstWholes[kInt8Tile];
    std::int8_t values[kInt8Tile * kBlock];
};

static_assert(sizeof(TileBlock) == kInt8Tile * sizeof(Int8Block));
static_assert(sizeof(TileRest) == kInt8Tile * sizeof(Int8Rest));

/// What the sums of a tile begin with: codes are to be shifted by `zero`.
struct Starts
{
    alignas(64) std::int32_t first[kLanes]; ///< of the first half, or of all
    alignas(64) std::int32_t second[kLanes];
};

template <bool halves, class Numbers>
inline void startsOf(Starts &starts, const Numbers &block, __m512i zero)
{
    constexpr __mmask16 tile = (1 << kInt8Tile) - 1;
    const __m512i all = _mm512_maskz_loadu_epi32(tile, block.wholes);
    const __m512i first = halves ? _mm512_maskz_loadu_epi32(tile, block.firstWholes) : all;
    _mm512_store_si512(starts.first, _mm512_mullo_epi32(first, zero));
    if constexpr (halves) {
        _mm512_store_si512(starts.second, _mm512_mullo_epi32(_mm512_sub_epi32(all, first), zero));
    }
}

/// Lines [from, to) of a group for all tokens, added.
template <int from, int to, int... t>
inline void addDotsOfTile(Indices<t...>, Ints (&whole)[sizeof...(t)], const Int8PanelBlock *panel,
                          const std::int8_t *values)
{
    for (int j = from; j < to; ++j) {
        const Bytes w{_mm512_loadu_si512(panel->numbers + 64 * j)};
        const std::int8_t *four = values + 4 * kInt8Tile * j;
        const auto add = [&](Ints &sums, const std::int8_t *own) {
            Bytes bytes{sums.v};
            VnniDot::narrow(bytes, w, own);
            sums.v = bytes.v;
        };
        (add(whole[t], four + 4 * t), ...);
    }
}

/// A group of a strip and a block of a tile. `rest` is read with rests only.
template <bool minimums, bool rests>
struct Meeting
{
    const Int8PanelBlock *panel;
    const TileBlock &block;
    const TileRest &rest;
    Starts starts;
    Starts restStarts;

    template <int from, int to, int... t>
    void dots(Indices<t...> tokens, Ints (&whole)[sizeof...(t)]) const
    {
        const bool second = from > 0;
        const std::int32_t *begin = second ? starts.second : starts.first;
        ((whole[t].v = minimums ? _mm512_setzero_si512() : _mm512_set1_epi32(begin[t])), ...);
        addDotsOfTile<from, to>(tokens, whole, panel, block.values);
        if constexpr (rests) {
            const std::int32_t *more = second ? restStarts.second : restStarts.first;
            ((whole[t].v = _mm512_slli_epi32(whole[t].v, 8)), ...);
            if constexpr (!minimums) {
                ((whole[t].v = _mm512_add_epi32(whole[t].v, _mm512_set1_epi32(more[t]))), ...);
            }
            addDotsOfTile<from, to>(tokens, whole, panel, rest.values);
        }
    }
};

struct ProductArguments
{
    float *c;
    std::ptrdiff_t ldc;
    const void *panels;
    const std::byte *x;
    int zero;
    int blocks;
    bool add;
    const float *bias;
};

/// The same arithmetic as withGroup, operation by operation.
template <bool halves, bool minimums, bool rests, int... t>
void productOfBlocks(Indices<t...> tokens, const ProductArguments &p)
{
    const auto *panel = static_cast<const typename PanelOf<halves>::Block *>(p.panels);
    const std::byte *x = p.x;
    const __m512i shift = _mm512_set1_epi32(p.zero);
    const Floats part = splat(rests ? 1.0f / 256.0f : 1.0f);
    Floats sums[] = {(static_cast<void>(t), splat(0))...};
    for (int done = 0; done < p.blocks; ++done, ++panel) {
        const auto &block = *reinterpret_cast<const TileBlock *>(x);
        const auto &rest = *reinterpret_cast<const TileRest *>(x + sizeof(TileBlock));
        x += sizeof(TileBlock) + (rests ? sizeof(TileRest) : 0);
        Meeting<minimums, rests> meeting{panel, block, rest, {}, {}};
        if constexpr (!minimums) {
            startsOf<halves>(meeting.starts, block, shift);
        }
        if constexpr (!minimums && rests) {
            startsOf<halves>(meeting.restStarts, rest, shift);
        }
        Ints whole[sizeof...(t)];
        meeting.template dots<0, halves ? 4 : 8>(tokens, whole);
        const auto scaleOf = [&](const float *scales) {
            return rests ? load(scales) * part : load(scales); // a power of two: exact
        };
        const Floats scale = scaleOf(panel->scales);
        ((sums[t] = fma(converted(whole[t]), scale * splat(block.scales[t]), sums[t])), ...);
        if constexpr (halves) {
            meeting.template dots<4, 8>(tokens, whole);
            const Floats second = scaleOf(panel->secondScales);
            ((sums[t] = fma(converted(whole[t]), second * splat(block.scales[t]), sums[t])), ...);
        }
        if constexpr (halves && minimums) {
            const Floats more = load(panel->firstOffsets);
            ((sums[t] = fma(more, splat(block.firstSums[t]), sums[t])), ...);
        }
        if constexpr (minimums) {
            const Floats offset = load(panel->offsets);
            ((sums[t] = fma(offset, splat(block.sums[t]), sums[t])), ...);
        }
    }
    if (p.add) {
        ((sums[t] = load(p.c + t * p.ldc) + sums[t]), ...);
    }
    if (p.bias) {
        ((sums[t] = sums[t] + load(p.bias)), ...);
    }
    (store(p.c + t * p.ldc, sums[t]), ...);
}

template <bool halves, bool minimums, bool rests, int most>
void productUpTo(const ProductArguments &p, int tokens)
{
    if (tokens == most) {
        productOfBlocks<halves, minimums, rests>(typename IndicesUpTo<most>::Type{}, p);
    } else if constexpr (most > 1) {
        productUpTo<halves, minimums, rests, most - 1>(p, tokens);
    }
}

template <bool rests>
void productWith(const ProductArguments &p, PackingTraits traits, int tokens)
{
    const auto product = traits.halves ? (traits.minimums ? productUpTo<true, true, rests, kInt8Tile>
                                                          : productUpTo<true, false, rests, kInt8Tile>)
                                       : (traits.minimums ? productUpTo<false, true, rests, kInt8Tile>
                                                          : productUpTo<false, false, rests, kInt8Tile>);
    product(p, tokens);
}

void productInt8(float *c, std::ptrdiff_t ldc, const void *panels, Packing packing, const std::byte *x,
                 int blocks, int tokens, bool rest, bool add, const float *bias)
{
    const PackingTraits traits = traitsOf(packing);
    const ProductArguments arguments{c, ldc, panels, x, traits.zero, blocks, add, bias};
    (rest ? productWith<true> : productWith<false>)(arguments, traits, tokens);
}

template <Packing packing>
void unpackBlocksInt8(void *panels, const std::byte *strip, int blocks)
{
    constexpr PackingTraits traits = traitsOf(packing);
    auto *panel = static_cast<typename PanelOf<traits.halves>::Block *>(panels);
    for (int done = 0; done < blocks; done += traits.groups, strip += traits.blockBytes()) {
        for (int g = 0; g < traits.groups; ++g, ++panel) {
            linesOf<packing>(panel->numbers, groupOf(traits, strip, g));
            const Scales s = scalesOf<packing>(strip, g, 0);
            store(panel->scales, s.scale[0]);
            if constexpr (traits.halves) {
                store(panel->secondScales, s.scale[1]);
            }
            if constexpr (traits.minimums) {
                store(panel->offsets, s.offset[1]);
            }
            if constexpr (traits.halves && traits.minimums) {
                store(panel->firstOffsets, s.offset[0] - s.offset[1]);
            }
        }
    }
}

void unpackInt8(void *panel, Packing packing, const std::byte *strip, int blocks)
{
    withPacking(packing, [&](auto known) { unpackBlocksInt8<known.packing>(panel, strip, blocks); });
}

} // namespace

void useVnni(Kernels &kernels)
{
    kernels.name = "AVX-512 VNNI";
    kernels.rowsInt8 = rowsWith<VnniDot>;
    kernels.int8Tile = kInt8Tile;
    kernels.unpackInt8 = unpackInt8;
    kernels.productInt8 = productInt8;
}

} // namespace engine::cpu
