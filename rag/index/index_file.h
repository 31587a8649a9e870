#pragma once

#include "rag/types.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// What tells one index file from another.
struct IndexHeader
{
    std::string library;     ///< LibraryStore::libraryId(), 32 characters
    std::string fingerprint; ///< of the embedding model; kept as its SHA-256
    int dimension = 0;
    std::int64_t generation = 0;
};

struct IndexContent
{
    std::int64_t generation = 0;
    std::vector<ChunkId> ids;
    std::vector<float> vectors; ///< [ids, dimension]
};

/// Replaces the file whole or not at all. @param vectors  [ids, header.dimension]. Errors: Storage.
Result<void> writeIndexFile(const std::filesystem::path &file, const IndexHeader &header,
                            std::span<const ChunkId> ids, std::span<const float> vectors);

/// @param wanted  its generation is not compared
/// Errors: NotFound; Unsupported (of another library, model or version); Damaged (size or checksum is wrong).
Result<IndexContent> readIndexFile(const std::filesystem::path &file, const IndexHeader &wanted);

} // namespace rag
