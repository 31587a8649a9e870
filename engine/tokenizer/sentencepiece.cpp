#include "engine/tokenizer/sentencepiece.h"

#include "engine/base/unicode.h"
#include "engine/tokenizer/pair_merger.h"

#include <bit>
#include <cmath>

namespace engine {
namespace {

constexpr char32_t kCharTable = 0x10000;
/// A part longer than this never merges further, so that no look-up is long.
constexpr std::size_t kLongestToken = 1024;

/// Order-preserving: the higher the score, the smaller the number.
std::uint32_t rankOfScore(float score)
{
    if (std::isnan(score)) {
        return PairRank::kNever - 1;
    }
    const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F); // -0 to 0
    const std::uint32_t ascending = (bits >> 31) != 0 ? ~bits : bits | 1U << 31;
    return std::min(~ascending, PairRank::kNever - 1);
}

class SentencePieceTokenizer final : public Tokenizer
{
public:
    SentencePieceTokenizer(TokenizerParts parts, SentencePieceModel model);

private:
    void encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const override;
    void appendBytes(TokenId token, bool first, std::string &out) const override;
    void readCharacters();
    TokenId characterToken(char32_t c, std::string_view text) const;
    void encodePart(std::string_view part, PairMerger &merger, std::vector<TokenId> &out) const;
    PairRank rankOf(std::string_view part, const Symbol &left, const Symbol &right) const;
    void emitUnknown(std::string_view text, std::vector<TokenId> &out) const;

    SentencePieceModel m_model;
    MetaspaceCuts m_cuts;
    ByteFallback m_bytes;
    std::vector<TokenId> m_characters; ///< tokens of one character of the first plane
    std::vector<std::uint32_t> m_ranks;
};

SentencePieceTokenizer::SentencePieceTokenizer(TokenizerParts parts, SentencePieceModel model)
    : Tokenizer(std::move(parts))
    , m_model(std::move(model))
    , m_cuts(this->parts().vocabulary)
    , m_bytes(m_model.byteFallback ? ByteFallback(this->parts().vocabulary) : ByteFallback())
{
    readCharacters();
    const Vocabulary &vocabulary = this->parts().vocabulary;
    if (!m_model.merges) {
        m_ranks.assign(static_cast<std::size_t>(vocabulary.size()), PairRank::kNever);
        for (TokenId token = 0; token < vocabulary.size(); ++token) {
            if (vocabulary.kind(token) == TokenKind::Normal) {
                m_ranks[static_cast<std::size_t>(token)] =
                    rankOfScore(m_model.scores[static_cast<std::size_t>(token)]);
            }
        }
    }
}

void SentencePieceTokenizer::readCharacters()
{
    const Vocabulary &vocabulary = parts().vocabulary;
    m_characters.assign(kCharTable, -1);
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        const std::string_view text = vocabulary.text(token);
        if (text.empty() || text.size() > 3 || !vocabulary.isPlain(token)) {
            continue;
        }
        std::size_t at = 0;
        const char32_t c = nextCodePoint(text, at);
        if (at == text.size() && c < kCharTable && m_characters[c] < 0 && isValidUtf8(text)) {
            m_characters[c] = token;
        }
    }
}

TokenId SentencePieceTokenizer::characterToken(char32_t c, std::string_view text) const
{
    if (c == 0xFFFD && text != "\uFFFD") {
        return -1; // malformed bytes
    }
    return c < kCharTable ? m_characters[c] : parts().vocabulary.findPlain(text);
}

void SentencePieceTokenizer::encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const
{
    const std::string normal = m_model.metaspace.apply(m_model.normalizer.apply(text), first);
    PairMerger merger;
    m_cuts.cut(normal, [&](std::string_view part) { encodePart(part, merger, out); });
}

void SentencePieceTokenizer::encodePart(std::string_view part, PairMerger &merger,
                                        std::vector<TokenId> &out) const
{
    merger.symbols.clear();
    for (std::size_t at = 0; at < part.size();) {
        const std::size_t start = at;
        const char32_t c = nextCodePoint(part, at);
        const TokenId token = characterToken(c, part.substr(start, at - start));
        merger.symbols.push_back({token, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(at)});
    }
    merger.merge([&](const Symbol &left, const Symbol &right) { return rankOf(part, left, right); });
    for (const Symbol &symbol : merger.symbols) {
        if (symbol.id >= 0) {
            out.push_back(symbol.id);
        } else {
            emitUnknown(part.substr(symbol.begin, symbol.end - symbol.begin), out);
        }
    }
}

PairRank SentencePieceTokenizer::rankOf(std::string_view part, const Symbol &left, const Symbol &right) const
{
    if (m_model.merges) {
        return m_model.merges->find(left.id, right.id);
    }
    if (right.end - left.begin > kLongestToken) {
        return {};
    }
    const TokenId token = parts().vocabulary.findPlain(part.substr(left.begin, right.end - left.begin));
    return token < 0 ? PairRank{} : PairRank{m_ranks[static_cast<std::size_t>(token)], token};
}

void SentencePieceTokenizer::emitUnknown(std::string_view text, std::vector<TokenId> &out) const
{
    if (m_bytes.append(text, out) || !parts().special.unknown) {
        return;
    }
    const TokenId unknown = *parts().special.unknown;
    if (!m_model.fuseUnknown || out.empty() || out.back() != unknown) {
        out.push_back(unknown);
    }
}

void SentencePieceTokenizer::appendBytes(TokenId token, bool first, std::string &out) const
{
    appendMetaspaceBytes(parts().vocabulary, token, first && m_model.dropFirstBlank, out);
}

} // namespace

std::unique_ptr<const Tokenizer> makeSentencePiece(TokenizerParts parts, SentencePieceModel model)
{
    return std::make_unique<const SentencePieceTokenizer>(std::move(parts), std::move(model));
}

} // namespace engine
