#include "engine/backend/cpu_backend.h"

#include "engine/backend/cpu/dispatch.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>

namespace engine {

namespace {

constexpr int kValuesOfWork = 1 << 14; ///< fewer are not worth another thread's attention

class RegionBuffer final : public Buffer
{
public:
    RegionBuffer(std::unique_ptr<cpu::Region> region, std::int64_t floats)
        : Buffer(reinterpret_cast<float *>(region->data()), floats)
        , m_region(std::move(region))
    {
    }

private:
    std::unique_ptr<cpu::Region> m_region;
};

float *rowOf(Rows rows, int row)
{
    return rows.data + static_cast<std::ptrdiff_t>(row) * rows.stride;
}

} // namespace

CpuBackend::CpuBackend(const cpu::Kernels &kernels, int threads)
    : m_kernels(kernels)
    , m_pool(threads)
    , m_matmul(kernels, m_pool)
    , m_attention(kernels, m_pool)
    , m_experts(m_matmul, m_pool)
{
}

std::string CpuBackend::name() const
{
    const int threads = m_pool.threads();
    return std::string("CPU (") + m_kernels.name + ", " + std::to_string(threads) +
           (threads == 1 ? " thread)" : " threads)");
}

Result<std::unique_ptr<Buffer>> CpuBackend::allocate(std::int64_t floats)
{
    if (floats < 0 || floats > std::numeric_limits<std::int64_t>::max() / 8) {
        return fail(ErrorCode::OutOfMemory, "a buffer of impossible size");
    }
    auto region =
        cpu::Region::reserve(static_cast<std::size_t>(std::max<std::int64_t>(floats, 1)) * sizeof(float));
    if (!region) {
        return fail(ErrorCode::OutOfMemory, "no memory for " + std::to_string(floats) + " values");
    }
    return std::make_unique<RegionBuffer>(std::move(region), floats);
}

Result<std::unique_ptr<WeightMatrix>> CpuBackend::upload(std::span<const Tensor *const> stacked)
{
    ASSIGN_OR_RETURN(auto matrix, cpu::PackedMatrix::pack(stacked, m_arena, m_pool));
    return std::unique_ptr<WeightMatrix>(std::move(matrix));
}

Result<std::unique_ptr<Buffer>> CpuBackend::uploadVector(const Tensor &tensor)
{
    const std::int64_t values = tensor.rows() * tensor.columns();
    ASSIGN_OR_RETURN(auto buffer, allocate(values));
    if (auto done = dequantize(tensor.type, tensor.data, {buffer->data(), static_cast<std::size_t>(values)});
        !done) {
        return fail(done.error().code, tensor.name + ": " + done.error().detail);
    }
    return buffer;
}

Result<std::shared_ptr<KvPage>> CpuBackend::allocateKvPage(const KvShape &shape)
{
    return cpu::CpuKvPage::make(shape, m_kvPages);
}

void CpuBackend::copyKvPage(KvPage &to, const KvPage &from)
{
    assert(to.shape() == from.shape());
    std::ranges::copy(static_cast<const cpu::CpuKvPage &>(from).data(),
                      static_cast<cpu::CpuKvPage &>(to).data().begin());
}

void CpuBackend::readKvPage(std::vector<std::byte> &to, const KvPage &from)
{
    const auto bytes = static_cast<const cpu::CpuKvPage &>(from).data();
    to.assign(bytes.begin(), bytes.end());
}

Result<void> CpuBackend::writeKvPage(KvPage &to, std::span<const std::byte> from)
{
    const auto bytes = static_cast<cpu::CpuKvPage &>(to).data();
    if (from.size() != bytes.size()) {
        return fail(ErrorCode::Damaged, "a page of " + std::to_string(bytes.size()) + " bytes can not hold " +
                                            std::to_string(from.size()));
    }
    std::ranges::copy(from, bytes.begin());
    return {};
}

std::uint32_t CpuBackend::kvLayoutVersion() const
{
    return cpu::kKvLayoutVersion;
}

void CpuBackend::write(float *to, std::span<const float> from)
{
    std::copy(from.begin(), from.end(), to);
}

void CpuBackend::read(std::span<float> to, const float *from)
{
    std::copy_n(from, to.size(), to.begin());
}

template <class Body>
void CpuBackend::forRows(Rows rows, const Body &body)
{
    const int grain = std::max(1, kValuesOfWork / std::max(rows.columns, 1));
    m_pool.parallelFor(rows.rows, grain, [&body](int begin, int end, int) {
        for (int row = begin; row < end; ++row) {
            body(row);
        }
    });
}

void CpuBackend::embed(Rows out, const WeightMatrix &table, std::span<const TokenId> tokens, float scale)
{
    assert(static_cast<int>(tokens.size()) == out.rows && out.columns == table.inputs);
    const auto &matrix = static_cast<const cpu::PackedMatrix &>(table);
    forRows(out, [&](int row) {
        const TokenId token = tokens[static_cast<std::size_t>(row)];
        float *to = rowOf(out, row);
        if (token < 0 || token >= matrix.outputs) {
            std::fill_n(to, out.columns, 0.0f);
            return;
        }
        matrix.row(token, to);
        if (scale != 1.0f) {
            std::for_each_n(to, out.columns, [scale](float &value) { value *= scale; });
        }
    });
}

void CpuBackend::norm(Rows out, Rows in, const NormWeights &weights)
{
    assert(static_cast<int>(weights.weight.size()) == in.columns && out.rows == in.rows);
    const float *bias = weights.bias.empty() ? nullptr : weights.bias.data();
    forRows(in, [&](int row) {
        m_kernels.norm(rowOf(out, row), rowOf(in, row), weights.weight.data(), bias, in.columns,
                       weights.epsilon, weights.kind);
    });
}

void CpuBackend::linear(Rows out, const WeightMatrix &w, Rows in, std::span<const float> bias,
                        bool accumulate)
{
    m_matmul.run({out, &static_cast<const cpu::PackedMatrix &>(w), in, bias, accumulate});
}

void CpuBackend::gate(Rows out, Rows in, Activation activation)
{
    assert(in.columns == 2 * out.columns && out.rows == in.rows);
    forRows(in, [&](int row) {
        const float *x = rowOf(in, row);
        m_kernels.gate(rowOf(out, row), x, x + out.columns, out.columns, activation);
    });
}

void CpuBackend::activate(Rows x, Activation activation)
{
    forRows(x, [&](int row) { m_kernels.activate(rowOf(x, row), x.columns, activation); });
}

void CpuBackend::add(Rows x, Rows y)
{
    assert(x.rows == y.rows && x.columns == y.columns);
    forRows(x, [&](int row) { m_kernels.add(rowOf(x, row), rowOf(y, row), x.columns); });
}

void CpuBackend::turns(std::span<const std::int32_t> positions, const RopeParameters &rope)
{
    if (rope.magnitude == m_turnMagnitude && std::ranges::equal(positions, m_turnPositions) &&
        std::ranges::equal(rope.frequencies, m_turnFrequencies)) {
        return;
    }
    m_turnMagnitude = rope.magnitude;
    m_turnPositions.assign(positions.begin(), positions.end());
    m_turnFrequencies.assign(rope.frequencies.begin(), rope.frequencies.end());
    m_cosines.resize(positions.size() * rope.frequencies.size());
    m_sines.resize(m_cosines.size());
    std::size_t i = 0;
    for (const std::int32_t position : positions) {
        for (const float frequency : rope.frequencies) {
            const float angle =
                static_cast<float>(position) * frequency; // in float, as the models were trained
            m_cosines[i] = static_cast<float>(std::cos(static_cast<double>(angle))) * rope.magnitude;
            m_sines[i] = static_cast<float>(std::sin(static_cast<double>(angle))) * rope.magnitude;
            ++i;
        }
    }
}

void CpuBackend::rope(Rows x, int heads, std::span<const std::int32_t> positions, const RopeParameters &rope)
{
    assert(static_cast<int>(positions.size()) == x.rows && x.columns % heads == 0);
    const int dimension = x.columns / heads;
    const int pairs = static_cast<int>(rope.frequencies.size());
    assert(2 * pairs == rope.dimensions && rope.dimensions <= dimension);
    turns(positions, rope);
    forRows(x, [&](int row) {
        const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(pairs);
        for (int head = 0; head < heads; ++head) {
            m_kernels.rope(rowOf(x, row) + head * dimension, rope.kind, m_cosines.data() + at,
                           m_sines.data() + at, pairs);
        }
    });
}

void CpuBackend::headNorm(Rows x, int heads, const NormWeights &weights)
{
    const int dimension = x.columns / heads;
    assert(static_cast<int>(weights.weight.size()) == dimension);
    const float *bias = weights.bias.empty() ? nullptr : weights.bias.data();
    forRows(x, [&](int row) {
        for (int head = 0; head < heads; ++head) {
            float *values = rowOf(x, row) + head * dimension;
            m_kernels.norm(values, values, weights.weight.data(), bias, dimension, weights.epsilon,
                           weights.kind);
        }
    });
}

void CpuBackend::storeKv(const KvView &cache, Rows k, Rows v, int first)
{
    m_pool.parallelFor(k.rows, kKvPage, [&](int begin, int end, int) {
        for (int row = begin; row < end; ++row) {
            cpu::storePosition(m_kernels, cache, first + row, rowOf(k, row),
                               v.data ? rowOf(v, row) : nullptr);
        }
    });
}

void CpuBackend::attention(Rows out, Rows q, const KvView &cache, int first, const AttentionParameters &p)
{
    m_attention.causal(out, q, cache, first, p);
}

void CpuBackend::attentionWithin(Rows out, Rows q, Rows k, Rows v, std::span<const int> lengths,
                                 const AttentionParameters &p)
{
    m_attention.within(out, q, k, v, lengths, p);
}

void CpuBackend::pool(Rows out, Rows in, std::span<const int> lengths, Pooling pooling, bool normalize)
{
    assert(static_cast<int>(lengths.size()) == out.rows && out.columns == in.columns);
    int first = 0;
    for (int text = 0; text < out.rows; ++text) {
        const int length = lengths[static_cast<std::size_t>(text)];
        float *to = rowOf(out, text);
        const int begin = pooling == Pooling::Last ? first + std::max(length - 1, 0) : first;
        const int count = pooling == Pooling::Mean ? length : std::min(length, 1);
        double squares = 0;
        for (int column = 0; column < out.columns; ++column) {
            double sum = 0;
            for (int row = begin; row < begin + count; ++row) {
                sum += static_cast<double>(rowOf(in, row)[column]);
            }
            const double mean = count > 0 ? sum / count : 0;
            squares += mean * mean;
            to[column] = static_cast<float>(mean);
        }
        if (normalize && squares > 0) {
            const auto inverse = static_cast<float>(1 / std::sqrt(squares));
            std::for_each_n(to, out.columns, [inverse](float &value) { value *= inverse; });
        }
        first += length;
    }
}

Result<std::unique_ptr<WeightStack>> CpuBackend::uploadStack(std::span<const std::vector<Tensor>> members,
                                                             bool transposed)
{
    ASSIGN_OR_RETURN(auto stack, cpu::MatrixStack::pack(members, transposed, m_arena, m_pool));
    return std::unique_ptr<WeightStack>(std::move(stack));
}

std::unique_ptr<Routes> CpuBackend::makeRoutes()
{
    return std::make_unique<cpu::RouteTable>();
}

void CpuBackend::route(Routes &routes, Rows logits, const RouteParameters &p)
{
    static_cast<cpu::RouteTable &>(routes).fill(logits, p);
}

void CpuBackend::spread(Rows out, Rows in, const Routes &routes)
{
    m_experts.spread(out, in, static_cast<const cpu::RouteTable &>(routes));
}

void CpuBackend::linearExperts(Rows out, const WeightStack &w, Rows in, const Routes &routes)
{
    m_experts.linear(out, static_cast<const cpu::MatrixStack &>(w), in,
                     static_cast<const cpu::RouteTable &>(routes));
}

void CpuBackend::gather(Rows out, Rows in, const Routes &routes)
{
    m_experts.gather(out, in, static_cast<const cpu::RouteTable &>(routes));
}

void CpuBackend::linearHeads(Rows out, const WeightStack &w, Rows in)
{
    m_experts.heads(out, static_cast<const cpu::MatrixStack &>(w), in);
}

void CpuBackend::copyHeads(Rows out, Rows in, int heads, int count)
{
    assert(out.rows == in.rows && out.columns % heads == 0 && in.columns % heads == 0);
    const int outStep = out.columns / heads;
    const int inStep = in.columns / heads;
    forRows(in, [&](int row) {
        for (int head = 0; head < heads; ++head) {
            std::copy_n(rowOf(in, row) + head * inStep, count, rowOf(out, row) + head * outStep);
        }
    });
}

void CpuBackend::scaleBySigmoid(Rows x, Rows logits)
{
    assert(x.rows == logits.rows);
    forRows(x, [&](int row) {
        const float factor = 1.0f / (1.0f + std::exp(-*rowOf(logits, row)));
        std::for_each_n(rowOf(x, row), x.columns, [factor](float &value) { value *= factor; });
    });
}

std::unique_ptr<Backend> makeCpuBackend(int threads)
{
    return std::make_unique<CpuBackend>(cpu::bestKernels(), threads);
}

} // namespace engine
