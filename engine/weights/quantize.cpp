#include "engine/weights/quantize.h"

#include "engine/weights/quant.h"
#include "engine/weights/quantize_blocks.h"

#include <cmath>
#include <limits>

namespace engine {

namespace {

constexpr float kLargestHalf = 65504.0f;

void quantizeF32(const float *values, std::size_t count, std::byte *blocks)
{
    std::memcpy(blocks, values, count * sizeof(float));
}

template <std::uint16_t (*kConvert)(float)>
void quantizeShort(const float *values, std::size_t count, std::byte *blocks)
{
    for (std::size_t i = 0; i < count; ++i) {
        putNumber(blocks + 2 * i, kConvert(values[i]));
    }
}

Quantizer quantizerOf(TensorType type)
{
    switch (type) {
    case TensorType::F32:
        return quantizeF32;
    case TensorType::F16:
        return quantizeShort<floatToHalf>;
    case TensorType::BF16:
        return quantizeShort<floatToBfloat>;
    case TensorType::Q8_0:
        return quantizeQ8_0;
    case TensorType::Q4_0:
        return quantizeQ4_0;
    case TensorType::Q4_1:
        return quantizeQ4_1;
    case TensorType::Q4_K:
        return quantizeQ4_K;
    case TensorType::Q6_K:
        return quantizeQ6_K;
    default:
        return nullptr;
    }
}

/// The greatest size a value may have: scales are half-precision numbers.
float largestOf(TensorType type)
{
    const bool wide = type == TensorType::F32 || type == TensorType::BF16;
    return wide ? std::numeric_limits<float>::max() : kLargestHalf;
}

} // namespace

bool canQuantize(TensorType type)
{
    return quantizerOf(type) != nullptr;
}

Result<void> quantize(TensorType type, std::span<const float> values, std::span<std::byte> blocks)
{
    const Quantizer quantizer = quantizerOf(type);
    const auto layout = layoutOf(type);
    if (!quantizer || !layout) {
        return fail(ErrorCode::Unsupported,
                    "no way to write " +
                        (layout ? std::string(layout->name) : std::to_string(std::uint32_t(type))));
    }
    const auto blockValues = std::size_t(layout->blockValues);
    const std::size_t count = values.size() / blockValues;
    if (values.size() % blockValues != 0 || blocks.size() != count * std::size_t(layout->blockBytes)) {
        return fail(ErrorCode::Damaged, std::to_string(values.size()) + " values are not whole blocks of " +
                                            std::string(layout->name));
    }
    const float largest = largestOf(type);
    for (const float value : values) {
        if (!(std::abs(value) <= largest)) { // not a number, too
            return fail(ErrorCode::Damaged, "a value that " + std::string(layout->name) + " cannot hold");
        }
    }
    quantizer(values.data(), count, blocks.data());
    return {};
}

} // namespace engine
