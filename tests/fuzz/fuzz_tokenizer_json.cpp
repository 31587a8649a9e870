#include "tests/fuzz/folder_support.h"

/// A tokenizer.json: read, used, and turned into the keys of a GGUF, which are read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto folder = folderWith("tokenizer.json", {reinterpret_cast<const char *>(data), size});
    if (!folder) {
        return 0;
    }
    const auto tokenizer = engine::Tokenizer::load(*folder);
    if (!tokenizer) {
        return tokenizer.error().detail.empty() ? std::abort(), 0 : 0; // an error says why
    }
    exercise(**tokenizer);
    if (const auto metadata = engine::tokenizerMetadata(*folder)) {
        if (const auto again = engine::loadGgufTokenizer(*metadata)) {
            exercise(**again);
        }
    }
    return 0;
}
