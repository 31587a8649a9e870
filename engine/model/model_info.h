#pragma once

#include "engine/engine.h"
#include "engine/model/config.h"

namespace engine {

/// What a person and a log want to know of a model; device and the reranker's kind are filled in when it is
/// loaded.
ModelInfo describeModel(const ModelFile &file, const ModelConfig &config);

/// 16 hexadecimal digits over the tensor table and a sample of every tensor's bytes. It differs when weights
/// do, but for changes so small that all samples miss them; it is a name for caches, no signature.
std::string fingerprint(const ModelFile &file);

} // namespace engine
