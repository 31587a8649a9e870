#include "engine/weights/quant.h"
#include "engine/weights/quantize_blocks.h"

#include <cmath>

// Squared error as a function of the scale has a kink wherever a value changes its code; between the kinks
// the best scale is the least-squares one. A few starting points, each followed by its least-squares scale,
// find the best within a fraction of a percent.
namespace engine {

namespace {

constexpr int kSteps = 9; ///< tries to either side
constexpr float kStepWidth = 0.1f;

struct Products
{
    float valueCode = 0;
    float codeCode = 0;
};

Products productsOf(const float *values, std::size_t count, int lowest, int highest, float inverse)
{
    Products sums;
    for (std::size_t i = 0; i < count; ++i) {
        const auto code = float(nearestCode(values[i] * inverse, lowest, highest));
        sums.valueCode += values[i] * code;
        sums.codeCode += code * code;
    }
    return sums;
}

/// Σx, Σc, Σxc, Σc² for x and its code c.
struct AffineSums
{
    float value = 0;
    float code = 0;
    float valueCode = 0;
    float codeCode = 0;
};

AffineFit solved(const AffineSums &sums, std::size_t count, bool negativeLeast)
{
    const auto n = float(count);
    const float determinant = n * sums.codeCode - sums.code * sums.code;
    AffineFit fit;
    if (determinant <= 0) {
        return fit;
    }
    fit.scale = (n * sums.valueCode - sums.value * sums.code) / determinant;
    fit.least = (sums.codeCode * sums.value - sums.code * sums.valueCode) / determinant;
    if (negativeLeast && fit.least > 0) {
        fit.least = 0;
        fit.scale = sums.valueCode / sums.codeCode;
    }
    return fit;
}

} // namespace

float asHalf(float value)
{
    return halfToFloat(floatToHalf(value));
}

float scaleError(const float *values, std::size_t count, int lowest, int highest, float scale)
{
    const float inverse = inverseOf(scale);
    float error = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const float off = values[i] - scale * float(nearestCode(values[i] * inverse, lowest, highest));
        error += off * off;
    }
    return error;
}

float affineError(const float *values, std::size_t count, int highest, float scale, float least)
{
    const float inverse = inverseOf(scale);
    float error = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto code = float(nearestCode((values[i] - least) * inverse, 0, highest));
        const float off = values[i] - (scale * code + least);
        error += off * off;
    }
    return error;
}

ScaleFit fitScale(const float *values, std::size_t count, int lowest, int highest, float (*asStored)(float))
{
    float extreme = 0; // the value farthest from 0, with its sign
    for (std::size_t i = 0; i < count; ++i) {
        extreme = std::abs(values[i]) > std::abs(extreme) ? values[i] : extreme;
    }
    ScaleFit best{0, scaleError(values, count, lowest, highest, 0)};
    if (extreme == 0) {
        return best;
    }
    const auto consider = [&](float inverse) {
        const Products sums = productsOf(values, count, lowest, highest, inverse);
        if (sums.codeCode == 0) {
            return;
        }
        const float scale = asStored(sums.valueCode / sums.codeCode);
        const float error = scaleError(values, count, lowest, highest, scale);
        if (error < best.error) {
            best = {scale, error};
        }
    };
    // The side with one code more takes the extreme value; near the other end it may still be better.
    for (int step = -kSteps; step <= kSteps; ++step) {
        consider((float(lowest) + kStepWidth * float(step)) / extreme);
    }
    consider(float(highest) / extreme);
    // And the plain rounding.
    const float plain = asStored(extreme / float(lowest));
    const float error = scaleError(values, count, lowest, highest, plain);
    return error < best.error ? ScaleFit{plain, error} : best;
}

AffineFit fitAffine(const float *values, std::size_t count, int highest, bool negativeLeast)
{
    float least = values[0];
    float most = values[0];
    AffineSums start;
    for (std::size_t i = 0; i < count; ++i) {
        least = std::min(least, values[i]);
        most = std::max(most, values[i]);
        start.value += values[i];
    }
    least = negativeLeast ? std::min(least, 0.0f) : least;
    AffineFit best{0, least, 0};
    best.error = affineError(values, count, highest, 0, least);
    if (most <= least) {
        return best;
    }
    const auto consider = [&](float scale, float offset) {
        const float error = affineError(values, count, highest, scale, offset);
        if (error < best.error) {
            best = {scale, offset, error};
        }
    };
    consider((most - least) / float(highest), least);
    for (int step = -kSteps; step <= kSteps; ++step) {
        const float inverse = (float(highest) + kStepWidth * float(step)) / (most - least);
        AffineSums sums = start;
        for (std::size_t i = 0; i < count; ++i) {
            const auto code = float(nearestCode((values[i] - least) * inverse, 0, highest));
            sums.code += code;
            sums.codeCode += code * code;
            sums.valueCode += values[i] * code;
        }
        const AffineFit fit = solved(sums, count, negativeLeast);
        if (fit.scale > 0) {
            consider(fit.scale, fit.least);
        }
    }
    return best;
}

} // namespace engine
