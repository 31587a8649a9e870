#pragma once

#include "engine/weights/gguf.h"
#include "engine/weights/mapped_file.h"

#include <filesystem>

namespace engine {

/// A GGUF as it lies on disk: one file, or the parts NAME-00001-of-0000N.gguf of one model.
struct GgufFiles
{
    std::vector<MappedFile> files;
    std::vector<std::size_t> headerBytes; ///< of each file
    Metadata metadata;                    ///< of the first
    std::vector<GgufKeyValue> keyValues;  ///< of the first; view into its mapping
    std::vector<Tensor> tensors;          ///< of all; view into the mappings
};

/// @param path  any of the parts opens all of them
/// Errors: as of MappedFile::open and readGguf; NotFound (a part is missing: names it); Damaged (a part of
/// another model, or a part under another name).
Result<GgufFiles> openGgufFiles(const std::filesystem::path &path, GgufExtent extent = GgufExtent::Whole);

} // namespace engine
