#pragma once

#include "engine/base/result.h"
#include "engine/weights/model_file.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// A key and its value as they stand in the file, for copying: type number, then the bytes.
struct GgufKeyValue
{
    std::string_view key;
    std::span<const std::byte> value;
};

/// Which of how many files this is. A part with number 0 has the metadata of all.
struct GgufSplit
{
    int number = 0;
    int count = 1;
    std::int64_t tensors = -1; ///< of all parts; -1: not said
};

/// What the header of a GGUF says; tensors and key-values view into the bytes it was read from.
struct GgufContent
{
    Metadata metadata;
    std::vector<GgufKeyValue> keyValues; ///< in the order of the file
    GgufSplit split;
    std::vector<Tensor> tensors;
    std::size_t headerBytes = 0; ///< before the padding that ends it
};

/// How much of a file is wanted. Metadata: no tensors; the file may end after its key-values, as a download
/// that is not complete does.
enum class GgufExtent { Whole, Metadata };

/// Reads GGUF version 2 or 3 (ggml's docs/gguf.md), little-endian. Counts, lengths, sizes and offsets are
/// checked against the bytes at hand before anything is allocated; arrays of arrays are refused, tensors may
/// not overlap.
/// @param source  the file's name, for errors
/// Errors: Damaged (source, field, reason); Unsupported (version, byte order, tensor type).
Result<GgufContent> readGguf(std::span<const std::byte> bytes, const std::string &source,
                             GgufExtent extent = GgufExtent::Whole);

} // namespace engine
