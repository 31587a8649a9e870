#pragma once

#include "engine/base/result.h"
#include "engine/weights/model_file.h"

#include <nlohmann/json.hpp>

namespace engine {

/// tokenizer.json of a folder; where there is none, what it would say for vocab.json and merges.txt
/// (byte-level BPE, whose expression the tokenizer's class decides). Errors: NotFound (neither is there);
/// Damaged; Unsupported (a class whose expression we do not know: names it).
Result<nlohmann::json> readTokenizerJson(const ModelFile &folder);

} // namespace engine
