#pragma once

#include "engine/base/result.h"
#include "engine/model/families.h"
#include "engine/weights/tensor.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace engine {

/// A tensor that is to be written: what it is called, and its rows as numbers when they are asked for.
struct PlannedTensor
{
    /// Rows first .. first + count - 1. values: [count, columns]
    using Rows = std::function<Result<void>(std::int64_t first, std::int64_t count, std::span<float> values)>;
    enum class Use { Matrix, Embedding, Exact };

    std::string name;
    std::vector<std::int64_t> shape; ///< outermost first
    Use use = Use::Matrix;           ///< Exact: stays float32 (norms, biases, routers, tables)
    Rows rows;
    const Tensor *whole = nullptr; ///< the same bytes, where they may be copied

    std::int64_t columns() const { return shape.back(); }

    std::int64_t rowCount() const;
};

/// As it lies in a file.
PlannedTensor planned(std::string name, const Tensor &tensor, PlannedTensor::Use use);

/// Rows of a tensor as float32. values: [count, columns]
Result<void> readRows(const Tensor &tensor, std::int64_t first, std::int64_t count, std::span<float> values);

/// What type a tensor gets in a file that is made for `wanted`: matrices that type, or where their rows are
/// no whole blocks of it Q8_0 or F16; embeddings and the output matrix Q6_K or Q8_0 where the rest has 4
/// bits.
TensorType typeFor(const PlannedTensor &tensor, TensorType wanted);

} // namespace engine
