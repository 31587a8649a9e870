#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Numbered as in GGUF (ggml_type), which is what files carry.
enum class TensorType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q8_1 = 9,
    Q2_K = 10,
    Q3_K = 11,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    Q8_K = 15,
    IQ2_XXS = 16,
    IQ2_XS = 17,
    IQ3_XXS = 18,
    IQ1_S = 19,
    IQ4_NL = 20,
    IQ3_S = 21,
    IQ2_S = 22,
    IQ4_XS = 23,
    I8 = 24,
    I16 = 25,
    I32 = 26,
    I64 = 27,
    F64 = 28,
    IQ1_M = 29,
    BF16 = 30,
    TQ1_0 = 34,
    TQ2_0 = 35,
    MXFP4 = 39,
    NVFP4 = 40
};

/// A tensor of a model file: a view that owns nothing; the file must outlive it.
struct Tensor
{
    std::string name;
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape; ///< outermost first: a matrix is [rows, columns], columns contiguous
    std::span<const std::byte> data; ///< exactly the bytes that type and shape need; any alignment

    std::int64_t columns() const { return shape.empty() ? 1 : shape.back(); }

    /// Product of all dimensions but the last.
    std::int64_t rows() const
    {
        std::int64_t rows = 1;
        for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
            rows *= shape[i];
        }
        return rows;
    }
};

} // namespace engine
