#pragma once

#include "engine/model/config.h"
#include "engine/weights/gguf_writer.h"

namespace engine {

/// What a GGUF of the model says of itself (general.*, ARCHITECTURE.*): the way back from readConfig().
/// @param reranker  the model has a head that scores pairs
/// Errors: Unsupported (something that no key can say: says what).
Result<void> addHyperparameters(const ModelFile &file, const ModelConfig &config, bool reranker,
                                GgufWriter &writer);

} // namespace engine
