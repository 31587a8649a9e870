#pragma once

#include "rag/models/catalogue.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// Models on disk. Immutable; safe from any thread.
class ModelStore
{
public:
    /// @param folders  where models lie, the first that has one wins; folders that are missing are passed
    /// over
    ModelStore(Catalogue catalogue, std::vector<std::filesystem::path> folders);

    /// A model file or folder.
    /// @param given  a path; or a name of the catalogue, or a file name, in one of the folders; empty: the
    /// default
    /// @param role  whose default: "generator" or "embedder"
    /// Errors: NotFound (says what was looked for, where, and how to get the default models).
    engine::Result<std::filesystem::path> find(const std::string &given, std::string_view role) const;

    const Catalogue &catalogue() const { return m_catalogue; }

private:
    std::filesystem::path inFolders(const std::string &name) const;
    std::filesystem::path locate(const ModelEntry &entry) const;
    engine::Error missing(const std::string &what) const;

    Catalogue m_catalogue;
    std::vector<std::filesystem::path> m_folders;
};

} // namespace rag
