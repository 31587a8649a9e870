#include "engine/backend/cuda/device_matrix.h"

#include "engine/backend/cpu/packing.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace engine::cuda {

namespace {

/// A tensor in the type it will have on the card, with the bytes it owns if they are not the file's.
struct Source
{
    Tensor tensor;
    std::vector<std::byte> owned;
};

Result<void> checkShape(const Tensor &tensor)
{
    const auto layout = layoutOf(tensor.type);
    if (!layout) {
        return fail(ErrorCode::Unsupported, tensor.name + ": unknown type of weights");
    }
    const std::int64_t limit = std::numeric_limits<int>::max() / 2;
    if (tensor.columns() < 1 || tensor.columns() > limit || tensor.rows() > limit ||
        tensor.columns() % layout->blockValues != 0 ||
        std::size_t(tensor.columns() / layout->blockValues) * std::size_t(layout->blockBytes) *
                std::size_t(tensor.rows()) !=
            tensor.data.size()) {
        return fail(ErrorCode::Damaged, tensor.name + ": shape does not fit its data or its neighbours");
    }
    return {};
}

/// @param turned  [rows, columns] becomes [columns, rows]
Result<Source> asHalves(const Tensor &tensor, bool turned)
{
    const auto rows = std::size_t(tensor.rows());
    const auto columns = std::size_t(tensor.columns());
    std::vector<float> values(rows * columns);
    if (auto done = dequantize(tensor.type, tensor.data, values); !done) {
        return fail(done.error().code, tensor.name + ": " + done.error().detail);
    }
    const bool exact = turned && tensor.type != TensorType::F16 && layoutOf(tensor.type)->blockValues == 1;
    const std::size_t size = exact ? 4 : 2;
    Source source;
    source.owned.resize(values.size() * size);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            const float value = values[row * columns + column];
            const std::size_t at = turned ? column * rows + row : row * columns + column;
            const std::uint16_t half = floatToHalf(value);
            std::memcpy(&source.owned[at * size], exact ? static_cast<const void *>(&value) : &half, size);
        }
    }
    source.tensor = {tensor.name, exact ? TensorType::F32 : TensorType::F16, tensor.shape, {}};
    if (turned) {
        source.tensor.shape = {tensor.columns(), tensor.rows()};
    }
    source.tensor.data = source.owned;
    return source;
}

Result<Source> prepare(const Tensor &tensor, bool turned)
{
    RETURN_IF_ERROR(checkShape(tensor));
    if (turned || !cpu::packingOf(tensor.type)) {
        return asHalves(tensor, turned);
    }
    Source source;
    source.tensor = tensor;
    return source;
}

Result<DeviceMemory> uploadStrips(const Tensor &tensor, cpu::Packing packing, std::size_t stripBytes,
                                  const std::shared_ptr<Runtime> &runtime)
{
    const int rows = int(tensor.rows());
    const int strips = (rows + cpu::kLanes - 1) / cpu::kLanes;
    const std::size_t rowBytes = tensor.data.size() / std::size_t(std::max(rows, 1));
    ASSIGN_OR_RETURN(
        DeviceMemory memory,
        DeviceMemory::allocate(runtime, std::max<std::size_t>(stripBytes * std::size_t(strips), 1)));
    constexpr int kAtOnce = 64; // what is staged in plain memory stays small
    std::vector<std::byte> stage;
    for (int first = 0; first < strips; first += kAtOnce) {
        const int count = std::min(kAtOnce, strips - first);
        stage.assign(stripBytes * std::size_t(count), std::byte{0});
        for (int i = 0; i < count; ++i) {
            const int row = (first + i) * cpu::kLanes;
            cpu::packStrip(stage.data() + stripBytes * std::size_t(i), packing,
                           tensor.data.data() + rowBytes * std::size_t(row), rowBytes,
                           std::min(cpu::kLanes, rows - row));
        }
        runtime->upload(memory.as(stripBytes * std::size_t(first)), stage.data(), stage.size());
    }
    return memory;
}

Result<void> append(DeviceSegment &segment, const Tensor &tensor, const std::shared_ptr<Runtime> &runtime)
{
    ASSIGN_OR_RETURN(DeviceMemory memory,
                     uploadStrips(tensor, segment.packing, std::size_t(segment.stripBytes), runtime));
    segment.strips.push_back(std::move(memory));
    return {};
}

template <class T>
Result<DeviceMemory> uploadList(const std::vector<T> &list, const std::shared_ptr<Runtime> &runtime)
{
    ASSIGN_OR_RETURN(DeviceMemory memory,
                     DeviceMemory::allocate(runtime, std::max<std::size_t>(list.size(), 1) * sizeof(T)));
    runtime->upload(memory.as(), list.data(), list.size() * sizeof(T));
    return memory;
}

Result<void> finish(DeviceSegment &segment, const std::vector<int> &ids,
                    const std::shared_ptr<Runtime> &runtime)
{
    std::vector<const std::byte *> addresses;
    for (const DeviceMemory &strips : segment.strips) {
        addresses.push_back(strips.as());
    }
    segment.members = int(addresses.size());
    ASSIGN_OR_RETURN(segment.table, uploadList(addresses, runtime));
    ASSIGN_OR_RETURN(segment.ids, uploadList(ids, runtime));
    return {};
}

DeviceSegment segmentFor(const Tensor &tensor, int firstOutput)
{
    DeviceSegment segment;
    segment.packing = *cpu::packingOf(tensor.type);
    segment.firstOutput = firstOutput;
    segment.outputs = int(tensor.rows());
    segment.stripBytes = std::int64_t(cpu::stripBytesOf(segment.packing, int(tensor.columns())));
    return segment;
}

} // namespace

Result<std::unique_ptr<DeviceMatrix>> DeviceMatrix::upload(std::span<const Tensor *const> stacked,
                                                           const std::shared_ptr<Runtime> &runtime)
{
    auto matrix = std::make_unique<DeviceMatrix>();
    for (const Tensor *tensor : stacked) {
        ASSIGN_OR_RETURN(const Source source, prepare(*tensor, false));
        if (!matrix->segments.empty() && tensor->columns() != matrix->inputs) {
            return fail(ErrorCode::Damaged, tensor->name + ": shape does not fit its data or its neighbours");
        }
        matrix->inputs = int(tensor->columns());
        DeviceSegment segment = segmentFor(source.tensor, matrix->outputs);
        RETURN_IF_ERROR(append(segment, source.tensor, runtime));
        RETURN_IF_ERROR(finish(segment, {0}, runtime));
        matrix->outputs += segment.outputs;
        matrix->segments.push_back(std::move(segment));
    }
    return matrix;
}

Result<std::unique_ptr<DeviceStack>> DeviceStack::upload(std::span<const std::vector<Tensor>> members,
                                                         bool transposed,
                                                         const std::shared_ptr<Runtime> &runtime)
{
    auto stack = std::make_unique<DeviceStack>();
    std::vector<std::vector<int>> ids;
    for (const std::vector<Tensor> &pieces : members) {
        int outputs = 0;
        for (const Tensor &piece : pieces) {
            ASSIGN_OR_RETURN(const Source source, prepare(piece, transposed));
            const Tensor &tensor = source.tensor;
            if (stack->inputs != 0 && tensor.columns() != stack->inputs) {
                return fail(ErrorCode::Damaged, piece.name + ": its shape is not that of its siblings");
            }
            stack->inputs = int(tensor.columns());
            const DeviceSegment wanted = segmentFor(tensor, outputs);
            const auto fits = [&](const DeviceSegment &s) {
                return s.packing == wanted.packing && s.firstOutput == outputs && s.outputs == wanted.outputs;
            };
            auto found = std::find_if(stack->segments.begin(), stack->segments.end(), fits);
            if (found == stack->segments.end()) {
                stack->segments.push_back(segmentFor(tensor, outputs));
                ids.emplace_back();
                found = stack->segments.end() - 1;
            }
            RETURN_IF_ERROR(append(*found, tensor, runtime));
            ids[std::size_t(found - stack->segments.begin())].push_back(stack->count);
            outputs += wanted.outputs;
        }
        if (stack->count > 0 && outputs != stack->outputs) {
            return fail(ErrorCode::Damaged, pieces.front().name + ": its shape is not that of its siblings");
        }
        stack->outputs = outputs;
        ++stack->count;
    }
    for (std::size_t i = 0; i < stack->segments.size(); ++i) {
        RETURN_IF_ERROR(finish(stack->segments[i], ids[i], runtime));
    }
    return stack;
}

} // namespace engine::cuda
