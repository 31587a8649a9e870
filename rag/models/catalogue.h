#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// One model the program knows: what it is for and which file holds it.
struct ModelEntry
{
    std::string name;  ///< as it is asked for: "smollm2-135m-instruct"
    std::string title; ///< as it is shown
    std::string role;  ///< "generator", "embedder"
    bool isDefault = false;
    std::string file;                      ///< file or folder in a models folder
    std::vector<std::string> alternatives; ///< other names of the same weights
    std::string sha256;      ///< of `file`, hex; empty: not known beforehand (made by conversion)
    std::uint64_t bytes = 0; ///< 0: not known
    std::string licence;
};

struct Catalogue
{
    std::vector<ModelEntry> models;

    const ModelEntry *find(std::string_view name) const;
    const ModelEntry *defaultFor(std::string_view role) const;
};

/// The text of resources/models/catalogue.json. Errors: Damaged (field and reason).
engine::Result<Catalogue> parseCatalogue(std::string_view json);

/// Errors: NotFound, Unreadable, Damaged.
engine::Result<Catalogue> readCatalogue(const std::filesystem::path &file);

} // namespace rag
