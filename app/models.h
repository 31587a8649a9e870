#pragma once

#include "rag/models/model_store.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace app {

/// The catalogue (empty if it is missing) and the folders of paths.h.
rag::ModelStore modelStore(const std::filesystem::path &library);

/// A model file or folder. @param given  path or name; empty: the default of `role`, "generator" or
/// "embedder" Errors: NotFound (says where it looked and how to get the default models).
engine::Result<std::filesystem::path> findModel(const std::filesystem::path &library,
                                                const std::string &given, std::string_view role);

} // namespace app
