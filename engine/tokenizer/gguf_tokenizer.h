#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>

namespace engine {

/// The tokenizer in a GGUF file's metadata (tokenizer.ggml.*): gpt2 (byte-level BPE), llama (SentencePiece
/// BPE), t5 (Unigram), bert (WordPiece). Errors: Damaged (names the key), Unsupported (model or
/// pre-tokenizer: names it).
Result<std::unique_ptr<const Tokenizer>> loadGgufTokenizer(const Metadata &metadata);

} // namespace engine
