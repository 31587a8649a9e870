#pragma once

#include "engine/tokenizer/metaspace.h"
#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <memory>
#include <vector>

namespace engine {

struct UnigramModel
{
    Normalizer normalizer;
    Metaspace metaspace;
    std::vector<float> scores; ///< log probability of each token; what is no number counts as very unlikely
    bool byteFallback = false;
};

/// SentencePiece Unigram (Kudo 2018): of all ways to cut a text into tokens the most probable (Viterbi).
std::unique_ptr<const Tokenizer> makeUnigram(TokenizerParts parts, UnigramModel model);

} // namespace engine
