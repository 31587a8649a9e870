#pragma once

#include "engine/backend/cpu/packed_matrix.h"

#include <span>
#include <utility>
#include <vector>

namespace engine::cpu {

/// out = in · Wᵀ + bias, or out += with `accumulate`; bias may be empty.
struct Product
{
    Rows out;
    const PackedMatrix *w = nullptr;
    Rows in;
    std::span<const float> bias = {};
    bool accumulate = false;
};

/// Products of rows with weight matrices. Few rows: each strip of weights is read once and multiplied with
/// all rows as it lies. Many rows: each strip is unpacked once into a panel, which all rows meet in tiles. No
/// sum is ever cut between threads, so their number does not matter.
class Matmul
{
public:
    Matmul(const Kernels &kernels, ThreadPool &pool);

    void run(const Product &product) { run(std::span(&product, 1)); }

    /// Rows that meet quantised weights keep 16 bits of their numbers instead of 8: twice the work where
    /// there are many. Before the first run.
    void keepDigits() { m_rests = true; }

    /// Any number of products in one go: threads take strips of all of them, so that many small matrices
    /// (experts, heads) cost no more than a large one. Their matrices have the same number of inputs.
    void run(std::span<const Product> products);

private:
    /// What a segment's weights and the rows that meet them become. Weights that are not quantised keep their
    /// digits.
    enum class Way { Float, Bfloat, Int8 };
    static constexpr int kWays = 3;

    /// A product, and where what is prepared for it lies among that of the others.
    struct Job
    {
        Product product;
        int firstStrip = 0;
        int firstRow = 0;                    ///< of few rows, in m_int8
        int firstTile[kWays] = {-1, -1, -1}; ///< of many rows; -1: no segment needs them

        bool isFew() const { return product.out.rows <= kRowTokens; }

        int tilesFrom(Way way) const { return firstTile[static_cast<int>(way)]; }
    };

    /// Inputs first .. first + depth - 1 of a strip, and the tile of rows they meet.
    struct PanelTimesTile
    {
        const void *panel;
        const Segment *segment;
        const std::byte *tile; ///< of all inputs
        int first;
        int depth;
        int tokens;
    };

    Way wayOf(const Segment &segment) const;
    int tileOf(Way way) const;

    int plan(std::span<const Product> products); ///< fills m_jobs; returns the strips of all
    void prepareFew();
    void prepareMany();
    std::size_t tileBytes(Way way) const;
    std::size_t int8Bytes() const;
    std::byte *takeTiles(Way way, std::size_t count);
    void prepareTile(Way way, int index, Rows in, int first, int thread);
    void interleaveInt8(std::byte *to, int tile, const float *rows, std::ptrdiff_t stride, int count,
                        int depth, int thread);

    void fewRows(const Job &job, int strip, int thread);
    void rowsOfStrip(float *sums, const Job &job, int strip, int thread);
    void manyRows(const Job &job, int strip, int thread);
    void panelOfStrip(void *panel, const PackedMatrix &w, int strip, int first, int depth, int thread);
    void times(float *c, std::ptrdiff_t ldc, const PanelTimesTile &work, bool add, const float *bias);

    const Kernels &m_kernels;
    ThreadPool &m_pool;
    std::vector<Job> m_jobs;
    std::vector<std::pair<const Job *, int>> m_tiles; ///< those to prepare: a job and its tile
    bool m_rests = false;
    Scratch m_restRows; ///< what m_int8 leaves
    Scratch m_int8;     ///< few rows as Int8Blocks
    Scratch m_tileData[kWays];
    std::vector<Scratch> m_panels; ///< one a thread
    std::vector<Scratch> m_rows;   ///< one a thread: a strip as floats, or a row as Int8Blocks
};

} // namespace engine::cpu
