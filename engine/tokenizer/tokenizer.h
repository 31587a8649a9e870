#pragma once

#include "engine/base/result.h"
#include "engine/weights/model_file.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct TokenizerParts;
struct SpecialScope;
using TokenId = std::int32_t;

enum class TokenKind : std::uint8_t { Normal, Unknown, Control, UserDefined, Unused, Byte };

/// Bytes begin .. end - 1 of a text.
struct TextRange
{
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct SpecialTokens
{
    std::optional<TokenId> bos, eos, unknown, separator, padding, mask, classification;
    std::vector<TokenId> endOfText; ///< every token that ends an answer (eos, <|im_end|>, <|eot_id|>, ...)
};

/// Text to token ids and back. Immutable, safe from any thread.
class Tokenizer
{
public:
    /// Reads the tokenizer of a GGUF (tokenizer.ggml.*) or of a folder (tokenizer.json, else vocab files).
    /// Errors: Damaged (field and reason), Unsupported (kind or pre-tokenizer: names it).
    static Result<std::unique_ptr<const Tokenizer>> load(const ModelFile &file);

    virtual ~Tokenizer();

    int size() const;
    const SpecialTokens &special() const;
    TokenKind kind(TokenId token) const;
    std::string_view tokenText(TokenId token) const; ///< as the vocabulary has it
    std::optional<TokenId> find(std::string_view tokenText) const;
    bool isEndOfText(TokenId token) const;

    struct Options
    {
        bool addSpecial = false;
        bool parseSpecial = false;
    };

    /// Never fails, whatever the bytes. Without parseSpecial no control token can come out (but those of
    /// addSpecial).
    std::vector<TokenId> encode(std::string_view text, const Options &options) const;
    /// A text of two voices: control tokens, and user-defined ones that look like them, are found only where
    /// they lie wholly inside one of the `trusted` ranges (in order, not overlapping). White space that a
    /// token takes along may be anyone's.
    std::vector<TokenId> encodeMarked(std::string_view text, std::span<const TextRange> trusted) const;
    /// With the special tokens a cross-encoder puts round and between two texts. @param segments  0 or 1 for
    /// each token, as the model was trained: 1 for the second text in BERT, 0 throughout in XLM-RoBERTa
    std::vector<TokenId> encodePair(std::string_view first, std::string_view second,
                                    std::vector<int> &segments) const;
    /// The bytes of the tokens in a row, without the blank that SentencePiece puts before a text.
    /// @param withSpecial  control tokens as their text, else nothing
    std::string decode(std::span<const TokenId> tokens, bool withSpecial = false) const;

protected:
    explicit Tokenizer(TokenizerParts parts);

    const TokenizerParts &parts() const { return *m_parts; }

    /// A part of a text with no special token in it. @param first  nothing of the text stands before it
    virtual void encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const = 0;
    /// The bytes of a Normal or Byte token. @param first  no text token stands before it
    virtual void appendBytes(TokenId token, bool first, std::string &out) const = 0;

private:
    void encodeText(std::string_view text, const SpecialScope &scope, std::vector<TokenId> &out) const;

    std::unique_ptr<const TokenizerParts> m_parts;
};

} // namespace engine
