#pragma once

#include "engine/base/result.h"

#include <string>
#include <vector>

namespace engine {

/// How rotary positions (Su et al. 2021) are stretched beyond the trained length.
struct RopeScaling
{
    enum class Kind {
        None,
        Linear,  ///< frequencies / factor (Chen et al. 2023)
        Llama3,  ///< by wave length, as Llama 3.1's reference code does it
        Yarn,    ///< Peng et al. 2023
        LongRope ///< a factor for each frequency, two sets of them (Ding et al. 2024)
    };
    Kind kind = Kind::None;
    double factor = 1;
    double originalContext = 8192; ///< tokens it was trained for before stretching
    double lowFrequency =
        1; ///< Llama 3: waves longer than originalContext / lowFrequency are stretched by `factor`
    double highFrequency = 4;       ///< and those shorter than originalContext / highFrequency not at all
    double fastTurns = 32;          ///< YaRN: what turns oftener in originalContext is not stretched,
    double slowTurns = 1;           ///< what turns more seldom is stretched by `factor`
    bool wholeDimensions = true;    ///< YaRN: that range is rounded outwards to whole dimensions
    double magnitude = 1;           ///< YaRN, LongRoPE: on sine and cosine
    double attentionMultiplier = 0; ///< YaRN of DeepSeek: mscale_all_dim, for the scale of attention; 0: none
    std::vector<float> shortFactors; ///< LongRoPE: divide the frequencies up to originalContext tokens
    std::vector<float> longFactors;  ///< and in longer texts; [dimensions / 2]
};

/// Errors: the reason why no positions could be computed with it.
Result<void> checkRopeScaling(const RopeScaling &scaling, int dimensions);

/// Radians a position of each rotated pair: base^(-2i / dimensions), scaled. With LongRoPE for texts of at
/// most originalContext tokens, or for `longText`s.
/// @param factors  divide the frequencies (rope_freqs of a GGUF); [dimensions / 2], empty for none
std::vector<float> ropeFrequencies(double base, int dimensions, const RopeScaling &scaling,
                                   const std::vector<float> &factors, bool longText = false);

/// YaRN's growth of attention for a stretch by `factor`: 0.1 · multiplier · ln(factor) + 1 (eq. 22).
double yarnMagnitude(double factor, double multiplier = 1);
/// LongRoPE's: √(1 + ln(factor) / ln(originalContext))
double longRopeMagnitude(double factor, double originalContext);

} // namespace engine
