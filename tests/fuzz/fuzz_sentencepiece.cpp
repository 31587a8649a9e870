#include "tests/fuzz/folder_support.h"

/// A SentencePiece model (tokenizer.model).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto folder = folderWith("tokenizer.model", {reinterpret_cast<const char *>(data), size});
    if (!folder) {
        return 0;
    }
    const auto tokenizer = engine::Tokenizer::load(*folder);
    if (!tokenizer) {
        return tokenizer.error().detail.empty() ? std::abort(), 0 : 0; // an error says why
    }
    exercise(**tokenizer);
    return 0;
}
