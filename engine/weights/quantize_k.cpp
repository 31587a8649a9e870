#include "engine/weights/quant.h"
#include "engine/weights/quantize_blocks.h"

#include <cmath>

// Super-blocks of 256 values; their layout stands in quant_k.cpp. First each group gets the scale it would
// like best; these are rounded to the integers that can be stored, with their neighbours tried too; then, the
// integers and codes fixed, the half-precision numbers of the super-block are fitted again. Each step is kept
// only if the error falls.
namespace engine {

namespace {

constexpr std::size_t kValues = 256;
constexpr int kRounds = 2; ///< of fitting again; a third gains less than 0.01 %

float unchanged(float value)
{
    return value;
}

/// What a Q4_K super-block stores.
struct Super4
{
    static constexpr std::size_t kGroups = 8;
    static constexpr std::size_t kGroupValues = kValues / kGroups;
    static constexpr int kMostScale = 63;
    static constexpr int kMostCode = 15;

    float scaleOfScales = 0;
    float scaleOfMins = 0;
    int scales[kGroups] = {};
    int mins[kGroups] = {};
    float error = 0;

    float groupError(const float *values, std::size_t group, int scale, int least) const
    {
        return affineError(values + group * kGroupValues, kGroupValues, kMostCode,
                           scaleOfScales * float(scale), -scaleOfMins * float(least));
    }

    int code(const float *values, std::size_t i) const
    {
        const std::size_t group = i / kGroupValues;
        const float scale = scaleOfScales * float(scales[group]);
        return nearestCode((values[i] + scaleOfMins * float(mins[group])) * inverseOf(scale), 0, kMostCode);
    }

    /// The integers of a group: those nearest to what it would like, or their neighbours.
    float chooseGroup(const float *values, std::size_t group, int scale, int least)
    {
        float best = groupError(values, group, scale, least);
        scales[group] = scale;
        mins[group] = least;
        for (int s = std::max(0, scale - 1); s <= std::min(kMostScale, scale + 1); ++s) {
            for (int m = std::max(0, least - 1); m <= std::min(kMostScale, least + 1); ++m) {
                const float error = groupError(values, group, s, m);
                if (error < best) {
                    best = error;
                    scales[group] = s;
                    mins[group] = m;
                }
            }
        }
        return best;
    }

    void choose(const float *values, const AffineFit (&wanted)[kGroups])
    {
        error = 0;
        const float perScale = inverseOf(scaleOfScales);
        const float perMin = inverseOf(scaleOfMins);
        for (std::size_t group = 0; group < kGroups; ++group) {
            error += chooseGroup(values, group, nearestCode(wanted[group].scale * perScale, 0, kMostScale),
                                 nearestCode(-wanted[group].least * perMin, 0, kMostScale));
        }
    }

    /// x ≈ d · (scale · code) - m · min: the two numbers of least error.
    Super4 fittedAgain(const float *values) const
    {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double xa = 0;
        double xb = 0;
        for (std::size_t i = 0; i < kValues; ++i) {
            const double a = scales[i / kGroupValues] * code(values, i);
            const double b = -mins[i / kGroupValues];
            aa += a * a;
            ab += a * b;
            bb += b * b;
            xa += double(values[i]) * a;
            xb += double(values[i]) * b;
        }
        Super4 again = *this;
        const double determinant = aa * bb - ab * ab;
        if (determinant > 1e-9 * aa * bb) {
            again.scaleOfScales = asHalf(float((xa * bb - xb * ab) / determinant));
            again.scaleOfMins = asHalf(float((xb * aa - xa * ab) / determinant));
        } else if (aa > 0) {
            again.scaleOfScales = asHalf(float((xa - double(scaleOfMins) * ab) / aa));
        }
        return again;
    }

    /// Six bits each: the first four groups plain, the upper two bits of the others in what those leave free.
    void put(const float *values, std::byte *to) const
    {
        putNumber(to, floatToHalf(scaleOfScales));
        putNumber(to + 2, floatToHalf(scaleOfMins));
        for (std::size_t i = 0; i < 4; ++i) {
            to[4 + i] = std::byte(scales[i] | scales[i + 4] >> 4 << 6);
            to[8 + i] = std::byte(mins[i] | mins[i + 4] >> 4 << 6);
            to[12 + i] = std::byte((scales[i + 4] & 15) | (mins[i + 4] & 15) << 4);
        }
        for (std::size_t i = 0; i < kValues / 2; ++i) {
            const std::size_t low = i / kGroupValues * 2 * kGroupValues + i % kGroupValues;
            to[16 + i] = std::byte(code(values, low) | code(values, low + kGroupValues) << 4);
        }
    }
};

/// What a Q6_K super-block stores.
struct Super6
{
    static constexpr std::size_t kGroups = 16;
    static constexpr std::size_t kGroupValues = kValues / kGroups;

    float scaleOfScales = 0;
    int scales[kGroups] = {};
    float error = 0;

    int code(const float *values, std::size_t i) const
    {
        return nearestCode(values[i] * inverseOf(scaleOfScales * float(scales[i / kGroupValues])), -32, 31);
    }

    void choose(const float *values, const float (&wanted)[kGroups])
    {
        error = 0;
        for (std::size_t group = 0; group < kGroups; ++group) {
            const int nearest = nearestCode(wanted[group] * inverseOf(scaleOfScales), -128, 127);
            float best = -1;
            for (int scale = std::max(-128, nearest - 1); scale <= std::min(127, nearest + 1); ++scale) {
                const float off = scaleError(values + group * kGroupValues, kGroupValues, -32, 31,
                                             scaleOfScales * float(scale));
                if (best < 0 || off < best) {
                    best = off;
                    scales[group] = scale;
                }
            }
            error += best;
        }
    }

    Super6 fittedAgain(const float *values) const
    {
        double xa = 0;
        double aa = 0;
        for (std::size_t i = 0; i < kValues; ++i) {
            const double a = scales[i / kGroupValues] * code(values, i);
            xa += double(values[i]) * a;
            aa += a * a;
        }
        Super6 again = *this;
        again.scaleOfScales = aa > 0 ? asHalf(float(xa / aa)) : scaleOfScales;
        return again;
    }

    void put(const float *values, std::byte *to) const
    {
        std::fill(to, to + 192, std::byte(0));
        for (std::size_t i = 0; i < kValues; ++i) {
            const int shifted = code(values, i) + 32;
            const std::size_t half = i / 128;
            const std::size_t quarter = i % 128 / 32;
            to[half * 64 + quarter % 2 * 32 + i % 32] |= std::byte((shifted & 15) << (quarter / 2 * 4));
            to[128 + half * 32 + i % 32] |= std::byte(shifted >> 4 << (quarter * 2));
        }
        for (std::size_t group = 0; group < kGroups; ++group) {
            to[192 + group] = std::byte(std::uint8_t(std::int8_t(scales[group])));
        }
        putNumber(to + 208, floatToHalf(scaleOfScales));
    }
};

/// Fits again and chooses again while that helps.
template <class Super, class Wanted>
Super refined(Super super, const float *values, const Wanted &wanted)
{
    for (int round = 0; round < kRounds; ++round) {
        Super again = super.fittedAgain(values);
        again.choose(values, wanted);
        if (!(again.error < super.error)) {
            break;
        }
        super = again;
    }
    return super;
}

} // namespace

void quantizeQ4_K(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 144, values += kValues) {
        AffineFit wanted[Super4::kGroups];
        float largestScale = 0;
        float largestMin = 0;
        for (std::size_t group = 0; group < Super4::kGroups; ++group) {
            wanted[group] = fitAffine(values + group * Super4::kGroupValues, Super4::kGroupValues,
                                      Super4::kMostCode, true);
            largestScale = std::max(largestScale, wanted[group].scale);
            largestMin = std::max(largestMin, -wanted[group].least);
        }
        Super4 super;
        super.scaleOfScales = asHalf(largestScale / float(Super4::kMostScale));
        super.scaleOfMins = asHalf(largestMin / float(Super4::kMostScale));
        super.choose(values, wanted);
        refined(super, values, wanted).put(values, blocks);
    }
}

void quantizeQ6_K(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t block = 0; block < count; ++block, blocks += 210, values += kValues) {
        float wanted[Super6::kGroups];
        float largest = 0; // with its sign: -128 is the integer of the greatest size
        for (std::size_t group = 0; group < Super6::kGroups; ++group) {
            wanted[group] =
                fitScale(values + group * Super6::kGroupValues, Super6::kGroupValues, -32, 31, unchanged)
                    .scale;
            largest = std::abs(wanted[group]) > std::abs(largest) ? wanted[group] : largest;
        }
        Super6 super;
        super.scaleOfScales = asHalf(largest / -128.0f);
        super.choose(values, wanted);
        refined(super, values, wanted).put(values, blocks);
    }
}

} // namespace engine
