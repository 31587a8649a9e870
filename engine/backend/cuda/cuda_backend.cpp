#include "engine/backend/cuda/cuda_backend.h"

#include "engine/backend/cuda/kernels/matmul.h"
#include "engine/backend/cuda/kv_page.h"
#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/with_packing.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace engine::cuda {

namespace {

class MemoryBuffer final : public Buffer
{
public:
    MemoryBuffer(DeviceMemory memory, std::int64_t floats)
        : Buffer(memory.as<float>(), floats)
        , m_memory(std::move(memory))
    {
    }

private:
    DeviceMemory m_memory;
};

DeviceRows rowsOf(Rows rows)
{
    return {rows.data, rows.columns, rows.stride};
}

int divided(int count, int by)
{
    return (count + by - 1) / by;
}

} // namespace

CudaBackend::CudaBackend(std::shared_ptr<Runtime> runtime)
    : m_runtime(std::move(runtime))
{
}

std::string CudaBackend::name() const
{
    return "CUDA (" + m_runtime->name() + ")";
}

void CudaBackend::keep(const Error &error)
{
    if (!m_failure) {
        m_failure = error;
    }
}

Result<void> CudaBackend::status()
{
    if (auto done = m_runtime->status(); !done) {
        keep(done.error());
    }
    if (m_failure) {
        const Error error = *m_failure;
        m_failure.reset();
        return tl::unexpected(error);
    }
    return {};
}

std::byte *CudaBackend::scratch(DeviceMemory &memory, std::size_t bytes)
{
    if (memory.bytes() < bytes) {
        memory = DeviceMemory(); // first the old one goes
        auto larger = DeviceMemory::allocate(m_runtime, bytes + bytes / 4);
        if (!larger) {
            keep(larger.error());
            return nullptr;
        }
        memory = *std::move(larger);
    }
    return memory.as();
}

Result<std::unique_ptr<Buffer>> CudaBackend::allocate(std::int64_t floats)
{
    if (floats < 0 || floats > std::numeric_limits<std::int64_t>::max() / 8) {
        return fail(ErrorCode::OutOfMemory, "a buffer of impossible size");
    }
    ASSIGN_OR_RETURN(
        DeviceMemory memory,
        DeviceMemory::allocate(m_runtime, std::size_t(std::max<std::int64_t>(floats, 1)) * sizeof(float)));
    return std::unique_ptr<Buffer>(std::make_unique<MemoryBuffer>(std::move(memory), floats));
}

Result<std::unique_ptr<WeightMatrix>> CudaBackend::upload(std::span<const Tensor *const> stacked)
{
    ASSIGN_OR_RETURN(auto matrix, DeviceMatrix::upload(stacked, m_runtime));
    return std::unique_ptr<WeightMatrix>(std::move(matrix));
}

Result<std::unique_ptr<Buffer>> CudaBackend::uploadVector(const Tensor &tensor)
{
    std::vector<float> values(std::size_t(tensor.rows() * tensor.columns()));
    if (auto done = dequantize(tensor.type, tensor.data, values); !done) {
        return fail(done.error().code, tensor.name + ": " + done.error().detail);
    }
    ASSIGN_OR_RETURN(auto buffer, allocate(std::int64_t(values.size())));
    write(buffer->data(), values);
    return buffer;
}

Result<std::shared_ptr<KvPage>> CudaBackend::allocateKvPage(const KvShape &shape)
{
    return CudaKvPage::make(shape, m_runtime);
}

void CudaBackend::copyKvPage(KvPage &to, const KvPage &from)
{
    assert(to.shape() == from.shape());
    m_runtime->copy(static_cast<CudaKvPage &>(to).data(), static_cast<const CudaKvPage &>(from).data(),
                    from.bytes());
}

void CudaBackend::readKvPage(std::vector<std::byte> &to, const KvPage &from)
{
    to.resize(from.bytes());
    m_runtime->download(to.data(), static_cast<const CudaKvPage &>(from).data(), to.size());
}

Result<void> CudaBackend::writeKvPage(KvPage &to, std::span<const std::byte> from)
{
    if (from.size() != to.bytes()) {
        return fail(ErrorCode::Damaged, "a page of " + std::to_string(to.bytes()) + " bytes can not hold " +
                                            std::to_string(from.size()));
    }
    m_runtime->upload(static_cast<CudaKvPage &>(to).data(), from.data(), from.size());
    return {};
}

std::uint32_t CudaBackend::kvLayoutVersion() const
{
    return kKvLayoutVersion;
}

void CudaBackend::write(float *to, std::span<const float> from)
{
    m_runtime->upload(to, from.data(), from.size_bytes());
}

void CudaBackend::read(std::span<float> to, const float *from)
{
    m_runtime->download(to.data(), from, to.size_bytes());
}

void CudaBackend::embed(Rows out, const WeightMatrix &table, std::span<const TokenId> tokens, float scale)
{
    const int *ids = list(m_indices, tokens);
    if (!ids || out.rows == 0) {
        return;
    }
    launch(*m_runtime, {out.rows}, kRowThreads, fillRows, rowsOf(out), 0.0f);
    for (const DeviceSegment &s : static_cast<const DeviceMatrix &>(table).segments) {
        withPacking(s.packing, [&](auto known) {
            launch(*m_runtime, {out.rows}, kRowThreads, embedRows<decltype(known)::packing>, rowsOf(out),
                   s.strips.front().as(), s.stripBytes, s.firstOutput, s.outputs, ids, scale);
        });
    }
}

void CudaBackend::norm(Rows out, Rows in, const NormWeights &w)
{
    if (in.rows > 0) {
        launch(*m_runtime, {in.rows}, kRowThreads, normRows, rowsOf(out), rowsOf(in), in.columns,
               w.weight.data(), w.bias.empty() ? nullptr : w.bias.data(), w.epsilon, w.kind);
    }
}

void CudaBackend::headNorm(Rows x, int heads, const NormWeights &w)
{
    if (x.rows > 0) {
        launch(*m_runtime, {x.rows, heads}, 64, normRows, rowsOf(x), rowsOf(x), x.columns / heads,
               w.weight.data(), w.bias.empty() ? nullptr : w.bias.data(), w.epsilon, w.kind);
    }
}

bool CudaBackend::quantize(QuantizedRows &to, Rows in, int members, int memberStep, int inputs)
{
    const std::size_t rows = std::size_t(in.rows) * std::size_t(members);
    std::byte *values = scratch(m_values, rows * std::size_t(inputs));
    std::byte *scales = scratch(m_scales, rows * std::size_t(inputs / kBlock) * sizeof(float));
    if (!values || !scales) {
        return false;
    }
    auto *words = reinterpret_cast<std::uint32_t *>(values);
    auto *floats = reinterpret_cast<float *>(scales);
    launch(*m_runtime, {in.rows, members}, kRowThreads, quantizeRows, words, floats, in.data, in.stride,
           members, memberStep, inputs);
    to = {words, floats};
    return true;
}

void CudaBackend::multiplyRows(const DeviceSegment &s, ProductArguments a)
{
    a.members = s.table.as<const std::byte *const>();
    a.ids = s.ids.as<const int>();
    a.stripBytes = s.stripBytes;
    a.outputs = s.outputs;
    a.out += s.firstOutput;
    a.bias = a.bias ? a.bias + s.firstOutput : nullptr;
    const int strips = divided(s.outputs, cpu::kLanes);
    withPacking(s.packing, [&](auto known) {
        constexpr cpu::Packing packing = decltype(known)::packing;
        const Grid grid{divided(strips, stripsPerBlock<packing>()), s.members};
        const bool single = a.rows == 1;
        if constexpr (isFloat(packing)) {
            launch(*m_runtime, grid, kProductWarps * 32,
                   single ? multiplyFloats<packing, 1> : multiplyFloats<packing, kProductRows>, a);
        } else {
            launch(*m_runtime, grid, kProductWarps * 32,
                   single ? multiplyQuantized<packing, 1> : multiplyQuantized<packing, kProductRows>, a);
        }
    });
}

void CudaBackend::multiplyMany(const DeviceSegment &s, Rows out, Rows in, const float *bias, bool accumulate)
{
    TileArguments a;
    a.strips = s.strips.front().as();
    a.stripBytes = s.stripBytes;
    a.inputs = in.columns;
    a.outputs = s.outputs;
    a.rows = in.rows;
    a.x = m_values.as<const std::uint32_t>();
    a.xScales = m_scales.as<const float>();
    a.out = out.data + s.firstOutput;
    a.outStride = out.stride;
    a.bias = bias ? bias + s.firstOutput : nullptr;
    a.accumulate = accumulate;
    withPacking(s.packing, [&](auto known) {
        constexpr cpu::Packing packing = decltype(known)::packing;
        if constexpr (!isFloat(packing)) {
            const int strips = divided(s.outputs, cpu::kLanes);
            launch(*m_runtime, {divided(strips, kTileStrips), divided(in.rows, kTileRows)}, kTileStrips * 32,
                   multiplyTiles<packing>, a);
        }
    });
}

void CudaBackend::linear(Rows out, const WeightMatrix &w, Rows in, std::span<const float> bias,
                         bool accumulate)
{
    const auto &matrix = static_cast<const DeviceMatrix &>(w);
    if (in.rows == 0) {
        return;
    }
    const float *biases = bias.empty() ? nullptr : bias.data();
    const auto quantised = [](const DeviceSegment &s) { return !isFloat(s.packing); };
    const bool many = in.rows > kProductRows;
    QuantizedRows x;
    if (std::ranges::any_of(matrix.segments, quantised)) {
        if (many) {
            std::byte *halves = scratch(m_values, std::size_t(in.rows) * std::size_t(in.columns) * 2);
            std::byte *scales = scratch(m_scales, std::size_t(in.rows) * sizeof(float));
            if (!halves || !scales) {
                return;
            }
            launch(*m_runtime, {in.rows}, kRowThreads, toHalves, reinterpret_cast<std::uint32_t *>(halves),
                   reinterpret_cast<float *>(scales), in.data, in.stride, in.columns);
        } else if (!quantize(x, in, 1, 0, in.columns)) {
            return;
        }
    }
    for (const DeviceSegment &s : matrix.segments) {
        if (many && quantised(s)) {
            multiplyMany(s, out, in, biases, accumulate);
            continue;
        }
        ProductArguments a;
        a.inputs = in.columns;
        a.rows = in.rows;
        a.x = x;
        a.xs = in.data;
        a.xRowStep = quantised(s) ? 1 : in.stride;
        a.out = out.data;
        a.outStride = out.stride;
        a.bias = biases;
        a.accumulate = accumulate;
        multiplyRows(s, a);
    }
}

void CudaBackend::gate(Rows out, Rows in, Activation activation)
{
    if (out.rows > 0) {
        launch(*m_runtime, {out.rows}, kRowThreads, gateRows, rowsOf(out), rowsOf(in), activation);
    }
}

void CudaBackend::activate(Rows x, Activation activation)
{
    if (x.rows > 0) {
        launch(*m_runtime, {x.rows}, kRowThreads, activateRows, rowsOf(x), activation);
    }
}

void CudaBackend::add(Rows x, Rows y)
{
    if (x.rows > 0) {
        launch(*m_runtime, {x.rows}, kRowThreads, addRows, rowsOf(x), rowsOf(y));
    }
}

void CudaBackend::rope(Rows x, int heads, std::span<const std::int32_t> positions, const RopeParameters &rope)
{
    const std::int32_t *places = list(m_indices, positions);
    if (places && x.rows > 0) {
        launch(*m_runtime, {x.rows}, kRowThreads, rotateRows, rowsOf(x), heads, places, rope.kind,
               rope.frequencies.data(), int(rope.frequencies.size()), rope.magnitude);
    }
}

void CudaBackend::pool(Rows out, Rows in, std::span<const int> lengths, Pooling pooling, bool normalize)
{
    std::vector<int> begins{0};
    for (const int length : lengths) {
        begins.push_back(begins.back() + length);
    }
    const int *places = list(m_indices, std::span<const int>(begins));
    if (places && out.rows > 0) {
        launch(*m_runtime, {out.rows}, kRowThreads, poolRows, rowsOf(out), rowsOf(in), places, pooling,
               normalize);
    }
}

void CudaBackend::copyHeads(Rows out, Rows in, int heads, int count)
{
    if (in.rows > 0) {
        launch(*m_runtime, {in.rows, heads}, 64, copyHeadRows, rowsOf(out), out.columns / heads, rowsOf(in),
               in.columns / heads, count);
    }
}

void CudaBackend::scaleBySigmoid(Rows x, Rows logits)
{
    if (x.rows > 0) {
        launch(*m_runtime, {x.rows}, kRowThreads, scaleRowsBySigmoid, rowsOf(x), rowsOf(logits));
    }
}

} // namespace engine::cuda
