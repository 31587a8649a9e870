#include "engine/backend/cpu/experts.h"

#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace engine::cpu {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
constexpr int kValuesOfWork = 1 << 14; ///< fewer are not worth another thread's attention

float *rowOf(Rows rows, int row)
{
    return rows.data + std::ptrdiff_t(row) * rows.stride;
}

int grainOf(Rows rows)
{
    return std::max(1, kValuesOfWork / std::max(rows.columns, 1));
}

/// [rows, columns] of elements of `size` bytes to [columns, rows].
std::vector<std::byte> turned(std::span<const std::byte> from, std::size_t rows, std::size_t columns,
                              std::size_t size)
{
    std::vector<std::byte> to(from.size());
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            std::memcpy(&to[(column * rows + row) * size], &from[(row * columns + column) * size], size);
        }
    }
    return to;
}

/// A tensor's values as halves.
Result<std::vector<std::byte>> halves(const Tensor &tensor)
{
    std::vector<float> values(std::size_t(tensor.rows() * tensor.columns()));
    if (auto done = dequantize(tensor.type, tensor.data, values); !done) {
        return fail(done.error().code, tensor.name + ": " + done.error().detail);
    }
    std::vector<std::byte> bytes(values.size() * 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint16_t bits = floatToHalf(values[i]);
        std::memcpy(&bytes[2 * i], &bits, 2);
    }
    return bytes;
}

/// A matrix the other way round, and the bytes it views into.
struct TurnedTensor
{
    std::vector<std::byte> bytes;
    Tensor tensor;
};

Result<TurnedTensor> turn(const Tensor &tensor)
{
    const auto rows = std::size_t(tensor.rows());
    const auto columns = std::size_t(tensor.columns());
    const auto layout = layoutOf(tensor.type);
    if (!layout || rows * columns / std::size_t(layout->blockValues) * std::size_t(layout->blockBytes) !=
                       tensor.data.size()) {
        return fail(ErrorCode::Damaged, tensor.name + ": shape does not fit its data");
    }
    TurnedTensor result;
    result.tensor = {tensor.name, tensor.type, {tensor.columns(), tensor.rows()}, {}};
    if (layout->blockValues == 1) {
        result.bytes = turned(tensor.data, rows, columns, std::size_t(layout->blockBytes));
    } else {
        ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, halves(tensor));
        result.bytes = turned(bytes, rows, columns, 2);
        result.tensor.type = TensorType::F16;
    }
    result.tensor.data = result.bytes;
    return result;
}

Result<std::unique_ptr<PackedMatrix>> packMember(const std::vector<Tensor> &pieces, bool transposed,
                                                 Arena &arena, ThreadPool &pool)
{
    if (transposed) {
        assert(pieces.size() == 1);
        ASSIGN_OR_RETURN(const TurnedTensor whole, turn(pieces.front()));
        const Tensor *const tensor = &whole.tensor;
        ASSIGN_OR_RETURN(auto matrix, PackedMatrix::pack(std::span(&tensor, 1), arena, pool));
        for (const Segment &segment : matrix->segments()) {
            if (!segment.packing) { // it would view into what is about to go
                return fail(ErrorCode::Unsupported, tensor->name + ": weights of its type cannot be turned");
            }
        }
        return matrix;
    }
    std::vector<const Tensor *> tensors;
    for (const Tensor &piece : pieces) {
        tensors.push_back(&piece);
    }
    return PackedMatrix::pack(tensors, arena, pool);
}

} // namespace

Result<std::unique_ptr<MatrixStack>> MatrixStack::pack(std::span<const std::vector<Tensor>> members,
                                                       bool transposed, Arena &arena, ThreadPool &pool)
{
    auto stack = std::make_unique<MatrixStack>();
    for (const std::vector<Tensor> &pieces : members) {
        ASSIGN_OR_RETURN(auto matrix, packMember(pieces, transposed, arena, pool));
        if (stack->count == 0) {
            stack->outputs = matrix->outputs;
            stack->inputs = matrix->inputs;
        }
        if (matrix->outputs != stack->outputs || matrix->inputs != stack->inputs) {
            return fail(ErrorCode::Damaged, pieces.front().name + ": its shape is not that of its siblings");
        }
        stack->m_members.push_back(std::move(matrix));
        ++stack->count;
    }
    return stack;
}

void RouteTable::fill(Rows logits, const RouteParameters &p)
{
    assert(p.groups >= 1 && logits.columns % p.groups == 0 && p.chosenGroups <= p.groups);
    assert(p.chosen >= 1 && p.chosen <= logits.columns / p.groups * p.chosenGroups);
    rows = logits.rows;
    chosen = p.chosen;
    const std::size_t choices = std::size_t(rows) * std::size_t(chosen);
    m_experts.resize(choices);
    m_weights.resize(choices);
    m_order.resize(choices);
    m_begins.assign(std::size_t(logits.columns) + 1, 0);
    m_scores.resize(std::size_t(logits.columns));
    m_ranks.resize(std::size_t(logits.columns));
    for (int row = 0; row < rows; ++row) {
        choose(row, rowOf(logits, row), p);
    }
    sort();
}

namespace {

void scoresOf(std::span<float> scores, const float *logits, RouteParameters::Scoring scoring)
{
    if (scoring == RouteParameters::Scoring::Sigmoid) {
        for (std::size_t i = 0; i < scores.size(); ++i) {
            scores[i] = 1.0f / (1.0f + std::exp(-logits[i]));
        }
        return;
    }
    const float greatest = *std::max_element(logits, logits + scores.size());
    double sum = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        scores[i] = std::exp(logits[i] - greatest);
        sum += double(scores[i]);
    }
    for (float &score : scores) {
        score = float(double(score) / sum);
    }
}

/// The greatest, the first of equals; safe with NaN, which is never greater.
std::size_t best(std::span<const float> values)
{
    std::size_t best = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (values[i] > values[best] || std::isnan(values[best])) {
            best = i;
        }
    }
    return best;
}

/// What a group of experts counts when groups are chosen.
float groupScore(std::span<const float> ranks, RouteParameters::Scoring scoring)
{
    float first = kNever;
    float second = kNever;
    for (const float rank : ranks) {
        if (rank > first) {
            second = first;
            first = rank;
        } else if (rank > second) {
            second = rank;
        }
    }
    return scoring == RouteParameters::Scoring::Softmax || ranks.size() < 2 ? first : first + second;
}

/// Rules out the experts of all but the best groups.
void keepBestGroups(std::span<float> ranks, const RouteParameters &p)
{
    const std::size_t size = ranks.size() / std::size_t(p.groups);
    std::vector<float> scores(static_cast<std::size_t>(p.groups));
    for (std::size_t group = 0; group < scores.size(); ++group) {
        scores[group] = groupScore(ranks.subspan(group * size, size), p.scoring);
    }
    std::vector<bool> kept(scores.size(), false);
    for (int i = 0; i < p.chosenGroups; ++i) {
        std::size_t next = scores.size();
        for (std::size_t group = 0; group < scores.size(); ++group) {
            if (!kept[group] && (next == scores.size() || scores[group] > scores[next])) {
                next = group;
            }
        }
        kept[next] = true;
    }
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (!kept[i / size]) {
            ranks[i] = kNever;
        }
    }
}

} // namespace

void RouteTable::choose(int row, const float *logits, const RouteParameters &p)
{
    scoresOf(m_scores, logits, p.scoring);
    std::copy(m_scores.begin(), m_scores.end(), m_ranks.begin());
    for (std::size_t i = 0; i < p.selectionBias.size(); ++i) {
        m_ranks[i] += p.selectionBias[i];
    }
    if (p.groups > 1) {
        keepBestGroups(m_ranks, p);
    }
    float sum = 0;
    for (int choice = 0; choice < p.chosen; ++choice) {
        const std::size_t expert = best(m_ranks);
        m_ranks[expert] = kNever;
        m_experts[at(row, choice)] = int(expert);
        m_weights[at(row, choice)] = m_scores[expert];
        sum += m_scores[expert];
        ++m_begins[expert + 1];
    }
    const float factor = p.normalize ? p.scale / (sum + 1e-20f) : p.scale;
    for (int choice = 0; choice < p.chosen; ++choice) {
        m_weights[at(row, choice)] *= factor;
    }
}

/// Counts become begins, and each choice gets its place: by expert, then by token.
void RouteTable::sort()
{
    for (std::size_t i = 1; i < m_begins.size(); ++i) {
        m_begins[i] += m_begins[i - 1];
    }
    std::vector<int> next(m_begins.begin(), m_begins.end() - 1);
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        m_order[i] = next[std::size_t(m_experts[i])]++;
    }
}

void Experts::spread(Rows out, Rows in, const RouteTable &routes)
{
    assert(out.rows == in.rows * routes.chosen && out.columns == in.columns && in.rows == routes.rows);
    m_pool.parallelFor(in.rows, grainOf(in), [&](int begin, int end, int) {
        for (int row = begin; row < end; ++row) {
            for (int choice = 0; choice < routes.chosen; ++choice) {
                std::copy_n(rowOf(in, row), in.columns, rowOf(out, routes.order(row, choice)));
            }
        }
    });
}

void Experts::linear(Rows out, const MatrixStack &w, Rows in, const RouteTable &routes)
{
    assert(out.rows == in.rows && in.rows == routes.rows * routes.chosen && routes.experts() == w.count);
    m_products.clear();
    for (int expert = 0; expert < w.count; ++expert) {
        const int first = routes.begin(expert);
        const int rows = routes.begin(expert + 1) - first;
        if (rows > 0) {
            m_products.push_back({{rowOf(out, first), rows, out.columns, out.stride},
                                  &w.member(expert),
                                  {rowOf(in, first), rows, in.columns, in.stride}});
        }
    }
    m_matmul.run(m_products);
}

void Experts::gather(Rows out, Rows in, const RouteTable &routes)
{
    assert(in.rows == out.rows * routes.chosen && out.columns == in.columns && out.rows == routes.rows);
    m_pool.parallelFor(out.rows, grainOf(out), [&](int begin, int end, int) {
        for (int row = begin; row < end; ++row) {
            float *to = rowOf(out, row);
            for (int choice = 0; choice < routes.chosen; ++choice) {
                const float *from = rowOf(in, routes.order(row, choice));
                const float weight = routes.weight(row, choice);
                for (int column = 0; column < out.columns; ++column) {
                    to[column] += weight * from[column];
                }
            }
        }
    });
}

void Experts::heads(Rows out, const MatrixStack &w, Rows in)
{
    assert(out.columns % w.count == 0 && in.columns % w.count == 0 && out.rows == in.rows);
    const int outStep = out.columns / w.count;
    const int inStep = in.columns / w.count;
    assert(outStep >= w.outputs && inStep >= w.inputs);
    m_products.clear();
    for (int head = 0; head < w.count; ++head) {
        m_products.push_back({{out.data + head * outStep, out.rows, w.outputs, out.stride},
                              &w.member(head),
                              {in.data + head * inStep, in.rows, w.inputs, in.stride}});
    }
    m_matmul.run(m_products);
}

} // namespace engine::cpu
