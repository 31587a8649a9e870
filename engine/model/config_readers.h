#pragma once

#include "engine/model/config.h"

namespace engine {

// The two halves of readConfig: each fills what its format says; readConfig checks the whole.
Result<ModelConfig> readGgufConfig(const ModelFile &file);
Result<ModelConfig> readFolderConfig(const ModelFile &file);

/// No hyperparameter of a model that fits a machine comes near it; products of two stay within 64 bits.
constexpr std::int64_t kMostOfAnything = 1 << 24;

} // namespace engine
