#pragma once

#include "engine/base/result.h"
#include "engine/engine.h"

#include <array>
#include <cstdint>
#include <functional>
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

/// Logits to a token, in the order that SamplingOptions gives. Keeps what mirostat has learnt: one Sampler a
/// text.
class Sampler
{
public:
    /// @param isBreaker  whether a repetition ends at this token; asked while DRY is on; empty: at none
    explicit Sampler(const SamplingOptions &options, std::function<bool(TokenId)> isBreaker = {});

    /// @param logits  [vocabulary]; changed by bias, mask and penalties. @param history  tokens so far,
    /// oldest first @param allowed  [vocabulary], 0: must not come; empty: all may Errors: Damaged (a logit
    /// is not finite); Unsupported (no token is allowed).
    Result<TokenId> pick(std::span<float> logits, std::span<const TokenId> history,
                         std::span<const std::uint8_t> allowed = {});

private:
    struct Candidate
    {
        TokenId token;
        float logit;
        double weight; ///< not normalised
    };

    bool changesLogits() const;
    void gather(std::span<const float> logits, float greatest);
    double totalWeight() const;
    void cut();
    void cutTypical();
    TokenId draw();
    TokenId drawMirostat();

    SamplingOptions m_options;
    std::function<bool(TokenId)> m_isBreaker;
    Random m_random;
    double m_maxSurprise; ///< bits; mirostat's mu
    std::vector<Candidate> m_candidates;
};

} // namespace engine
