#pragma once

#include "engine/engine.h"

#include <functional>
#include <span>

namespace engine {

/// Minus infinity for what must not come; other biases are added. Tokens outside the vocabulary are ignored.
void applyBias(std::span<float> logits, std::span<const TokenBias> bias);
void applyMask(std::span<float> logits, std::span<const std::uint8_t> allowed);

/// Repetition: a logit is divided by the penalty where positive, multiplied where negative (Keskar et al.
/// 2019). Then frequency times count, and presence, are taken off. All over the last penaltyWindow tokens.
void applyPenalties(std::span<float> logits, std::span<const TokenId> history,
                    const SamplingOptions &options);

/// See DryOptions. Linear in the window. @param isBreaker  may be empty
void applyDry(std::span<float> logits, std::span<const TokenId> history, const DryOptions &options,
              const std::function<bool(TokenId)> &isBreaker);

} // namespace engine
