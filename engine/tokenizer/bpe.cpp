#include "engine/tokenizer/bpe.h"

#include "engine/base/unicode.h"
#include "engine/tokenizer/byte_alphabet.h"

#include <array>

namespace engine {
namespace {

class BpeTokenizer final : public Tokenizer
{
public:
    BpeTokenizer(TokenizerParts parts, BpeModel model);

private:
    void encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const override;
    void appendBytes(TokenId token, bool first, std::string &out) const override;
    void encodeWord(std::string_view word, PairMerger &merger, std::string &chars,
                    std::vector<TokenId> &out) const;
    TokenId tokenOf(std::string_view word, std::string &chars) const;
    void emit(TokenId token, std::vector<TokenId> &out) const;

    BpeModel m_model;
    std::array<TokenId, 256> m_byteTokens{};
};

BpeTokenizer::BpeTokenizer(TokenizerParts parts, BpeModel model)
    : Tokenizer(std::move(parts))
    , m_model(std::move(model))
{
    for (unsigned byte = 0; byte < m_byteTokens.size(); ++byte) {
        std::string text;
        appendByteChar(text, static_cast<unsigned char>(byte));
        m_byteTokens[byte] = this->parts().vocabulary.findPlain(text);
    }
}

void BpeTokenizer::encodePiece(std::string_view text, bool, std::vector<TokenId> &out) const
{
    std::string normal;
    if (!m_model.normalizer.empty()) {
        normal = m_model.normalizer.apply(text);
        text = normal;
    }
    std::string withBlank;
    if (m_model.blankBefore && !text.empty() && text.front() != ' ') {
        withBlank.append(" ").append(text);
        text = withBlank;
    }
    PairMerger merger;
    std::string chars;
    m_model.preTokenizer.split(text, [&](std::string_view word) { encodeWord(word, merger, chars, out); });
}

void BpeTokenizer::encodeWord(std::string_view word, PairMerger &merger, std::string &chars,
                              std::vector<TokenId> &out) const
{
    if (m_model.ignoreMerges) {
        if (const TokenId whole = tokenOf(word, chars); whole >= 0) {
            out.push_back(whole);
            return;
        }
    }
    merger.symbols.clear();
    for (std::uint32_t i = 0; i < word.size(); ++i) {
        merger.symbols.push_back({m_byteTokens[static_cast<unsigned char>(word[i])], i, i + 1});
    }
    merger.merge(
        [&](const Symbol &left, const Symbol &right) { return m_model.merges.find(left.id, right.id); });
    for (const Symbol &symbol : merger.symbols) {
        emit(symbol.id, out);
    }
}

TokenId BpeTokenizer::tokenOf(std::string_view word, std::string &chars) const
{
    if (word.size() > ByteTrie::kLongestKey) {
        return -1;
    }
    chars.clear();
    for (const char c : word) {
        appendByteChar(chars, static_cast<unsigned char>(c));
    }
    return parts().vocabulary.findPlain(chars);
}

void BpeTokenizer::emit(TokenId token, std::vector<TokenId> &out) const
{
    if (token >= 0) {
        out.push_back(token);
    } else if (const auto unknown = parts().special.unknown;
               unknown && parts().vocabulary.kind(*unknown) == TokenKind::Unknown) {
        out.push_back(*unknown); // a byte that the vocabulary lacks
    }
}

void BpeTokenizer::appendBytes(TokenId token, bool, std::string &out) const
{
    appendBytesOfChars(parts().vocabulary.text(token), out);
}

} // namespace

std::unique_ptr<const Tokenizer> makeBpe(TokenizerParts parts, BpeModel model)
{
    return std::make_unique<const BpeTokenizer>(std::move(parts), std::move(model));
}

} // namespace engine
