#include "engine/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace engine {
namespace {

double llama3Frequency(double frequency, const RopeScaling &scaling)
{
    const double wave = 2 * std::numbers::pi / frequency;
    if (wave < scaling.originalContext / scaling.highFrequency) {
        return frequency;
    }
    if (wave > scaling.originalContext / scaling.lowFrequency) {
        return frequency / scaling.factor;
    }
    const double keep = (scaling.originalContext / wave - scaling.lowFrequency) /
                        (scaling.highFrequency - scaling.lowFrequency);
    return (1 - keep) * frequency / scaling.factor + keep * frequency;
}

/// The pairs between those that are not stretched and those that are.
struct YarnRamp
{
    double begin;
    double end;

    YarnRamp(double base, int dimensions, const RopeScaling &scaling)
    {
        const auto pairThatTurns = [&](double turns) {
            return dimensions * std::log(scaling.originalContext / (turns * 2 * std::numbers::pi)) /
                   (2 * std::log(base));
        };
        begin = pairThatTurns(scaling.fastTurns);
        end = pairThatTurns(scaling.slowTurns);
        if (scaling.wholeDimensions) {
            begin = std::floor(begin);
            end = std::ceil(end);
        }
        begin = std::max(begin, 0.0);
        end = std::min(end, dimensions - 1.0);
        if (begin == end) {
            end += 0.001;
        }
    }

    double frequency(double frequency, std::size_t pair, double factor) const
    {
        const double stretched = std::clamp((double(pair) - begin) / (end - begin), 0.0, 1.0);
        return frequency * (1 - stretched) + frequency / factor * stretched;
    }
};

bool allPositive(const std::vector<float> &factors)
{
    return std::ranges::all_of(factors, [](float factor) { return std::isfinite(factor) && factor > 0; });
}

} // namespace

Result<void> checkRopeScaling(const RopeScaling &scaling, int dimensions)
{
    const auto within = [](double value, double least, double most) {
        return std::isfinite(value) && value >= least && value <= most;
    };
    if (!within(scaling.factor, 1e-3, 1e6) || !within(scaling.lowFrequency, 1e-6, 1e6) ||
        !within(scaling.highFrequency, 1e-6, 1e6) || scaling.highFrequency <= scaling.lowFrequency ||
        !within(scaling.originalContext, 1, 1e12) || !within(scaling.fastTurns, 1e-6, 1e9) ||
        !within(scaling.slowTurns, 1e-6, 1e9) || !within(scaling.magnitude, 1e-3, 1e3) ||
        !within(scaling.attentionMultiplier, 0, 1e3)) {
        return fail(ErrorCode::Damaged, "rope scaling is out of range");
    }
    if (scaling.kind == RopeScaling::Kind::LongRope) {
        for (const std::vector<float> *factors : {&scaling.shortFactors, &scaling.longFactors}) {
            if (factors->size() != std::size_t(dimensions / 2)) {
                return fail(ErrorCode::Damaged, "rope scaling has " + std::to_string(factors->size()) +
                                                    " factors for " + std::to_string(dimensions / 2) +
                                                    " frequencies");
            }
            if (!allPositive(*factors)) {
                return fail(ErrorCode::Damaged, "rope factors are not above zero");
            }
        }
    }
    return {};
}

std::vector<float> ropeFrequencies(double base, int dimensions, const RopeScaling &scaling,
                                   const std::vector<float> &factors, bool longText)
{
    const YarnRamp ramp(base, dimensions, scaling);
    std::vector<float> frequencies(std::size_t(dimensions / 2));
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        double frequency = std::pow(base, -2.0 * double(i) / dimensions);
        switch (scaling.kind) {
        case RopeScaling::Kind::None:
            break;
        case RopeScaling::Kind::Linear:
            frequency /= scaling.factor;
            break;
        case RopeScaling::Kind::Llama3:
            frequency = llama3Frequency(frequency, scaling);
            break;
        case RopeScaling::Kind::Yarn:
            frequency = ramp.frequency(frequency, i, scaling.factor);
            break;
        case RopeScaling::Kind::LongRope:
            frequency /= double(longText ? scaling.longFactors[i] : scaling.shortFactors[i]);
            break;
        }
        if (!factors.empty()) {
            frequency /= double(factors[i]);
        }
        frequencies[i] = float(frequency);
    }
    return frequencies;
}

double yarnMagnitude(double factor, double multiplier)
{
    return factor <= 1 ? 1 : 0.1 * multiplier * std::log(factor) + 1;
}

double longRopeMagnitude(double factor, double originalContext)
{
    return factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(originalContext));
}

} // namespace engine
