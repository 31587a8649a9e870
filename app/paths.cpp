#include "app/paths.h"

#include <cstdlib>
#include <system_error>

namespace app {

namespace fs = std::filesystem;

namespace {

fs::path environmentPath(const char *name)
{
    const char *value = std::getenv(name);
    return value && *value ? fs::path(value) : fs::path();
}

/// The folders above the program in which a source tree may begin: build/PRESET/bin is three below it.
std::vector<fs::path> foldersAbove(fs::path folder)
{
    constexpr int kDepth = 4;
    std::vector<fs::path> above;
    for (int i = 0; i < kDepth && folder.has_parent_path() && folder != folder.parent_path(); ++i) {
        folder = folder.parent_path();
        above.push_back(folder);
    }
    return above;
}

bool isThere(const fs::path &path)
{
    std::error_code error;
    return fs::exists(path, error);
}

/// The source tree that the program lies in, known by its catalogue.
fs::path sourceTree()
{
    for (const fs::path &folder : foldersAbove(programFolder()))
        if (isThere(folder / "resources/models/catalogue.json"))
            return folder;
    return {};
}

} // namespace

fs::path programFolder()
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : program.parent_path();
}

fs::path dataFolder()
{
    const fs::path data = environmentPath("XDG_DATA_HOME");
    if (data.is_absolute()) // XDG base directory specification: a relative path is to be ignored
        return data / "warraq";
    const fs::path home = environmentPath("HOME");
    return (home.empty() ? fs::path("/tmp") : home) / ".local/share/warraq";
}

fs::path defaultLibrary()
{
    return dataFolder() / "library";
}

std::vector<fs::path> modelFolders(const fs::path &library)
{
    std::vector<fs::path> folders;
    if (const fs::path given = environmentPath("WARRAQ_MODELS"); !given.empty())
        folders.push_back(given);
    if (!library.empty())
        folders.push_back(library / "models");
    folders.push_back(dataFolder() / "models");
    if (const fs::path program = programFolder(); !program.empty())
        folders.push_back(program.parent_path() / "share/warraq/models");
    if (const fs::path tree = sourceTree(); !tree.empty())
        folders.push_back(tree / "models");
    return folders;
}

fs::path catalogueFile()
{
    const fs::path installed = programFolder().parent_path() / "share/warraq/catalogue.json";
    if (isThere(installed))
        return installed;
    const fs::path tree = sourceTree();
    return tree.empty() ? fs::path() : tree / "resources/models/catalogue.json";
}

} // namespace app
