#include "engine/backend/cpu/matmul.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace engine::cpu {

namespace {

constexpr int kDepth = 4096; ///< inputs of a panel: it stays in the second-level cache
constexpr std::size_t kBytesOfWork = std::size_t{48} << 10; ///< weights a thread claims at once with few rows

constexpr int kMostTile = 32; ///< rows of any kernel's tile

int tilesOf(int rows, int tile)
{
    return (rows + tile - 1) / tile;
}

} // namespace

Matmul::Matmul(const Kernels &kernels, ThreadPool &pool)
    : m_kernels(kernels)
    , m_pool(pool)
    , m_panels(static_cast<std::size_t>(pool.threads()))
    , m_rows(static_cast<std::size_t>(pool.threads()))
{
}

void Matmul::linear(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate)
{
    assert(in.columns == w.inputs && out.columns == w.outputs && in.rows == out.rows);
    assert(bias.empty() || static_cast<int>(bias.size()) == w.outputs);
    if (out.rows <= kRowTokens) {
        fewRows(out, w, in, bias, accumulate);
    } else {
        manyRows(out, w, in, bias, accumulate);
    }
}

void Matmul::fewRows(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate)
{
    const auto inInt8 = [](const Segment &s) { return s.packing && s.quantised(); };
    if (std::any_of(w.segments().begin(), w.segments().end(), inInt8)) {
        const int blocks = w.inputs / kBlock;
        auto *int8 =
            m_int8.take<Int8Block>(static_cast<std::size_t>(blocks) * static_cast<std::size_t>(in.rows));
        for (int t = 0; t < in.rows; ++t) {
            m_kernels.quantize(int8 + static_cast<std::ptrdiff_t>(t) * blocks,
                               in.data + static_cast<std::ptrdiff_t>(t) * in.stride, w.inputs);
        }
    }
    const std::size_t stripBytes = std::max<std::size_t>(w.segments().front().stripBytes, 1);
    const int grain = static_cast<int>(std::max<std::size_t>(1, kBytesOfWork / stripBytes));
    m_pool.parallelFor(w.strips(), grain, [&](int begin, int end, int thread) {
        float sums[kRowTokens * kLanes];
        for (int strip = begin; strip < end; ++strip) {
            rowsOfStrip(sums, w, strip, in, thread);
            const Segment &segment = w.segmentOf(strip);
            const int local = strip - segment.firstStrip;
            const int first = segment.firstOutput + local * kLanes;
            const int count = segment.rowsOfStrip(local);
            for (int t = 0; t < out.rows; ++t) {
                float *to = out.data + static_cast<std::ptrdiff_t>(t) * out.stride + first;
                const float *sum = sums + t * kLanes;
                for (int i = 0; i < count; ++i) {
                    const float value = accumulate ? to[i] + sum[i] : sum[i];
                    to[i] = bias.empty() ? value : value + bias[static_cast<std::size_t>(first + i)];
                }
            }
        }
    });
}

void Matmul::rowsOfStrip(float *sums, const PackedMatrix &w, int strip, Rows in, int thread)
{
    const Segment &segment = w.segmentOf(strip);
    const int local = strip - segment.firstStrip;
    if (segment.packing && segment.quantised()) {
        const int blocks = w.inputs / kBlock;
        const auto *int8 = m_int8.take<Int8Block>(0);
        m_kernels.rowsInt8(sums, *segment.packing, segment.strip(local), blocks, int8, blocks, in.rows);
    } else if (segment.packing) {
        m_kernels.rowsFloat(sums, *segment.packing, segment.strip(local), w.inputs, in.data, in.stride,
                            in.rows);
    } else {
        const auto inputs = static_cast<std::size_t>(w.inputs);
        auto *rows = m_rows[static_cast<std::size_t>(thread)].take<float>(inputs * kLanes);
        w.rowsOf(segment, strip, rows);
        for (int t = 0; t < in.rows; ++t) {
            for (int i = 0; i < kLanes; ++i) {
                sums[t * kLanes + i] =
                    m_kernels.dot(rows + static_cast<std::size_t>(i) * inputs,
                                  in.data + static_cast<std::ptrdiff_t>(t) * in.stride, w.inputs);
            }
        }
    }
}

Matmul::Way Matmul::wayOf(const Segment &segment) const
{
    if (segment.packing) {
        return segment.quantised() && m_kernels.int8Tile > 0 ? Way::Int8 : Way::Float;
    }
    return m_kernels.bfloatTile > 0 ? Way::Bfloat : Way::Float;
}

int Matmul::tileOf(Way way) const
{
    return way == Way::Int8     ? m_kernels.int8Tile
           : way == Way::Bfloat ? m_kernels.bfloatTile
                                : m_kernels.floatTile;
}

void Matmul::manyRows(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate)
{
    const auto any = [&](Way way) {
        return std::any_of(w.segments().begin(), w.segments().end(),
                           [&](const Segment &s) { return wayOf(s) == way; });
    };
    const auto prepare = [&](Scratch &scratch, auto type, int tile, const auto &interleave) {
        using Element = decltype(type);
        const std::size_t tileValues = static_cast<std::size_t>(w.inputs) * static_cast<std::size_t>(tile);
        auto *tiles = scratch.take<Element>(tileValues * static_cast<std::size_t>(tilesOf(in.rows, tile)));
        m_pool.parallelFor(tilesOf(in.rows, tile), 1, [&](int begin, int end, int) {
            for (int i = begin; i < end; ++i) {
                interleave(tiles + tileValues * static_cast<std::size_t>(i), tile,
                           in.data + static_cast<std::ptrdiff_t>(i) * tile * in.stride, in.stride,
                           std::min(tile, in.rows - i * tile), w.inputs);
            }
        });
    };
    if (any(Way::Bfloat)) {
        prepare(m_bfloatTiles, std::uint16_t{}, m_kernels.bfloatTile, m_kernels.interleaveBfloat);
    }
    if (any(Way::Float)) {
        prepare(m_floatTiles, float{}, m_kernels.floatTile, m_kernels.interleaveFloat);
    }
    if (any(Way::Int8)) {
        prepareInt8(in);
    }
    m_pool.parallelFor(w.strips(), 1, [&](int begin, int end, int thread) {
        for (int strip = begin; strip < end; ++strip) {
            stripTimesTiles(out, w, strip, bias, accumulate, thread);
        }
    });
}

/// Rows as whole numbers, then tile by tile: see Kernels::productInt8.
void Matmul::prepareInt8(Rows in)
{
    const int tile = m_kernels.int8Tile;
    const int blocks = in.columns / kBlock;
    const int tiles = tilesOf(in.rows, tile);
    const std::size_t tileBytes = sizeof(Int8Block) * static_cast<std::size_t>(blocks * tile);
    auto *to = m_int8Tiles.take<std::byte>(tileBytes * static_cast<std::size_t>(tiles));
    m_pool.parallelFor(tiles, 1, [&](int begin, int end, int thread) {
        auto *row =
            m_rows[static_cast<std::size_t>(thread)].take<Int8Block>(static_cast<std::size_t>(blocks));
        for (int i = begin * tile; i < std::min(end * tile, in.rows); ++i) {
            m_kernels.quantize(row, in.data + static_cast<std::ptrdiff_t>(i) * in.stride, in.columns);
            std::byte *block = to + tileBytes * static_cast<std::size_t>(i / tile);
            const auto lane = static_cast<std::size_t>(i % tile);
            const auto lanes = static_cast<std::size_t>(tile);
            for (int b = 0; b < blocks; ++b, block += sizeof(Int8Block) * lanes) {
                std::memcpy(block + lane * 4, &row[b].scale, 4);
                std::memcpy(block + (lanes + lane) * 4, &row[b].sum, 4);
                std::memcpy(block + (2 * lanes + lane) * 4, &row[b].firstSum, 4);
                for (std::size_t j = 0; j < kBlock / 4; ++j) {
                    std::memcpy(block + ((3 + j) * lanes + lane) * 4, row[b].values + 4 * j, 4);
                }
            }
        }
    });
}

void Matmul::panelOfStrip(void *panel, const PackedMatrix &w, int strip, int first, int depth, int thread)
{
    const Segment &segment = w.segmentOf(strip);
    const Way way = wayOf(segment);
    if (segment.packing) {
        const std::byte *packed = segment.strip(strip - segment.firstStrip);
        if (way == Way::Int8) {
            m_kernels.unpackInt8(panel, *segment.packing, packed, depth / kBlock);
        } else {
            m_kernels.unpackFloat(static_cast<float *>(panel), *segment.packing, packed, first, depth);
        }
        return;
    }
    Scratch &scratch = m_rows[static_cast<std::size_t>(thread)];
    auto *rows = scratch.take<float>(static_cast<std::size_t>(w.inputs) * kLanes);
    if (first == 0) {
        w.rowsOf(segment, strip, rows);
    }
    if (way == Way::Bfloat) {
        m_kernels.interleaveBfloat(static_cast<std::uint16_t *>(panel), kLanes, rows + first, w.inputs,
                                   kLanes, depth);
    } else {
        m_kernels.interleaveFloat(static_cast<float *>(panel), kLanes, rows + first, w.inputs, kLanes, depth);
    }
}

/// One panel times one tile of rows.
void Matmul::product(float *c, std::ptrdiff_t ldc, const void *panel, const Segment &segment, int tile,
                     int first, int depth, int inputs, int tokens, bool add)
{
    const Way way = wayOf(segment);
    const auto values = static_cast<std::size_t>(tileOf(way));
    const std::size_t at = (static_cast<std::size_t>(tile) * static_cast<std::size_t>(inputs) +
                            static_cast<std::size_t>(first)) *
                           values;
    if (way == Way::Int8) {
        m_kernels.productInt8(c, ldc, panel, *segment.packing,
                              m_int8Tiles.take<std::byte>(0) + at / kBlock * sizeof(Int8Block),
                              depth / kBlock, tokens, add);
    } else if (way == Way::Bfloat) {
        m_kernels.productBfloat(c, ldc, static_cast<const std::uint16_t *>(panel),
                                m_bfloatTiles.take<std::uint16_t>(0) + at, depth, tokens, add);
    } else {
        m_kernels.productFloat(c, ldc, static_cast<const float *>(panel), m_floatTiles.take<float>(0) + at,
                               tileOf(way), depth, tokens, add);
    }
}

void Matmul::stripTimesTiles(Rows out, const PackedMatrix &w, int strip, std::span<const float> bias,
                             bool accumulate, int thread)
{
    const Segment &segment = w.segmentOf(strip);
    const Way way = wayOf(segment);
    const int tile = tileOf(way);
    const int local = strip - segment.firstStrip;
    const int firstOutput = segment.firstOutput + local * kLanes;
    const int count = segment.rowsOfStrip(local);
    const bool direct = count == kLanes;
    const int deepest = way == Way::Int8 ? w.inputs : std::min(kDepth, w.inputs); // bytes need no cut
    auto *panel =
        m_panels[static_cast<std::size_t>(thread)].take<float>(static_cast<std::size_t>(deepest) * kLanes);
    const float *biases = bias.empty() ? nullptr : bias.data() + firstOutput;
    for (int first = 0; first < w.inputs; first += deepest) {
        const int depth = std::min(deepest, w.inputs - first);
        panelOfStrip(panel, w, strip, first, depth, thread);
        const bool add = accumulate || first > 0;
        const bool addBias = biases && first + depth == w.inputs;
        for (int i = 0; i < tilesOf(out.rows, tile); ++i) {
            const int tokens = std::min(tile, out.rows - i * tile);
            float *to = out.data + static_cast<std::ptrdiff_t>(i) * tile * out.stride + firstOutput;
            float part[kMostTile * kLanes];
            product(direct ? to : part, direct ? out.stride : kLanes, panel, segment, i, first, depth,
                    w.inputs, tokens, direct && add);
            for (int t = 0; t < tokens && (addBias || !direct); ++t) {
                float *row = to + static_cast<std::ptrdiff_t>(t) * out.stride;
                for (int lane = 0; lane < count; ++lane) {
                    const float before = direct || add ? row[lane] : 0.0f;
                    const float sum = direct ? 0.0f : part[t * kLanes + lane];
                    row[lane] = before + sum + (addBias ? biases[lane] : 0.0f);
                }
            }
        }
    }
}

} // namespace engine::cpu
