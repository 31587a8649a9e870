#pragma once

#include "engine/base/cancel.h"
#include "engine/base/result.h"
#include "engine/weights/tensor.h"

#include <filesystem>
#include <functional>
#include <string_view>

namespace engine {

struct QuantizeOptions
{
    TensorType type = TensorType::Q8_0; ///< F16, Q8_0, Q4_0, Q4_1, Q4_K or Q6_K
    int threads = 0;                    ///< 0: as many as the machine has real cores
    std::function<void(int done, int all, std::string_view tensor)>
        onProgress; ///< before each tensor; may be empty
};

struct Quantized
{
    std::uint64_t bytesBefore = 0; ///< of the files
    std::uint64_t bytesAfter = 0;
};

/// Makes a model small: writes a GGUF from a Hugging Face folder, or from a GGUF of higher precision, with
/// its tokenizer and chat template. Norms, biases, routers and tables stay float32. Works tensor by tensor,
/// some rows at a time: never more than one matrix is in memory.
/// @param out  replaced when whole, never half-written
/// Errors: those of reading the model; Unsupported (a type that is not written, a source that is not more
/// precise, a model that a GGUF has no words for); Damaged (a weight that is no number); Storage; Cancelled.
Result<Quantized> quantizeModel(const std::filesystem::path &in, const std::filesystem::path &out,
                                const QuantizeOptions &options, const CancelToken &cancel = {});

} // namespace engine
