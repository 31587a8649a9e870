#include "engine/weights/quant.h"
#include "engine/weights/safetensors.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto content = engine::readSafetensors(std::as_bytes(std::span(data, size)), "fuzz.safetensors");
    if (!content) {
        return content.error().detail.empty() ? std::abort(), 0 : 0; // an error says why
    }
    for (const engine::Tensor &tensor : content->tensors) {
        const auto layout = *engine::layoutOf(tensor.type);
        std::vector<float> values(tensor.data.size() / std::size_t(layout.blockBytes));
        if (!engine::dequantize(tensor.type, tensor.data, values)) {
            std::abort();
        }
    }
    return 0;
}
