#pragma once

#include "engine/base/result.h"
#include "engine/weights/model_file.h"

namespace engine {

/// The tokenizer and chat template of a Hugging Face folder as the keys of a GGUF (tokenizer.*): what its
/// converted file carries. From tokenizer.json, a SentencePiece model, vocab.json with merges.txt, or
/// vocab.txt. Errors: NotFound; Damaged; Unsupported (a kind that GGUF has no words for: says which).
Result<Metadata> tokenizerMetadata(const ModelFile &folder);

/// From a folder's SentencePiece model alone (tokenizer.model, sentencepiece.bpe.model, spiece.model), with
/// the tokens that the files beside it add. Errors: NotFound (none of them is there); Damaged; Unsupported.
Result<Metadata> sentencePieceMetadata(const ModelFile &folder);

} // namespace engine
