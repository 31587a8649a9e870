#include "engine/backend/cpu/packed_matrix.h"

#include "engine/backend/cpu/packing.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace engine::cpu {

Result<std::unique_ptr<PackedMatrix>> PackedMatrix::pack(std::span<const Tensor *const> stacked, Arena &arena,
                                                         ThreadPool &pool)
{
    auto matrix = std::make_unique<PackedMatrix>();
    for (const Tensor *tensor : stacked) {
        RETURN_IF_ERROR(matrix->append(*tensor, arena, pool));
    }
    return matrix;
}

Result<void> PackedMatrix::append(const Tensor &tensor, Arena &arena, ThreadPool &pool)
{
    const auto layout = layoutOf(tensor.type);
    float probe[256];
    if (!layout) {
        return fail(ErrorCode::Unsupported, tensor.name + ": unknown type of weights");
    }
    if (layout->blockValues > 256 || tensor.data.size() < static_cast<std::size_t>(layout->blockBytes)) {
        return fail(ErrorCode::Unsupported,
                    tensor.name + ": no weights of type " + std::string(layout->name));
    }
    const auto values = static_cast<std::size_t>(layout->blockValues);
    const auto blockBytes = static_cast<std::size_t>(layout->blockBytes);
    const auto limit = std::numeric_limits<int>::max() / 2;
    if (tensor.columns() > limit || tensor.rows() > limit - outputs || tensor.columns() < 1 ||
        tensor.columns() % layout->blockValues != 0 || (!m_segments.empty() && tensor.columns() != inputs) ||
        static_cast<std::size_t>(tensor.columns()) / values * blockBytes *
                static_cast<std::size_t>(tensor.rows()) !=
            tensor.data.size()) {
        return fail(ErrorCode::Damaged, tensor.name + ": shape does not fit its data or its neighbours");
    }
    if (auto known = dequantize(tensor.type, tensor.data.first(blockBytes), std::span(probe).first(values));
        !known) {
        return fail(known.error().code, tensor.name + ": " + known.error().detail);
    }
    inputs = static_cast<int>(tensor.columns());

    Segment segment;
    segment.type = tensor.type;
    segment.packing = packingOf(tensor.type);
    segment.firstOutput = outputs;
    segment.outputs = static_cast<int>(tensor.rows());
    segment.firstStrip = m_strips;
    segment.strips = (segment.outputs + kLanes - 1) / kLanes;
    const std::size_t rowBytes = static_cast<std::size_t>(inputs) / values * blockBytes;
    segment.rowBytes = rowBytes;
    segment.stripBytes = segment.packing ? stripBytesOf(*segment.packing, inputs) : rowBytes * kLanes;
    segment.rows = tensor.data.data();
    if (segment.packing) {
        segment.owned = arena.take(segment.stripBytes * static_cast<std::size_t>(segment.strips));
        if (!segment.owned) {
            return fail(ErrorCode::OutOfMemory, tensor.name + ": no memory for its weights");
        }
        const int grain =
            static_cast<int>(std::max<std::size_t>(1, (std::size_t{1} << 18) / segment.stripBytes));
        pool.parallelFor(segment.strips, grain, [&](int begin, int end, int) {
            for (int i = begin; i < end; ++i) {
                packStrip(segment.owned.get() + segment.stripBytes * static_cast<std::size_t>(i),
                          *segment.packing, segment.row(i * kLanes), rowBytes, segment.rowsOfStrip(i));
            }
        });
        segment.rows = nullptr;
    }
    outputs += segment.outputs;
    m_strips += segment.strips;
    m_segments.push_back(std::move(segment));
    return {};
}

const Segment &PackedMatrix::segmentOf(int strip) const
{
    std::size_t i = 0;
    while (strip >= m_segments[i].firstStrip + m_segments[i].strips) {
        ++i;
    }
    return m_segments[i];
}

void PackedMatrix::row(int output, float *to) const
{
    const auto holds = [output](const Segment &s) { return output < s.firstOutput + s.outputs; };
    const Segment &segment = *std::find_if(m_segments.begin(), m_segments.end(), holds);
    const int local = output - segment.firstOutput;
    const std::span values(to, static_cast<std::size_t>(inputs));
    std::vector<std::byte> copy;
    std::span<const std::byte> blocks;
    if (segment.packing) {
        copy.resize(segment.rowBytes);
        unpackRow(copy.data(), copy.size(), *segment.packing, segment.strip(local / kLanes), local % kLanes);
        blocks = copy;
    } else {
        blocks = {segment.row(local), segment.rowBytes};
    }
    [[maybe_unused]] const auto known = dequantize(segment.type, blocks, values); // pack() has tried the type
    assert(known);
}

void PackedMatrix::rowsOf(const Segment &segment, int strip, float *to) const
{
    assert(!segment.packing);
    const int local = (strip - segment.firstStrip) * kLanes;
    const auto rowValues = static_cast<std::size_t>(inputs);
    const int count = segment.rowsOfStrip(strip - segment.firstStrip);
    const auto bytes = segment.rowBytes * static_cast<std::size_t>(count);
    const std::span values(to, rowValues * static_cast<std::size_t>(count));
    [[maybe_unused]] const auto known = dequantize(segment.type, {segment.row(local), bytes}, values);
    assert(known);
    std::fill(to + values.size(), to + rowValues * kLanes, 0.0f);
}

} // namespace engine::cpu
