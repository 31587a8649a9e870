#pragma once

#include "engine/base/result.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/tensor.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct SafetensorsContent
{
    std::vector<Tensor> tensors; ///< view into the bytes; in the order of the header
    std::size_t headerBytes = 0;
};

/// Reads one safetensors file: u64 header length, JSON header of at most 100 MB, data. The tensors must cover
/// the data without holes, overlaps or a tail; shapes must agree with sizes. Unsigned and boolean types come
/// as the signed type of their width.
/// @param source  the file's name, for errors
/// Errors: Damaged (source, field, reason); Unsupported (an element type, e.g. F8_E4M3).
Result<SafetensorsContent> readSafetensors(std::span<const std::byte> bytes, const std::string &source);

/// The weights of a folder: model.safetensors, else what model.safetensors.index.json names, else
/// model*.safetensors.
struct SafetensorsFolder
{
    std::vector<MappedFile> files;
    std::vector<Tensor> tensors;
    std::vector<std::size_t> headerBytes; ///< of each file
};

/// Files named by an index must lie in the folder itself: a name with a path in it is refused.
/// Errors: NotFound; Unreadable; Damaged; Unsupported.
Result<SafetensorsFolder> openSafetensorsFolder(const std::filesystem::path &folder);

} // namespace engine
