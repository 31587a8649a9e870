#include "engine/weights/gguf_files.h"

#include "engine/weights/names.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace engine {

namespace {

namespace fs = std::filesystem;

constexpr int kMostParts = 4096;

/// "-00002-of-00005.gguf". @param index from 0
std::string partEnding(int index, int count)
{
    char text[48];
    std::snprintf(text, sizeof text, "-%05d-of-%05d.gguf", index + 1, count);
    return text;
}

Result<GgufContent> addFile(const fs::path &path, GgufExtent extent, GgufFiles &opened)
{
    ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
    ASSIGN_OR_RETURN(GgufContent content, readGguf(file.bytes(), displayName(path), extent));
    opened.headerBytes.push_back(content.headerBytes);
    opened.files.push_back(std::move(file));
    return content;
}

void takeTensors(GgufContent &content, GgufFiles &opened)
{
    std::move(content.tensors.begin(), content.tensors.end(), std::back_inserter(opened.tensors));
}

/// The name without the ending that its own header asks for. Errors: Damaged.
Result<fs::path::string_type> stemOf(const fs::path &path, const GgufSplit &split)
{
    const std::string ending = partEnding(split.number, split.count);
    const fs::path::string_type name = path.filename().native();
    const bool ends = name.size() > ending.size() &&
                      std::equal(ending.begin(), ending.end(), name.end() - std::ptrdiff_t(ending.size()));
    if (!ends || split.count > kMostParts) {
        return fail(ErrorCode::Damaged, displayName(path) + ": is file " + std::to_string(split.number + 1) +
                                            " of " + std::to_string(split.count) +
                                            " of one model, but its name does not end in " + ending);
    }
    return name.substr(0, name.size() - ending.size());
}

Result<void> openParts(const fs::path &path, const GgufSplit &split, GgufExtent extent, GgufFiles &opened)
{
    ASSIGN_OR_RETURN(const auto stem, stemOf(path, split));
    std::int64_t promised = -1;
    for (int i = 0; i < split.count; ++i) {
        fs::path part = path.parent_path() / stem;
        part += partEnding(i, split.count);
        auto content = addFile(part, extent, opened);
        if (!content && content.error().code == ErrorCode::NotFound) {
            return fail(ErrorCode::NotFound, displayName(part) + ": this part of the model is missing");
        }
        RETURN_IF_ERROR(content);
        if (content->split.number != i || content->split.count != split.count) {
            return fail(ErrorCode::Damaged, displayName(part) + ": its header says file " +
                                                std::to_string(content->split.number + 1) + " of " +
                                                std::to_string(content->split.count) +
                                                ": a part of another model");
        }
        if (i == 0) {
            opened.metadata = std::move(content->metadata);
            opened.keyValues = std::move(content->keyValues);
            promised = content->split.tensors;
        }
        takeTensors(*content, opened);
        if (extent == GgufExtent::Metadata) {
            return {};
        }
    }
    if (promised >= 0 && promised != std::int64_t(opened.tensors.size())) {
        return fail(ErrorCode::Damaged, displayName(path) +
                                            ": split.tensors.count: " + std::to_string(promised) +
                                            ", the parts have " + std::to_string(opened.tensors.size()));
    }
    return {};
}

} // namespace

Result<GgufFiles> openGgufFiles(const fs::path &path, GgufExtent extent)
{
    GgufFiles opened;
    ASSIGN_OR_RETURN(GgufContent content, addFile(path, extent, opened));
    if (content.split.count > 1) {
        opened = {};
        RETURN_IF_ERROR(openParts(path, content.split, extent, opened));
        return opened;
    }
    opened.metadata = std::move(content.metadata);
    opened.keyValues = std::move(content.keyValues);
    takeTensors(content, opened);
    return opened;
}

} // namespace engine
