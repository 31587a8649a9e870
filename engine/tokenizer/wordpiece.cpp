#include "engine/tokenizer/wordpiece.h"

#include "engine/base/unicode.h"
#include "engine/tokenizer/pre_rules.h"
#include "engine/tokenizer/pre_tokenizer.h"

namespace engine {
namespace {

class WordPieceTokenizer final : public Tokenizer
{
public:
    WordPieceTokenizer(TokenizerParts parts, WordPieceModel model);

private:
    void encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const override;
    void appendBytes(TokenId token, bool first, std::string &out) const override;
    void encodeWord(std::string_view word, std::vector<TokenId> &out) const;
    bool begins(std::string_view token) const;

    WordPieceModel m_model;
    PreTokenizer m_words{{rules::whitespace, rules::punctuation}};
    ByteTrie m_begin;
    ByteTrie m_continue;
};

WordPieceTokenizer::WordPieceTokenizer(TokenizerParts parts, WordPieceModel model)
    : Tokenizer(std::move(parts))
    , m_model(std::move(model))
{
    const Vocabulary &vocabulary = this->parts().vocabulary;
    std::vector<ByteTrie::Key> beginning;
    std::vector<ByteTrie::Key> continuing;
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        if (vocabulary.kind(token) != TokenKind::Normal) {
            continue;
        }
        const std::string_view text = vocabulary.text(token);
        if (begins(text)) {
            beginning.push_back({text.substr(m_model.beginPrefix.size()), token});
        } else {
            continuing.push_back({text.substr(m_model.continuePrefix.size()), token});
        }
    }
    m_begin = ByteTrie(std::move(beginning));
    m_continue = ByteTrie(std::move(continuing));
}

bool WordPieceTokenizer::begins(std::string_view token) const
{
    return m_model.beginPrefix.empty() ? !token.starts_with(m_model.continuePrefix)
                                       : token.starts_with(m_model.beginPrefix);
}

void WordPieceTokenizer::encodePiece(std::string_view text, bool, std::vector<TokenId> &out) const
{
    const std::string normal = m_model.normalizer.apply(text);
    m_words.split(normal, [&](std::string_view word) {
        std::size_t at = 0;
        if (!isWhitespace(nextCodePoint(word, at))) {
            encodeWord(word, out);
        }
    });
}

void WordPieceTokenizer::encodeWord(std::string_view word, std::vector<TokenId> &out) const
{
    const std::size_t before = out.size();
    int characters = 0;
    for (std::size_t at = 0; at < word.size(); ++characters) {
        nextCodePoint(word, at);
    }
    std::size_t at = characters > m_model.longestWord ? word.size() + 1 : 0;
    while (at < word.size()) {
        const ByteTrie &trie = at == 0 ? m_begin : m_continue;
        TokenId longest = -1;
        std::size_t longestEnd = at;
        std::uint32_t node = trie.first(word[at]);
        for (std::size_t end = at + 1; node != ByteTrie::kNone; ++end) {
            if (trie.value(node) >= 0) {
                longest = trie.value(node);
                longestEnd = end;
            }
            if (end == word.size()) {
                break;
            }
            node = trie.next(node, word[end]);
        }
        if (longest < 0) {
            at = word.size() + 1; // a part that no token begins: the whole word is unknown
            break;
        }
        out.push_back(longest);
        at = longestEnd;
    }
    if (at > word.size()) {
        out.resize(before);
        if (parts().special.unknown) {
            out.push_back(*parts().special.unknown);
        }
    }
}

void WordPieceTokenizer::appendBytes(TokenId token, bool first, std::string &out) const
{
    const std::string_view text = parts().vocabulary.text(token);
    if (!begins(text)) {
        out.append(text.substr(std::min(text.size(), m_model.continuePrefix.size())));
        return;
    }
    if (!first) {
        out.push_back(' ');
    }
    out.append(text.substr(m_model.beginPrefix.size()));
}

} // namespace

std::unique_ptr<const Tokenizer> makeWordPiece(TokenizerParts parts, WordPieceModel model)
{
    return std::make_unique<const WordPieceTokenizer>(std::move(parts), std::move(model));
}

} // namespace engine
