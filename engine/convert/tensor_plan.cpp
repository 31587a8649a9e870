#include "engine/convert/tensor_plan.h"

#include "engine/weights/quant.h"

namespace engine {

std::int64_t PlannedTensor::rowCount() const
{
    std::int64_t rows = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
        rows *= shape[i];
    }
    return rows;
}

Result<void> readRows(const Tensor &tensor, std::int64_t first, std::int64_t count, std::span<float> values)
{
    const std::size_t rowBytes = tensor.data.size() / std::size_t(tensor.rows());
    return dequantize(tensor.type,
                      tensor.data.subspan(std::size_t(first) * rowBytes, std::size_t(count) * rowBytes),
                      values);
}

PlannedTensor planned(std::string name, const Tensor &tensor, PlannedTensor::Use use)
{
    PlannedTensor plan;
    plan.name = std::move(name);
    plan.shape = tensor.shape.empty() ? std::vector<std::int64_t>{1} : tensor.shape;
    plan.use = plan.shape.size() < 2 ? PlannedTensor::Use::Exact : use;
    plan.whole = &tensor;
    plan.rows = [&tensor](std::int64_t first, std::int64_t count, std::span<float> values) {
        return readRows(tensor, first, count, values);
    };
    return plan;
}

TensorType typeFor(const PlannedTensor &tensor, TensorType wanted)
{
    const auto fits = [&](TensorType type) { return tensor.columns() % layoutOf(type)->blockValues == 0; };
    if (tensor.use == PlannedTensor::Use::Exact) {
        return TensorType::F32;
    }
    const bool plain = layoutOf(wanted)->blockValues == 1;
    if (tensor.use == PlannedTensor::Use::Embedding && !plain && wanted != TensorType::Q8_0) {
        wanted = TensorType::Q6_K;
    }
    if (fits(wanted)) {
        return wanted;
    }
    return fits(TensorType::Q8_0) ? TensorType::Q8_0 : TensorType::F16;
}

} // namespace engine
