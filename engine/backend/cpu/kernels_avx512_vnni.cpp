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

/// Lines [from, to) of a group for all tokens.
template <int from, int to, int... t>
inline void dotsOfTile(Indices<t...>, Ints (&whole)[sizeof...(t)], const Int8PanelBlock *panel,
                       const std::int8_t *values)
{
    ((whole[t].v = _mm512_setzero_si512()), ...);
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

/// The same arithmetic as withGroup, operation by operation.
template <bool halves, int... t>
void productOfBlocks(Indices<t...> tokens, float *c, std::ptrdiff_t ldc, const void *panels,
                     const std::byte *x, int blocks, bool add)
{
    const auto *panel = static_cast<const typename PanelOf<halves>::Block *>(panels);
    Floats sums[] = {(static_cast<void>(t), splat(0))...};
    for (int block = 0; block < blocks; ++block, ++panel, x += kInt8Tile * sizeof(Int8Block)) {
        const auto *scales = reinterpret_cast<const float *>(x);
        const float *totals = scales + kInt8Tile;
        const float *firsts = totals + kInt8Tile;
        const auto *values = reinterpret_cast<const std::int8_t *>(firsts + kInt8Tile);
        Ints whole[sizeof...(t)];
        dotsOfTile<0, halves ? 4 : 8>(tokens, whole, panel, values);
        const Floats scale = load(panel->scales);
        ((sums[t] = fma(converted(whole[t]), scale * splat(scales[t]), sums[t])), ...);
        if constexpr (halves) {
            dotsOfTile<4, 8>(tokens, whole, panel, values);
            const Floats second = load(panel->secondScales);
            ((sums[t] = fma(converted(whole[t]), second * splat(scales[t]), sums[t])), ...);
            const Floats more = load(panel->firstOffsets);
            ((sums[t] = fma(more, splat(firsts[t]), sums[t])), ...);
        }
        const Floats offset = load(panel->offsets);
        ((sums[t] = fma(offset, splat(totals[t]), sums[t])), ...);
    }
    if (add) {
        ((sums[t] = load(c + t * ldc) + sums[t]), ...);
    }
    (store(c + t * ldc, sums[t]), ...);
}

template <bool halves, int most>
void productUpTo(float *c, std::ptrdiff_t ldc, const void *panels, const std::byte *x, int blocks, int tokens,
                 bool add)
{
    if (tokens == most) {
        productOfBlocks<halves>(typename IndicesUpTo<most>::Type{}, c, ldc, panels, x, blocks, add);
    } else if constexpr (most > 1) {
        productUpTo<halves, most - 1>(c, ldc, panels, x, blocks, tokens, add);
    }
}

void productInt8(float *c, std::ptrdiff_t ldc, const void *panels, Packing packing, const std::byte *x,
                 int blocks, int tokens, bool add)
{
    if (traitsOf(packing).halves) {
        productUpTo<true, kInt8Tile>(c, ldc, panels, x, blocks, tokens, add);
    } else {
        productUpTo<false, kInt8Tile>(c, ldc, panels, x, blocks, tokens, add);
    }
}

template <Packing packing>
void unpackBlocksInt8(void *panels, const std::byte *strip, int blocks)
{
    constexpr PackingTraits traits = traitsOf(packing);
    auto *panel = static_cast<typename PanelOf<traits.halves>::Block *>(panels);
    for (int done = 0; done < blocks; done += traits.groups, strip += traits.blockBytes()) {
        for (int g = 0; g < traits.groups; ++g, ++panel) {
            linesOf<packing>(panel->numbers, groupOf(traits, strip, g));
            const Scales s = scalesOf<packing>(strip, g, traits.zero);
            store(panel->scales, s.scale[0]);
            store(panel->offsets, s.offset[1]);
            if constexpr (traits.halves) {
                store(panel->secondScales, s.scale[1]);
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
