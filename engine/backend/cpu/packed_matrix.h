#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/memory.h"
#include "engine/base/parallel.h"

#include <optional>

namespace engine::cpu {

/// Some consecutive outputs of a matrix that share a type.
struct Segment
{
    TensorType type = TensorType::F32;
    int firstOutput = 0;
    int outputs = 0;
    int firstStrip = 0;
    int strips = 0;
    std::size_t stripBytes = 0; ///< of 16 rows
    std::size_t rowBytes = 0;   ///< of a row in the file

    std::optional<Packing> packing;   ///< empty: rows stay as they are in the file
    std::shared_ptr<std::byte> owned; ///< the strips
    const std::byte *rows = nullptr;  ///< the file's, where nothing is packed; any alignment

    bool quantised() const { return !packing || *packing >= Packing::Q4_0; }

    const std::byte *strip(int index) const
    {
        return owned.get() + stripBytes * static_cast<std::size_t>(index);
    }

    const std::byte *row(int index) const { return rows + rowBytes * static_cast<std::size_t>(index); }

    int rowsOfStrip(int index) const
    {
        return outputs - index * kLanes < kLanes ? outputs - index * kLanes : kLanes;
    }
};

/// A weight matrix in strips of 16 outputs; segments begin on a new strip. Types without a packing of their
/// own are read from the file's mapping, which must outlive the matrix.
class PackedMatrix final : public WeightMatrix
{
public:
    /// Errors: OutOfMemory; Unsupported (names tensor and type); Damaged (shapes that do not fit together).
    static Result<std::unique_ptr<PackedMatrix>> pack(std::span<const Tensor *const> stacked, Arena &arena,
                                                      ThreadPool &pool);

    const std::vector<Segment> &segments() const { return m_segments; }

    int strips() const { return m_strips; }

    const Segment &segmentOf(int strip) const;

    /// One row as floats. @param to  [inputs]
    void row(int output, float *to) const;
    /// The rows of a strip as floats, row by row; for segments without a packing. @param to  [16][inputs]
    void rowsOf(const Segment &segment, int strip, float *to) const;

private:
    Result<void> append(const Tensor &tensor, Arena &arena, ThreadPool &pool);

    std::vector<Segment> m_segments;
    int m_strips = 0;
};

} // namespace engine::cpu
