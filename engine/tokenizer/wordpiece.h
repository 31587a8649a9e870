#pragma once

#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <memory>
#include <string>

namespace engine {

/// How a vocabulary marks where in a word a token stands: "##ing" goes on (tokenizer.json), or "▁go" begins
/// (GGUF).
struct WordPieceModel
{
    Normalizer normalizer;
    std::string beginPrefix;    ///< of tokens that begin a word; may be empty
    std::string continuePrefix; ///< of tokens that go on; one of the two is empty
    int longestWord = 100;      ///< characters; a longer word is one unknown token
};

/// WordPiece (Schuster & Nakajima 2012, as in BERT): each word is cut into the longest tokens from the left.
std::unique_ptr<const Tokenizer> makeWordPiece(TokenizerParts parts, WordPieceModel model);

} // namespace engine
