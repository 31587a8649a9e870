#pragma once

#include "engine/base/result.h"
#include "engine/weights/model_file.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace engine {

/// What the header of a GGUF says; tensors view into the bytes it was read from.
struct GgufContent
{
    Metadata metadata;
    std::vector<Tensor> tensors;
    std::size_t headerBytes = 0; ///< before the padding that ends it
};

/// Reads GGUF version 2 or 3 (ggml's docs/gguf.md), little-endian. Counts, lengths, sizes and offsets are
/// checked against the bytes at hand before anything is allocated; arrays of arrays are refused, tensors may
/// not overlap.
/// @param source  the file's name, for errors
/// Errors: Damaged (source, field, reason); Unsupported (version, byte order, tensor type, a part of a split
/// model).
Result<GgufContent> readGguf(std::span<const std::byte> bytes, const std::string &source);

} // namespace engine
