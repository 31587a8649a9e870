#pragma once

#include "engine/engine.h"
#include "engine/model/config.h"

#include <string>
#include <string_view>

namespace engine {

/// What an embedding model was trained to see before a question and before a passage.
struct EmbeddingPrefixes
{
    std::string query;
    std::string passage;
};

/// From the folder's config_sentence_transformers.json where it names them, else by the model's name: the E5
/// and BGE papers fix theirs (Wang et al. 2022, Xiao et al. 2023). Both empty for other models.
EmbeddingPrefixes embeddingPrefixes(const ModelFile &file, const ModelConfig &config);

/// White space trimmed from the text and from the whole, since tokenizers disagree about a blank at the end.
std::string withPrefix(const EmbeddingPrefixes &prefixes, TextKind kind, std::string_view text);

} // namespace engine
