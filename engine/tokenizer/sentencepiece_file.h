#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// A SentencePiece model (tokenizer.model, sentencepiece.bpe.model, spiece.model). Texts view into the bytes
/// it was read from.
struct SentencePieceFile
{
    /// Numbered as in the file, which is also how GGUF numbers them.
    enum class Type : std::uint8_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };

    struct Piece
    {
        std::string_view text;
        float score = 0;
        Type type = Type::Normal;
    };

    std::vector<Piece> pieces;
    bool unigram = true; ///< else BPE
    std::int32_t unknown = 0;
    std::int32_t bos = 1; ///< negative: none
    std::int32_t eos = 2;
    std::int32_t padding = -1;
    std::string_view charsmap; ///< compiled normalisation rules; empty: none
    bool dummyPrefix = true;   ///< a blank is put before a text
    bool removeExtraBlanks = true;
};

/// Reads the protocol buffer ModelProto (google/sentencepiece, sentencepiece_model.proto), as far as encoding
/// needs it. Bounded: nothing is allocated that the bytes do not pay for, nothing nests. Errors: Damaged
/// (source, field); Unsupported (a model that is neither BPE nor Unigram).
Result<SentencePieceFile> readSentencePiece(std::string_view bytes, const std::string &source);

} // namespace engine
