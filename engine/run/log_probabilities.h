#pragma once

#include "engine/engine.h"

#include <span>

namespace engine {

/// Natural logarithms of softmax(logits), computed in double. @param count  how many of the likeliest; of
/// equals the lower ids. @param chosen  inside the vocabulary
LogProbabilities logProbabilitiesOf(std::span<const float> logits, TokenId chosen, int count);

} // namespace engine
