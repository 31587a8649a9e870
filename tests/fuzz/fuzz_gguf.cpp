#include "engine/weights/gguf.h"
#include "engine/weights/quant.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto content = engine::readGguf(std::as_bytes(std::span(data, size)), "fuzz.gguf");
    if (!content) {
        return content.error().detail.empty() ? std::abort(), 0 : 0; // an error says why
    }
    for (const engine::Tensor &tensor : content->tensors) {
        const auto layout = *engine::layoutOf(tensor.type);
        std::vector<float> values(tensor.data.size() / std::size_t(layout.blockBytes) *
                                  std::size_t(layout.blockValues));
        if (!engine::dequantize(tensor.type, tensor.data, values)) {
            std::abort();
        }
    }
    return 0;
}
