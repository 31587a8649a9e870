#include "rag/models/model_store.h"

#include <system_error>
#include <utility>

namespace rag {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;
using engine::Result;

namespace {

bool isThere(const fs::path &path)
{
    std::error_code error;
    return fs::exists(path, error);
}

} // namespace

ModelStore::ModelStore(Catalogue catalogue, std::vector<fs::path> folders)
    : m_catalogue(std::move(catalogue))
    , m_folders(std::move(folders))
{
}

Result<fs::path> ModelStore::find(const std::string &given, std::string_view role) const
{
    const ModelEntry *entry = given.empty() ? m_catalogue.defaultFor(role) : m_catalogue.find(given);
    if (entry) {
        if (fs::path path = locate(*entry); !path.empty())
            return path;
        return tl::unexpected(missing(entry->name + " (" + entry->file + ")"));
    }
    if (given.empty())
        return tl::unexpected(missing("default " + std::string(role) + " (the catalogue names none)"));
    if (isThere(given))
        return fs::path(given);
    if (fs::path path = inFolders(given); !path.empty())
        return path;
    return tl::unexpected(missing(given));
}

fs::path ModelStore::locate(const ModelEntry &entry) const
{
    if (fs::path path = inFolders(entry.file); !path.empty())
        return path;
    for (const std::string &name : entry.alternatives)
        if (fs::path path = inFolders(name); !path.empty())
            return path;
    return {};
}

fs::path ModelStore::inFolders(const std::string &name) const
{
    for (const fs::path &folder : m_folders)
        if (isThere(folder / name))
            return folder / name;
    return {};
}

Error ModelStore::missing(const std::string &what) const
{
    std::string detail = "model not found: " + what + ". Looked in:";
    for (const fs::path &folder : m_folders)
        detail += "\n  " + folder.string();
    detail += "\nRun installers/from-source.sh to fetch the default models, or name a model file with "
              "--model or --embedder.";
    return {ErrorCode::NotFound, detail};
}

} // namespace rag
