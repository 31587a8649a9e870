#include "engine/model/weight_binder.h"

#include "engine/weights/names.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace engine {
namespace {

std::string shapeText(const Tensor &tensor)
{
    std::string text = "[";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(tensor.shape[i]);
    }
    return text + "]";
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

const Tensor *WeightBinder::find(Slot slot, int layer, std::string_view suffix)
{
    const Tensor *tensor = findTensor(m_file, *m_config.spec, slot, layer, suffix);
    if (tensor) {
        m_taken.insert(tensor);
    }
    return tensor;
}

Result<const Tensor *> WeightBinder::require(Slot slot, int layer, std::string_view suffix)
{
    if (const Tensor *tensor = find(slot, layer, suffix)) {
        return tensor;
    }
    return damaged("tensor " + tensorName(*m_config.spec, m_config.format, slot, layer, suffix) +
                   " is missing");
}

bool WeightBinder::has(Slot slot, int layer) const
{
    return findTensor(m_file, *m_config.spec, slot, layer, ".weight") != nullptr;
}

void WeightBinder::take(Slot slot, int layer, std::string_view suffix)
{
    find(slot, layer, suffix);
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
    const Tensor *tensor = find(slot, layer, suffix);
    if (!tensor) {
        return std::vector<float>{};
    }
    if (tensor->shape.size() != 1 || tensor->shape[0] != size) {
        return damaged("tensor " + tensor->name + " is " + shapeText(*tensor) + ", not [" +
                       std::to_string(size) + "]");
    }
    std::vector<float> values(static_cast<std::size_t>(size));
    RETURN_IF_ERROR(dequantize(tensor->type, tensor->data, values));
    return values;
}

Result<std::unique_ptr<Buffer>> WeightBinder::buffer(const std::vector<float> &values)
{
    ASSIGN_OR_RETURN(std::unique_ptr<Buffer> buffer, m_backend.allocate(std::int64_t(values.size())));
    m_backend.write(buffer->data(), values);
    return buffer;
}

Result<void> WeightBinder::checkAllTaken() const
{
    for (const Tensor &tensor : m_file.tensors()) {
        if (m_taken.contains(&tensor)) {
            continue;
        }
        const auto &ignored = m_config.spec->ignored;
        if (std::ranges::none_of(ignored,
                                 [&](auto part) { return tensor.name.find(part) != std::string::npos; })) {
            return fail(ErrorCode::Unsupported, displayName(m_file.path()) + ": tensor " +
                                                    printable(tensor.name) + " has no place in family " +
                                                    std::string(m_config.spec->family));
        }
    }
    return {};
}

} // namespace engine
