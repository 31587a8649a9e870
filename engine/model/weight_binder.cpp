#include "engine/model/weight_binder.h"

#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <type_traits>

namespace engine {
namespace {

std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

std::string shapeText(const Tensor &tensor)
{
    return shapeText(tensor.shape);
}

/// The number of the layer that a tensor's name says, or -1.
int layerOf(std::string_view name)
{
    for (const std::string_view before : {"layers.", "blk."}) {
        if (const auto at = name.find(before); at != std::string_view::npos) {
            int layer = -1;
            const std::string_view rest = name.substr(at + before.size());
            std::from_chars(rest.data(), rest.data() + rest.size(), layer);
            return layer;
        }
    }
    return -1;
}

/// Pieces of equal length [heads][3] as [3][heads].
template <class T>
std::vector<std::remove_const_t<T>> inThirds(std::span<T> values, int heads)
{
    const std::size_t piece = values.size() / std::size_t(3 * heads);
    std::vector<std::remove_const_t<T>> apart;
    apart.reserve(values.size());
    for (std::size_t third = 0; third < 3; ++third) {
        for (std::size_t head = 0; head < std::size_t(heads); ++head) {
            const auto from = values.subspan((3 * head + third) * piece, piece);
            apart.insert(apart.end(), from.begin(), from.end());
        }
    }
    return apart;
}

/// A matrix of one row may have lost its first dimension on the way.
bool isMatrix(const Tensor &tensor, std::int64_t rows, std::int64_t columns)
{
    if (tensor.shape.size() == 1) {
        return rows == 1 && tensor.shape[0] == columns;
    }
    return tensor.shape.size() == 2 && tensor.shape[0] == rows && tensor.shape[1] == columns;
}

} // namespace

Tensor slice(const Tensor &tensor, std::int64_t first, std::int64_t count)
{
    const std::size_t rowBytes = tensor.data.size() / std::size_t(tensor.rows());
    return {tensor.name,
            tensor.type,
            {count, tensor.columns()},
            tensor.data.subspan(std::size_t(first) * rowBytes, std::size_t(count) * rowBytes)};
}

WeightBinder::WeightBinder(const ModelFile &file, const ModelConfig &config, Backend &backend)
    : m_file(file)
    , m_config(config)
    , m_backend(backend)
{
}

tl::unexpected<Error> WeightBinder::damaged(const std::string &reason) const
{
    return fail(ErrorCode::Damaged, displayName(m_file.path()) + ": " + reason);
}

const Tensor *WeightBinder::tensor(Slot slot, int layer, std::string_view suffix, int expert)
{
    const Tensor *tensor = findTensor(m_file, *m_config.spec, slot, layer, suffix, expert);
    if (tensor) {
        m_taken.insert(tensor);
    }
    return tensor;
}

Result<const Tensor *> WeightBinder::require(Slot slot, int layer, std::string_view suffix, int expert)
{
    if (const Tensor *found = tensor(slot, layer, suffix, expert)) {
        return found;
    }
    return damaged("tensor " + tensorName(*m_config.spec, m_config.format, slot, layer, suffix, expert) +
                   " is missing");
}

Result<void> WeightBinder::checkShape(const Tensor &tensor, std::initializer_list<std::int64_t> shape) const
{
    if (!std::ranges::equal(tensor.shape, shape)) {
        return damaged("tensor " + tensor.name + " is " + shapeText(tensor) + ", not " + shapeText(shape));
    }
    return {};
}

bool WeightBinder::has(Slot slot, int layer) const
{
    return findTensor(m_file, *m_config.spec, slot, layer, ".weight") != nullptr;
}

void WeightBinder::take(Slot slot, int layer, std::string_view suffix)
{
    tensor(slot, layer, suffix);
}

Result<std::unique_ptr<WeightMatrix>> WeightBinder::matrix(Slot slot, int layer, int rows, int columns)
{
    ASSIGN_OR_RETURN(const Tensor *tensor, require(slot, layer, ".weight"));
    const std::int64_t wanted = rows >= 0 ? rows : std::max<std::int64_t>(tensor->rows(), -rows);
    if (!isMatrix(*tensor, wanted, columns) || wanted > INT32_MAX) {
        return damaged("tensor " + tensor->name + " is " + shapeText(*tensor) + ", not [" +
                       std::to_string(wanted) + ", " + std::to_string(columns) + "]");
    }
    return m_backend.upload(std::span(&tensor, 1));
}

Result<const Tensor *> WeightBinder::arranged(Projection &projection, Piece piece, int layer, int inputs)
{
    ASSIGN_OR_RETURN(const Tensor *tensor, require(piece.slot, layer, ".weight"));
    const bool inFolder = m_config.format == FileFormat::HuggingFace;
    const bool lies = inFolder && m_config.spec->transposedInFolder;
    if (!isMatrix(*tensor, lies ? inputs : piece.outputs, lies ? piece.outputs : inputs)) {
        return damaged("tensor " + tensor->name + " is " + shapeText(*tensor) + ", not [" +
                       std::to_string(lies ? inputs : piece.outputs) + ", " +
                       std::to_string(lies ? piece.outputs : inputs) + "]");
    }
    if (lies) {
        return transposed(projection, *tensor);
    }
    if (inFolder && m_config.spec->headsTogetherInFolder && piece.slot == Slot::QueryKeyValue) {
        if (m_config.kvHeads != m_config.heads) {
            return damaged("tensor " + tensor->name + " mixes heads of different numbers");
        }
        return headsApart(projection, *tensor);
    }
    return tensor;
}

Result<const Tensor *> WeightBinder::transposed(Projection &projection, const Tensor &tensor) const
{
    const auto layout = layoutOf(tensor.type);
    if (!layout || layout->blockValues != 1) {
        return fail(ErrorCode::Unsupported,
                    displayName(m_file.path()) + ": tensor " + tensor.name + " cannot be turned in its type");
    }
    const auto size = std::size_t(layout->blockBytes);
    const auto rows = std::size_t(tensor.columns());
    const auto columns = std::size_t(tensor.rows());
    auto copy = std::make_unique<Projection::Rearranged>();
    copy->bytes.resize(tensor.data.size());
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            std::memcpy(copy->bytes.data() + (row * columns + column) * size,
                        tensor.data.data() + (column * rows + row) * size, size);
        }
    }
    copy->tensor = {tensor.name, tensor.type, {tensor.shape[1], tensor.shape[0]}, copy->bytes};
    projection.rearranged.push_back(std::move(copy));
    return &projection.rearranged.back()->tensor;
}

/// [heads][q, k, v] -> [q, k, v][heads]
const Tensor *WeightBinder::headsApart(Projection &projection, const Tensor &tensor) const
{
    auto copy = std::make_unique<Projection::Rearranged>();
    copy->bytes = inThirds(tensor.data, m_config.heads);
    copy->tensor = {tensor.name, tensor.type, tensor.shape, copy->bytes};
    projection.rearranged.push_back(std::move(copy));
    return &projection.rearranged.back()->tensor;
}

Result<Projection> WeightBinder::projection(std::initializer_list<Piece> pieces, int layer, int inputs,
                                            Presence bias)
{
    Projection projection;
    projection.inputs = inputs;
    std::vector<const Tensor *> stack; // neighbours of one type
    int stackOutputs = 0;
    const auto upload = [&]() -> Result<void> {
        ASSIGN_OR_RETURN(auto matrix, m_backend.upload(stack));
        projection.parts.push_back({std::move(matrix), projection.outputs});
        projection.outputs += stackOutputs;
        stack.clear();
        stackOutputs = 0;
        return {};
    };
    for (const Piece &piece : pieces) {
        ASSIGN_OR_RETURN(const Tensor *tensor, arranged(projection, piece, layer, inputs));
        if (!stack.empty() && stack.front()->type != tensor->type) {
            RETURN_IF_ERROR(upload());
        }
        stack.push_back(tensor);
        stackOutputs += piece.outputs;
    }
    RETURN_IF_ERROR(upload());
    ASSIGN_OR_RETURN(projection.bias, stackedBias(pieces, layer, projection.outputs, bias));
    return projection;
}

Result<std::unique_ptr<Buffer>> WeightBinder::stackedBias(std::initializer_list<Piece> pieces, int layer,
                                                          int outputs, Presence presence)
{
    if (presence == Presence::No) {
        return nullptr;
    }
    std::vector<float> stacked;
    stacked.reserve(std::size_t(outputs));
    bool any = false;
    for (const Piece &piece : pieces) {
        ASSIGN_OR_RETURN(std::vector<float> part, values(piece.slot, layer, ".bias", piece.outputs));
        if (part.empty() && presence == Presence::Yes) {
            return damaged("tensor " +
                           tensorName(*m_config.spec, m_config.format, piece.slot, layer, ".bias") +
                           " is missing");
        }
        if (m_config.format == FileFormat::HuggingFace && m_config.spec->headsTogetherInFolder &&
            piece.slot == Slot::QueryKeyValue && !part.empty()) {
            part = inThirds(std::span(part), m_config.heads);
        }
        any = any || !part.empty();
        part.resize(std::size_t(piece.outputs)); // a missing bias is zero
        stacked.insert(stacked.end(), part.begin(), part.end());
    }
    if (!any) {
        return nullptr;
    }
    return buffer(stacked);
}

Result<std::unique_ptr<Buffer>> WeightBinder::bias(Slot slot, int layer, int size, Presence presence)
{
    return stackedBias({{slot, size}}, layer, size, presence);
}

Result<Norm> WeightBinder::norm(Slot slot, int layer, int size, Presence bias)
{
    Norm norm;
    norm.weights.kind = m_config.spec->norm;
    norm.weights.epsilon = m_config.normEpsilon;
    ASSIGN_OR_RETURN(std::vector<float> weight, values(slot, layer, ".weight", size));
    if (m_config.spec->normLessOneInFolder && m_config.format == FileFormat::HuggingFace) {
        std::ranges::for_each(weight, [](float &value) { value += 1; });
    }
    ASSIGN_OR_RETURN(const std::vector<float> shift, bias == Presence::No
                                                         ? Result<std::vector<float>>(std::vector<float>{})
                                                         : values(slot, layer, ".bias", size));
    if (weight.empty() || (shift.empty() && bias == Presence::Yes)) {
        return damaged(
            "tensor " +
            tensorName(*m_config.spec, m_config.format, slot, layer, weight.empty() ? ".weight" : ".bias") +
            " is missing");
    }
    ASSIGN_OR_RETURN(norm.weight, buffer(weight));
    norm.weights.weight = {norm.weight->data(), weight.size()};
    if (!shift.empty()) {
        ASSIGN_OR_RETURN(norm.bias, buffer(shift));
        norm.weights.bias = {norm.bias->data(), shift.size()};
    }
    return norm;
}

Result<std::vector<float>> WeightBinder::values(Slot slot, int layer, std::string_view suffix, int size)
{
    const Tensor *found = tensor(slot, layer, suffix);
    if (!found) {
        return std::vector<float>{};
    }
    RETURN_IF_ERROR(checkShape(*found, {size}));
    std::vector<float> values(static_cast<std::size_t>(size));
    RETURN_IF_ERROR(dequantize(found->type, found->data, values));
    return values;
}

Result<std::unique_ptr<Buffer>> WeightBinder::buffer(const std::vector<float> &values)
{
    ASSIGN_OR_RETURN(std::unique_ptr<Buffer> buffer, m_backend.allocate(std::int64_t(values.size())));
    m_backend.write(buffer->data(), values);
    return buffer;
}

bool WeightBinder::isIgnored(const Tensor &tensor) const
{
    if (const int layer = layerOf(tensor.name);
        layer >= m_config.layers && layer < m_config.layers + m_config.predictors) {
        return true;
    }
    return std::ranges::any_of(m_config.spec->ignored, [&](std::string_view part) {
        return tensor.name.find(part) != std::string::npos;
    });
}

Result<void> WeightBinder::checkAllTaken() const
{
    for (const Tensor &tensor : m_file.tensors()) {
        if (!m_taken.contains(&tensor) && !isIgnored(tensor)) {
            return fail(ErrorCode::Unsupported, displayName(m_file.path()) + ": tensor " +
                                                    printable(tensor.name) + " has no place in family " +
                                                    std::string(m_config.spec->family));
        }
    }
    return {};
}

} // namespace engine
