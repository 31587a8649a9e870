#include "engine/backend/cpu/packed_matrix.h"

#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace engine::cpu {

namespace {

std::optional<Packing> packingOf(TensorType type)
{
    switch (type) {
    case TensorType::F32:
        return Packing::F32;
    case TensorType::F16:
        return Packing::F16;
    case TensorType::BF16:
        return Packing::BF16;
    case TensorType::Q4_0:
        return Packing::Q4_0;
    case TensorType::Q4_1:
        return Packing::Q4_1;
    case TensorType::Q8_0:
        return Packing::Q8_0;
    default:
        return std::nullopt;
    }
}

/// Bytes of scales and minimums of a row's block, and of its whole numbers.
struct BlockParts
{
    std::size_t header;
    std::size_t numbers;
};

BlockParts partsOf(Packing packing)
{
    switch (packing) {
    case Packing::Q4_0:
        return {2, 16};
    case Packing::Q4_1:
        return {4, 16};
    default:
        return {2, 32};
    }
}

void packElements(std::byte *strip, const std::byte *rows, std::size_t rowBytes, int count, std::size_t size)
{
    const std::size_t inputs = rowBytes / size;
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(count); ++lane) {
        const std::byte *from = rows + lane * rowBytes;
        for (std::size_t k = 0; k < inputs; ++k) {
            std::memcpy(strip + (k * kLanes + lane) * size, from + k * size, size);
        }
    }
}

/// Both layouts keep a block's bytes; 2-byte scales and 4-byte groups of numbers change places.
void packBlocks(std::byte *strip, const std::byte *rows, std::size_t rowBytes, int count, Packing packing)
{
    const auto [header, numbers] = partsOf(packing);
    const std::size_t blockBytes = header + numbers;
    const std::uint32_t bias = packing == Packing::Q8_0 ? 0x80808080u : 0;
    for (std::size_t block = 0; block < rowBytes / blockBytes; ++block) {
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(count); ++lane) {
            const std::byte *from = rows + lane * rowBytes + block * blockBytes;
            std::byte *to = strip + block * blockBytes * kLanes;
            for (std::size_t i = 0; i < header; i += 2) {
                std::memcpy(to + i * kLanes + lane * 2, from + i, 2);
            }
            for (std::size_t i = 0; i < numbers; i += 4) {
                std::uint32_t four;
                std::memcpy(&four, from + header + i, 4);
                four ^= bias;
                std::memcpy(to + (header + i) * kLanes + lane * 4, &four, 4);
            }
        }
    }
}

void packStrip(std::byte *strip, const std::byte *rows, std::size_t rowBytes, int count, Packing packing)
{
    switch (packing) {
    case Packing::F32:
        return packElements(strip, rows, rowBytes, count, 4);
    case Packing::F16:
    case Packing::BF16:
        return packElements(strip, rows, rowBytes, count, 2);
    default:
        return packBlocks(strip, rows, rowBytes, count, packing);
    }
}

/// Bytes of one row of a strip brought back to the file's order.
void unpackRow(std::byte *row, const std::byte *strip, std::size_t rowBytes, std::size_t lane,
               Packing packing)
{
    if (packing <= Packing::BF16) {
        const std::size_t size = packing == Packing::F32 ? 4 : 2;
        for (std::size_t k = 0; k < rowBytes / size; ++k) {
            std::memcpy(row + k * size, strip + (k * kLanes + lane) * size, size);
        }
        return;
    }
    const auto [header, numbers] = partsOf(packing);
    const std::size_t blockBytes = header + numbers;
    const std::uint32_t bias = packing == Packing::Q8_0 ? 0x80808080u : 0;
    for (std::size_t block = 0; block < rowBytes / blockBytes; ++block) {
        const std::byte *from = strip + block * blockBytes * kLanes;
        std::byte *to = row + block * blockBytes;
        for (std::size_t i = 0; i < header; i += 2) {
            std::memcpy(to + i, from + i * kLanes + lane * 2, 2);
        }
        for (std::size_t i = 0; i < numbers; i += 4) {
            std::uint32_t four;
            std::memcpy(&four, from + (header + i) * kLanes + lane * 4, 4);
            four ^= bias;
            std::memcpy(to + header + i, &four, 4);
        }
    }
}

} // namespace

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
    segment.stripBytes = rowBytes * kLanes;
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
                          segment.row(i * kLanes), rowBytes, segment.rowsOfStrip(i), *segment.packing);
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
    const std::size_t rowBytes = segment.stripBytes / kLanes;
    const std::span values(to, static_cast<std::size_t>(inputs));
    std::vector<std::byte> copy;
    std::span<const std::byte> blocks;
    if (segment.packing) {
        copy.resize(rowBytes);
        unpackRow(copy.data(), segment.strip(local / kLanes), rowBytes,
                  static_cast<std::size_t>(local % kLanes), *segment.packing);
        blocks = copy;
    } else {
        blocks = {segment.row(local), rowBytes};
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
    const auto bytes = segment.stripBytes / kLanes * static_cast<std::size_t>(count);
    const std::span values(to, rowValues * static_cast<std::size_t>(count));
    [[maybe_unused]] const auto known = dequantize(segment.type, {segment.row(local), bytes}, values);
    assert(known);
    std::fill(to + values.size(), to + rowValues * kLanes, 0.0f);
}

} // namespace engine::cpu
