#pragma once

#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <span>

namespace engine {

/// The types that quantize() writes: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K, Q6_K.
bool canQuantize(TensorType type);

/// float32 to blocks, the way back from dequantize(). Each block is searched for the codes and scales of
/// least squared error: several roundings are tried, and the scale of each is the least-squares one, as it
/// will be stored. (Least squares for k-quants: I. Kawrakow, ggml, 2023.) Deterministic; safe from any
/// thread.
/// @param values  whole blocks. @param blocks  exactly the bytes they need, any alignment
/// Errors: Unsupported (the type); Damaged (a value that is not finite, or beyond the type's range).
Result<void> quantize(TensorType type, std::span<const float> values, std::span<std::byte> blocks);

} // namespace engine
