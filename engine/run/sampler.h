#pragma once

#include "engine/base/result.h"
#include "engine/engine.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

/// Seeded numbers, the same on every platform: xoshiro256** (Blackman & Vigna 2018), seeded by SplitMix64.
class Random
{
public:
    explicit Random(std::uint64_t seed);
    std::uint64_t next();
    double unit(); ///< [0, 1), 53 bits

private:
    std::array<std::uint64_t, 4> m_state;
};

/// Logits to a token: repetition penalty, then the greatest (temperature 0), or temperature, top-k, top-p,
/// min-p and a draw, in this order (as Hugging Face does it).
class Sampler
{
public:
    explicit Sampler(const SamplingOptions &options);

    /// @param logits  [vocabulary]; changed by the penalty. @param history  tokens so far, oldest first
    /// Errors: Damaged (a logit is not finite).
    Result<TokenId> pick(std::span<float> logits, std::span<const TokenId> history);

private:
    struct Candidate
    {
        TokenId token;
        float logit;
        double weight; ///< not normalised
    };

    void penalise(std::span<float> logits, std::span<const TokenId> history) const;
    void gather(std::span<const float> logits, float greatest);
    void cut();
    TokenId draw();

    SamplingOptions m_options;
    Random m_random;
    std::vector<Candidate> m_candidates;
};

} // namespace engine
