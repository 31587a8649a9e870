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

/// @return the strips of all products
int Matmul::plan(std::span<const Product> products)
{
    m_jobs.clear();
    int strips = 0;
    int rows = 0;
    int tiles[kWays] = {};
    for (const Product &product : products) {
        const PackedMatrix &w = *product.w;
        assert(product.in.columns == w.inputs && product.out.columns == w.outputs);
        assert(product.in.rows == product.out.rows && w.inputs == products.front().w->inputs);
        assert(product.bias.empty() || static_cast<int>(product.bias.size()) == w.outputs);
        if (product.out.rows == 0) {
            continue;
        }
        Job &job = m_jobs.emplace_back(Job{.product = product, .firstStrip = strips, .firstRow = rows});
        strips += w.strips();
        if (job.isFew()) {
            rows += product.in.rows;
            continue;
        }
        for (const Segment &segment : w.segments()) {
            const Way way = wayOf(segment);
            int &first = job.firstTile[static_cast<int>(way)];
            if (first < 0) {
                first = tiles[static_cast<int>(way)];
                tiles[static_cast<int>(way)] += tilesOf(product.in.rows, tileOf(way));
            }
        }
    }
    return strips;
}

void Matmul::run(std::span<const Product> products)
{
    const int strips = plan(products);
    if (strips == 0) {
        return;
    }
    prepareFew();
    prepareMany();
    // Few rows are done with a strip as soon as it is read; many rows keep a thread busy with one.
    const bool few = std::all_of(m_jobs.begin(), m_jobs.end(), [](const Job &job) { return job.isFew(); });
    const std::size_t stripBytes =
        std::max<std::size_t>(m_jobs.front().product.w->segments().front().stripBytes, 1);
    const int grain = few ? static_cast<int>(std::max<std::size_t>(1, kBytesOfWork / stripBytes)) : 1;
    m_pool.parallelFor(strips, grain, [&](int begin, int end, int thread) {
        const auto after = [](int strip, const Job &job) { return strip < job.firstStrip; };
        auto job = std::upper_bound(m_jobs.begin(), m_jobs.end(), begin, after) - 1;
        for (int strip = begin; strip < end; ++strip) {
            if (strip - job->firstStrip == job->product.w->strips()) {
                ++job;
            }
            if (job->isFew()) {
                fewRows(*job, strip - job->firstStrip, thread);
            } else {
                manyRows(*job, strip - job->firstStrip, thread);
            }
        }
    });
}

void Matmul::prepareFew()
{
    const int inputs = m_jobs.front().product.w->inputs;
    const int blocks = inputs / kBlock;
    const auto meetsInt8 = [](const Job &job) {
        const auto &segments = job.product.w->segments();
        return job.isFew() && std::any_of(segments.begin(), segments.end(),
                                          [](const Segment &s) { return s.packing && s.quantised(); });
    };
    int rows = 0;
    for (const Job &job : m_jobs) {
        rows = meetsInt8(job) ? job.firstRow + job.product.in.rows : rows;
    }
    const auto count = static_cast<std::size_t>(blocks) * static_cast<std::size_t>(rows);
    auto *int8 = m_int8.take<Int8Block>(count);
    auto *rests = m_rests ? m_restRows.take<Int8Rest>(count) : nullptr;
    for (const Job &job : m_jobs) {
        const Rows &in = job.product.in;
        for (int t = 0; meetsInt8(job) && t < in.rows; ++t) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(job.firstRow + t) * blocks;
            m_kernels.quantize(int8 + at, rests ? rests + at : nullptr,
                               in.data + static_cast<std::ptrdiff_t>(t) * in.stride, inputs);
        }
    }
}

/// The tiles of all jobs, way by way.
void Matmul::prepareMany()
{
    for (const Way way : {Way::Float, Way::Bfloat, Way::Int8}) {
        const int tile = tileOf(way);
        m_tiles.clear();
        for (const Job &job : m_jobs) {
            for (int i = 0; job.tilesFrom(way) >= 0 && i < tilesOf(job.product.in.rows, tile); ++i) {
                m_tiles.emplace_back(&job, i);
            }
        }
        if (m_tiles.empty()) {
            continue;
        }
        takeTiles(way, m_tiles.size());
        m_pool.parallelFor(static_cast<int>(m_tiles.size()), 1, [&](int begin, int end, int thread) {
            for (int i = begin; i < end; ++i) {
                const auto [job, index] = m_tiles[static_cast<std::size_t>(i)];
                prepareTile(way, i, job->product.in, index * tile, thread);
            }
        });
    }
}

std::size_t Matmul::tileBytes(Way way) const
{
    const auto values =
        static_cast<std::size_t>(m_jobs.front().product.w->inputs) * static_cast<std::size_t>(tileOf(way));
    return way == Way::Int8     ? values / kBlock * int8Bytes()
           : way == Way::Bfloat ? values * sizeof(std::uint16_t)
                                : values * sizeof(float);
}

/// Of a block of one row in a tile.
std::size_t Matmul::int8Bytes() const
{
    return sizeof(Int8Block) + (m_rests ? sizeof(Int8Rest) : 0);
}

std::byte *Matmul::takeTiles(Way way, std::size_t count)
{
    return m_tileData[static_cast<std::size_t>(way)].take<std::byte>(count * tileBytes(way));
}

/// Rows first .. of `in`, as many as a tile holds.
void Matmul::prepareTile(Way way, int index, Rows in, int first, int thread)
{
    const int tile = tileOf(way);
    const int count = std::min(tile, in.rows - first);
    const float *from = in.data + static_cast<std::ptrdiff_t>(first) * in.stride;
    std::byte *to = takeTiles(way, 0) + tileBytes(way) * static_cast<std::size_t>(index);
    if (way == Way::Float) {
        m_kernels.interleaveFloat(reinterpret_cast<float *>(to), tile, from, in.stride, count, in.columns);
    } else if (way == Way::Bfloat) {
        m_kernels.interleaveBfloat(reinterpret_cast<std::uint16_t *>(to), tile, from, in.stride, count,
                                   in.columns);
    } else {
        interleaveInt8(to, tile, from, in.stride, count, in.columns, thread);
    }
}

/// Rows as whole numbers, side by side: see Kernels::productInt8.
void Matmul::interleaveInt8(std::byte *to, int tile, const float *rows, std::ptrdiff_t stride, int count,
                            int depth, int thread)
{
    const auto blocks = static_cast<std::size_t>(depth / kBlock);
    auto *row = m_rows[static_cast<std::size_t>(thread)].take<Int8Block>(2 * blocks); // room for rests, too
    auto *rest = m_rests ? reinterpret_cast<Int8Rest *>(row + blocks) : nullptr;
    const auto lanes = static_cast<std::size_t>(tile);
    const auto put = [&](std::byte *block, const void *from, std::size_t bytes) {
        for (std::size_t at = 0; at < bytes; at += 4) {
            std::memcpy(block + at * lanes, static_cast<const std::byte *>(from) + at, 4);
        }
    };
    for (int t = 0; t < count; ++t) {
        m_kernels.quantize(row, rest, rows + t * stride, depth);
        std::byte *block = to + static_cast<std::size_t>(t) * 4;
        for (std::size_t b = 0; b < blocks; ++b, block += int8Bytes() * lanes) {
            put(block, row + b, sizeof(Int8Block));
            if (rest) {
                put(block + sizeof(Int8Block) * lanes, rest + b, sizeof(Int8Rest));
            }
        }
    }
}

void Matmul::fewRows(const Job &job, int strip, int thread)
{
    const auto &[out, w, in, bias, accumulate] = job.product;
    float sums[kRowTokens * kLanes];
    rowsOfStrip(sums, job, strip, thread);
    const Segment &segment = w->segmentOf(strip);
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

void Matmul::rowsOfStrip(float *sums, const Job &job, int strip, int thread)
{
    const PackedMatrix &w = *job.product.w;
    const Rows in = job.product.in;
    const Segment &segment = w.segmentOf(strip);
    const int local = strip - segment.firstStrip;
    if (segment.packing && segment.quantised()) {
        const int blocks = w.inputs / kBlock;
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(job.firstRow) * blocks;
        m_kernels.rowsInt8(sums, *segment.packing, segment.strip(local), blocks,
                           m_int8.take<Int8Block>(0) + at,
                           m_rests ? m_restRows.take<Int8Rest>(0) + at : nullptr, blocks, in.rows);
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

void Matmul::manyRows(const Job &job, int strip, int thread)
{
    const auto &[out, w, in, bias, accumulate] = job.product;
    const Segment &segment = w->segmentOf(strip);
    const Way way = wayOf(segment);
    const int tile = tileOf(way);
    const int local = strip - segment.firstStrip;
    const int firstOutput = segment.firstOutput + local * kLanes;
    const int count = segment.rowsOfStrip(local);
    const bool direct = count == kLanes;
    const int deepest = way == Way::Int8 ? w->inputs : std::min(kDepth, w->inputs); // bytes need no cut
    auto *panel =
        m_panels[static_cast<std::size_t>(thread)].take<float>(static_cast<std::size_t>(deepest) * kLanes);
    const std::byte *tiles =
        takeTiles(way, 0) + tileBytes(way) * static_cast<std::size_t>(job.tilesFrom(way));
    for (int first = 0; first < w->inputs; first += deepest) {
        const int depth = std::min(deepest, w->inputs - first);
        panelOfStrip(panel, *w, strip, first, depth, thread);
        const bool add = accumulate || first > 0;
        const float *biases = bias.empty() || first + depth < w->inputs ? nullptr : bias.data() + firstOutput;
        for (int i = 0; i < tilesOf(out.rows, tile); ++i) {
            const PanelTimesTile work{.panel = panel,
                                      .segment = &segment,
                                      .tile = tiles + tileBytes(way) * static_cast<std::size_t>(i),
                                      .first = first,
                                      .depth = depth,
                                      .tokens = std::min(tile, out.rows - i * tile)};
            float *to = out.data + static_cast<std::ptrdiff_t>(i) * tile * out.stride + firstOutput;
            if (direct) {
                times(to, out.stride, work, add, biases);
                continue;
            }
            float part[kMostTile * kLanes];
            times(part, kLanes, work, false, nullptr);
            for (int t = 0; t < work.tokens; ++t) {
                float *row = to + static_cast<std::ptrdiff_t>(t) * out.stride;
                for (int lane = 0; lane < count; ++lane) {
                    const float sum = (add ? row[lane] : 0.0f) + part[t * kLanes + lane];
                    row[lane] = biases ? sum + biases[lane] : sum;
                }
            }
        }
    }
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

void Matmul::times(float *c, std::ptrdiff_t ldc, const PanelTimesTile &work, bool add, const float *bias)
{
    const Way way = wayOf(*work.segment);
    const auto at = static_cast<std::size_t>(work.first) * static_cast<std::size_t>(tileOf(way));
    if (way == Way::Int8) {
        m_kernels.productInt8(c, ldc, work.panel, *work.segment->packing,
                              work.tile + at / kBlock * int8Bytes(), work.depth / kBlock, work.tokens,
                              m_rests, add, bias);
        return;
    }
    if (way == Way::Bfloat) {
        m_kernels.productBfloat(c, ldc, static_cast<const std::uint16_t *>(work.panel),
                                reinterpret_cast<const std::uint16_t *>(work.tile) + at, work.depth,
                                work.tokens, add);
    } else {
        m_kernels.productFloat(c, ldc, static_cast<const float *>(work.panel),
                               reinterpret_cast<const float *>(work.tile) + at, tileOf(way), work.depth,
                               work.tokens, add);
    }
    for (int t = 0; bias && t < work.tokens; ++t) {
        m_kernels.add(c + t * ldc, bias, kLanes);
    }
}

} // namespace engine::cpu
