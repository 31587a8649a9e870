#pragma once

#include <filesystem>
#include <vector>

namespace app {

/// Folder of the running program; empty if the system does not tell.
std::filesystem::path programFolder();

/// $XDG_DATA_HOME/warraq, else ~/.local/share/warraq.
std::filesystem::path dataFolder();

/// dataFolder()/library: database, vectors, logs.
std::filesystem::path defaultLibrary();

/// Where models are looked for, in this order: $WARRAQ_MODELS, LIBRARY/models, dataFolder()/models, beside
/// the installed program (../share/warraq/models), and models/ of a source tree that the program was built
/// in.
std::vector<std::filesystem::path> modelFolders(const std::filesystem::path &library);

/// resources/models/catalogue.json of the installation or of the source tree; empty if there is none.
std::filesystem::path catalogueFile();

} // namespace app
