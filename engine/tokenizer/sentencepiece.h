#pragma once

#include "engine/tokenizer/merge_table.h"
#include "engine/tokenizer/metaspace.h"
#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <memory>
#include <optional>
#include <vector>

namespace engine {

struct SentencePieceModel
{
    Normalizer normalizer;
    Metaspace metaspace;
    std::optional<MergeTable> merges; ///< by rank (tokenizer.json); without them by `scores`
    std::vector<float> scores; ///< of each token: neighbours that make a token of higher score go first
    bool byteFallback = true;
    bool fuseUnknown = true;
    bool dropFirstBlank = false; ///< decoding takes the prefix off again
};

/// SentencePiece BPE (Kudo & Richardson 2018): the characters of a text are merged, blanks being U+2581;
/// characters without a token become byte tokens, or the unknown token.
std::unique_ptr<const Tokenizer> makeSentencePiece(TokenizerParts parts, SentencePieceModel model);

} // namespace engine
