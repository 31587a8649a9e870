#include "engine/tokenizer/unigram.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

/// How much less likely than the least likely token an unknown character is (SentencePiece's kUnkPenalty).
constexpr double kUnknownPenalty = 10;
constexpr float kUnlikely = -1e6F;

/// The best way to a place in the text.
struct Best
{
    double score = 0;
    std::uint32_t from = 0;
    TokenId token = -1; ///< the last token of the way; -1 with `reached`: an unknown character
    bool reached = false;
};

struct Lattice
{
    std::vector<Best> best;
    std::vector<std::uint32_t> ends; ///< of the tokens on the best way, last first
};

class UnigramTokenizer final : public Tokenizer
{
public:
    UnigramTokenizer(TokenizerParts parts, UnigramModel model);

private:
    void encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const override;
    void appendBytes(TokenId token, bool first, std::string &out) const override;
    void encodePart(std::string_view part, Lattice &lattice, std::vector<TokenId> &out) const;
    void extend(std::string_view part, std::size_t at, std::size_t next, Lattice &lattice) const;
    void emitUnknown(std::string_view text, std::vector<TokenId> &out) const;

    UnigramModel m_model;
    MetaspaceCuts m_cuts;
    ByteFallback m_bytes;
    ByteTrie m_trie;
    double m_unknownScore = 0;
};

UnigramTokenizer::UnigramTokenizer(TokenizerParts parts, UnigramModel model)
    : Tokenizer(std::move(parts))
    , m_model(std::move(model))
    , m_cuts(this->parts().vocabulary)
    , m_bytes(m_model.byteFallback ? ByteFallback(this->parts().vocabulary) : ByteFallback())
{
    const Vocabulary &vocabulary = this->parts().vocabulary;
    std::vector<ByteTrie::Key> keys;
    keys.reserve(static_cast<std::size_t>(vocabulary.size()));
    double least = 0;
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        float &score = m_model.scores[static_cast<std::size_t>(token)];
        score = std::isfinite(score) ? std::clamp(score, kUnlikely, -kUnlikely) : kUnlikely;
        if (vocabulary.kind(token) == TokenKind::Normal || vocabulary.kind(token) == TokenKind::UserDefined) {
            keys.push_back({vocabulary.text(token), token});
            least = std::min(least, static_cast<double>(score));
        }
    }
    m_unknownScore = least - kUnknownPenalty;
    m_trie = ByteTrie(std::move(keys));
}

void UnigramTokenizer::encodePiece(std::string_view text, bool first, std::vector<TokenId> &out) const
{
    const std::string normal = m_model.metaspace.apply(m_model.normalizer.apply(text), first);
    Lattice lattice;
    m_cuts.cut(normal, [&](std::string_view part) { encodePart(part, lattice, out); });
}

void UnigramTokenizer::encodePart(std::string_view part, Lattice &lattice, std::vector<TokenId> &out) const
{
    lattice.best.assign(part.size() + 1, Best{});
    lattice.best[0].reached = true;
    for (std::size_t at = 0; at < part.size();) {
        std::size_t next = at;
        nextCodePoint(part, next);
        extend(part, at, next, lattice);
        at = next;
    }

    lattice.ends.clear();
    for (std::size_t end = part.size(); end > 0; end = lattice.best[end].from) {
        lattice.ends.push_back(static_cast<std::uint32_t>(end));
    }
    bool afterUnknown = false;
    for (auto end = lattice.ends.rbegin(); end != lattice.ends.rend(); ++end) {
        const Best &best = lattice.best[*end];
        if (best.token >= 0) {
            out.push_back(best.token);
        } else if (!afterUnknown || m_model.byteFallback) {
            emitUnknown(part.substr(best.from, *end - best.from), out);
        }
        afterUnknown = best.token < 0;
    }
}

/// From `at` on by every token that fits there, and by one unknown character if none is just that character.
void UnigramTokenizer::extend(std::string_view part, std::size_t at, std::size_t next, Lattice &lattice) const
{
    const double score = lattice.best[at].score;
    const auto reach = [&](std::size_t end, double reached, TokenId token) {
        Best &best = lattice.best[end];
        if (!best.reached || reached > best.score) {
            best = {reached, static_cast<std::uint32_t>(at), token, true};
        }
    };
    bool wholeCharacter = false;
    std::uint32_t node = m_trie.first(part[at]);
    for (std::size_t end = at + 1; node != ByteTrie::kNone; ++end) {
        if (const TokenId token = m_trie.value(node); token >= 0) {
            reach(end, score + static_cast<double>(m_model.scores[static_cast<std::size_t>(token)]), token);
            wholeCharacter = wholeCharacter || end == next;
        }
        if (end == part.size()) {
            break;
        }
        node = m_trie.next(node, part[end]);
    }
    if (!wholeCharacter) {
        reach(next, score + m_unknownScore, -1);
    }
}

void UnigramTokenizer::emitUnknown(std::string_view text, std::vector<TokenId> &out) const
{
    if (!m_bytes.append(text, out) && parts().special.unknown) {
        out.push_back(*parts().special.unknown);
    }
}

void UnigramTokenizer::appendBytes(TokenId token, bool first, std::string &out) const
{
    const bool dropBlank = first && m_model.metaspace.prefix != Metaspace::Prefix::Never;
    appendMetaspaceBytes(parts().vocabulary, token, dropBlank, out);
}

} // namespace

std::unique_ptr<const Tokenizer> makeUnigram(TokenizerParts parts, UnigramModel model)
{
    return std::make_unique<const UnigramTokenizer>(std::move(parts), std::move(model));
}

} // namespace engine
