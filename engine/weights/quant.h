#pragma once

#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <optional>

namespace engine {

/// How a type stores its values: blocks of `blockValues` values in `blockBytes` bytes.
struct TypeLayout
{
    std::string_view name; ///< "Q4_1"
    int blockValues = 1;
    int blockBytes = 4;
};

/// Empty for a number that is no type.
std::optional<TypeLayout> layoutOf(TensorType type);
std::optional<TensorType> typeNamed(std::string_view name);

/// The plain reference of every block format: blocks to float32, exactly as ggml defines them.
/// @param blocks  whole blocks, any alignment. @param values  as many as the blocks hold
/// Errors: Unsupported (names the type).
Result<void> dequantize(TensorType type, std::span<const std::byte> blocks, std::span<float> values);

float halfToFloat(std::uint16_t bits);
std::uint16_t floatToHalf(float value); ///< round to nearest even
float bfloatToFloat(std::uint16_t bits);
std::uint16_t floatToBfloat(float value); ///< round to nearest even, NaN kept

} // namespace engine
