#pragma once

#include "engine/backend/cpu/packed_matrix.h"

namespace engine::cpu {

/// Products of rows with weight matrices. Few rows: each strip of weights is read once and multiplied with
/// all rows as it lies. Many rows: each strip is unpacked once into a panel, which all rows meet in tiles. No
/// sum is ever cut between threads, so their number does not matter.
class Matmul
{
public:
    Matmul(const Kernels &kernels, ThreadPool &pool);

    /// out = in · Wᵀ + bias, or out += with `accumulate`; bias may be empty.
    void linear(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate);

private:
    /// What a segment's weights and the rows that meet them become. Weights that are not quantised keep their
    /// digits.
    enum class Way { Float, Bfloat, Int8 };
    Way wayOf(const Segment &segment) const;
    int tileOf(Way way) const;

    void fewRows(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate);
    void rowsOfStrip(float *sums, const PackedMatrix &w, int strip, Rows in, int thread);

    void manyRows(Rows out, const PackedMatrix &w, Rows in, std::span<const float> bias, bool accumulate);
    void prepareInt8(Rows in);
    void stripTimesTiles(Rows out, const PackedMatrix &w, int strip, std::span<const float> bias,
                         bool accumulate, int thread);
    void panelOfStrip(void *panel, const PackedMatrix &w, int strip, int first, int depth, int thread);
    void product(float *c, std::ptrdiff_t ldc, const void *panel, const Segment &segment, int tile, int first,
                 int depth, int inputs, int tokens, bool add);

    const Kernels &m_kernels;
    ThreadPool &m_pool;
    Scratch m_int8; ///< few rows as Int8Blocks
    Scratch m_int8Tiles;
    Scratch m_floatTiles;
    Scratch m_bfloatTiles;
    std::vector<Scratch> m_panels; ///< one a thread
    std::vector<Scratch> m_rows;   ///< one a thread: a strip as floats, or a row as Int8Blocks
};

} // namespace engine::cpu
