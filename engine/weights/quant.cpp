#include "engine/weights/quant.h"

#include "engine/weights/quant_blocks.h"

#include <array>
#include <bit>

namespace engine {

namespace {

struct TypeEntry
{
    TensorType type;
    TypeLayout layout;
    Dequantizer dequantizer; ///< null for the plain types
};

constexpr std::array kTypes{
    TypeEntry{TensorType::F32, {"F32", 1, 4}, nullptr},
    TypeEntry{TensorType::F16, {"F16", 1, 2}, nullptr},
    TypeEntry{TensorType::BF16, {"BF16", 1, 2}, nullptr},
    TypeEntry{TensorType::F64, {"F64", 1, 8}, nullptr},
    TypeEntry{TensorType::I8, {"I8", 1, 1}, nullptr},
    TypeEntry{TensorType::I16, {"I16", 1, 2}, nullptr},
    TypeEntry{TensorType::I32, {"I32", 1, 4}, nullptr},
    TypeEntry{TensorType::I64, {"I64", 1, 8}, nullptr},
    TypeEntry{TensorType::Q4_0, {"Q4_0", 32, 18}, dequantizeQ4_0},
    TypeEntry{TensorType::Q4_1, {"Q4_1", 32, 20}, dequantizeQ4_1},
    TypeEntry{TensorType::Q5_0, {"Q5_0", 32, 22}, dequantizeQ5_0},
    TypeEntry{TensorType::Q5_1, {"Q5_1", 32, 24}, dequantizeQ5_1},
    TypeEntry{TensorType::Q8_0, {"Q8_0", 32, 34}, dequantizeQ8_0},
    TypeEntry{TensorType::Q8_1, {"Q8_1", 32, 36}, dequantizeQ8_1},
    TypeEntry{TensorType::Q2_K, {"Q2_K", 256, 84}, dequantizeQ2_K},
    TypeEntry{TensorType::Q3_K, {"Q3_K", 256, 110}, dequantizeQ3_K},
    TypeEntry{TensorType::Q4_K, {"Q4_K", 256, 144}, dequantizeQ4_K},
    TypeEntry{TensorType::Q5_K, {"Q5_K", 256, 176}, dequantizeQ5_K},
    TypeEntry{TensorType::Q6_K, {"Q6_K", 256, 210}, dequantizeQ6_K},
    TypeEntry{TensorType::Q8_K, {"Q8_K", 256, 292}, dequantizeQ8_K},
    TypeEntry{TensorType::IQ2_XXS, {"IQ2_XXS", 256, 66}, dequantizeIQ2_XXS},
    TypeEntry{TensorType::IQ2_XS, {"IQ2_XS", 256, 74}, dequantizeIQ2_XS},
    TypeEntry{TensorType::IQ2_S, {"IQ2_S", 256, 82}, dequantizeIQ2_S},
    TypeEntry{TensorType::IQ3_XXS, {"IQ3_XXS", 256, 98}, dequantizeIQ3_XXS},
    TypeEntry{TensorType::IQ3_S, {"IQ3_S", 256, 110}, dequantizeIQ3_S},
    TypeEntry{TensorType::IQ1_S, {"IQ1_S", 256, 50}, dequantizeIQ1_S},
    TypeEntry{TensorType::IQ1_M, {"IQ1_M", 256, 56}, dequantizeIQ1_M},
    TypeEntry{TensorType::IQ4_NL, {"IQ4_NL", 32, 18}, dequantizeIQ4_NL},
    TypeEntry{TensorType::IQ4_XS, {"IQ4_XS", 256, 136}, dequantizeIQ4_XS},
    TypeEntry{TensorType::TQ1_0, {"TQ1_0", 256, 54}, dequantizeTQ1_0},
    TypeEntry{TensorType::TQ2_0, {"TQ2_0", 256, 66}, dequantizeTQ2_0},
    TypeEntry{TensorType::MXFP4, {"MXFP4", 32, 17}, dequantizeMXFP4},
    TypeEntry{TensorType::NVFP4, {"NVFP4", 64, 36}, dequantizeNVFP4},
};

const TypeEntry *entryOf(TensorType type)
{
    for (const TypeEntry &entry : kTypes) {
        if (entry.type == type) {
            return &entry;
        }
    }
    return nullptr;
}

template <class T>
void convert(std::span<const std::byte> bytes, std::span<float> values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        T value;
        std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
        values[i] = float(value);
    }
}

template <float (*kConvert)(std::uint16_t)>
void convertShort(std::span<const std::byte> bytes, std::span<float> values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = kConvert(u16At(bytes.data() + 2 * i));
    }
}

bool convertPlain(TensorType type, std::span<const std::byte> bytes, std::span<float> values)
{
    switch (type) {
    case TensorType::F32:
        std::memcpy(values.data(), bytes.data(), bytes.size());
        return true;
    case TensorType::F16:
        convertShort<halfToFloat>(bytes, values);
        return true;
    case TensorType::BF16:
        convertShort<bfloatToFloat>(bytes, values);
        return true;
    case TensorType::F64:
        convert<double>(bytes, values);
        return true;
    case TensorType::I8:
        convert<std::int8_t>(bytes, values);
        return true;
    case TensorType::I16:
        convert<std::int16_t>(bytes, values);
        return true;
    case TensorType::I32:
        convert<std::int32_t>(bytes, values);
        return true;
    case TensorType::I64:
        convert<std::int64_t>(bytes, values);
        return true;
    default:
        return false;
    }
}

} // namespace

std::optional<TypeLayout> layoutOf(TensorType type)
{
    const TypeEntry *entry = entryOf(type);
    return entry ? std::optional(entry->layout) : std::nullopt;
}

std::optional<TensorType> typeNamed(std::string_view name)
{
    for (const TypeEntry &entry : kTypes) {
        if (entry.layout.name == name) {
            return entry.type;
        }
    }
    return std::nullopt;
}

Result<void> dequantize(TensorType type, std::span<const std::byte> blocks, std::span<float> values)
{
    const TypeEntry *entry = entryOf(type);
    if (!entry) {
        return fail(ErrorCode::Unsupported, "tensor type " + std::to_string(std::uint32_t(type)));
    }
    const auto blockBytes = std::size_t(entry->layout.blockBytes);
    const auto blockValues = std::size_t(entry->layout.blockValues);
    const std::size_t count = blocks.size() / blockBytes;
    if (blocks.size() % blockBytes != 0 || values.size() != count * blockValues) {
        return fail(ErrorCode::Damaged, std::to_string(blocks.size()) + " bytes of " +
                                            std::string(entry->layout.name) + " are not " +
                                            std::to_string(values.size()) + " values");
    }
    if (count == 0) {
        return {};
    }
    if (entry->dequantizer) {
        entry->dequantizer(blocks.data(), count, values.data());
        return {};
    }
    if (!convertPlain(type, blocks, values)) {
        return fail(ErrorCode::Unsupported, "no values from " + std::string(entry->layout.name));
    }
    return {};
}

float halfToFloat(std::uint16_t bits)
{
    const std::uint32_t sign = std::uint32_t(bits & 0x8000) << 16;
    const std::uint32_t exponent = (bits >> 10) & 31;
    const std::uint32_t fraction = bits & 0x3ff;
    if (exponent == 0) { // zero or subnormal
        const auto magnitude = std::bit_cast<std::uint32_t>(float(fraction) * 0x1p-24f);
        return std::bit_cast<float>(sign | magnitude);
    }
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

std::uint16_t floatToHalf(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000);
    const std::uint32_t magnitude = bits & 0x7fffffff;
    std::uint32_t half;
    if (magnitude > 0x7f800000) {
        half = 0x7e00;
    } else if (magnitude >= 0x47800000) { // 65536 and above
        half = 0x7c00;
    } else if (magnitude <
               0x38800000) { // below 2^-14: the sum rounds at 2^-24, the last place of a subnormal
        half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) -
               std::bit_cast<std::uint32_t>(0.5f);
    } else {
        half = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

float bfloatToFloat(std::uint16_t bits)
{
    return std::bit_cast<float>(std::uint32_t(bits) << 16);
}

std::uint16_t floatToBfloat(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
        return static_cast<std::uint16_t>(bits >> 16 | 64); // stays a NaN, made quiet
    }
    return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

} // namespace engine
