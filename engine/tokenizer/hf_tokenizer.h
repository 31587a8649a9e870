#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>

namespace engine {

/// The tokenizer of a Hugging Face folder: tokenizer.json, else vocab.txt (BERT).
/// Errors: NotFound; Damaged (field and reason); Unsupported (names the step that we do not know).
Result<std::unique_ptr<const Tokenizer>> loadHfTokenizer(const ModelFile &file);

} // namespace engine
