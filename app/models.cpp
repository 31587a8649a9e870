#include "app/models.h"

#include "app/paths.h"
#include "engine/base/log.h"

namespace app {

rag::ModelStore modelStore(const std::filesystem::path &library)
{
    engine::Result<rag::Catalogue> catalogue = rag::readCatalogue(catalogueFile());
    if (!catalogue)
        engine::logLine(engine::LogLevel::Warning, catalogue.error().detail);
    return {catalogue ? *std::move(catalogue) : rag::Catalogue(), modelFolders(library)};
}

engine::Result<std::filesystem::path> findModel(const std::filesystem::path &library,
                                                const std::string &given, std::string_view role)
{
    return modelStore(library).find(given, role);
}

} // namespace app
