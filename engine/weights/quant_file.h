#pragma once

#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <filesystem>

namespace engine {

/// A file of nothing but blocks of `type` to a file of float32 values, little-endian, piece by piece.
/// Errors: NotFound, Unreadable; Damaged (not whole blocks); Unsupported (the type); Storage.
Result<void> dequantizeFile(TensorType type, const std::filesystem::path &in,
                            const std::filesystem::path &out);

} // namespace engine
