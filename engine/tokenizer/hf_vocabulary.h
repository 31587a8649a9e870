#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace engine {

/// The tokens of a Hugging Face folder, added ones too, what is searched for in text, and what is put round
/// it.
struct HfVocabulary
{
    TokenizerParts parts;
    std::vector<float> scores; ///< of a Unigram model
};

/// From tokenizer.json, and the names of special tokens in the files beside it.
/// Errors: Damaged (field and reason).
Result<HfVocabulary> readHfVocabulary(const nlohmann::json &root, const ModelFile &file);
/// From BERT's vocab.txt. Errors: Damaged.
Result<TokenizerParts> readVocabText(const std::string &text, const ModelFile &file);

/// "type" of the model, or what its fields say where older files leave it out.
std::string hfModelType(const nlohmann::json &model);
/// A JSON file of the folder; null where there is none that can be read.
nlohmann::json readHfConfig(const ModelFile &file, std::string_view name);

} // namespace engine
