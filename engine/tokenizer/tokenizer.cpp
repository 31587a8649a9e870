#include "engine/tokenizer/tokenizer.h"

#include "engine/tokenizer/gguf_tokenizer.h"
#include "engine/tokenizer/hf_tokenizer.h"
#include "engine/tokenizer/tokenizer_parts.h"

#include <algorithm>
#include <array>

namespace engine {
namespace {

/// Tokens that end a turn or a text in the families we know.
constexpr std::array<std::string_view, 17> kEndTexts{"<|eot_id|>",
                                                     "<|eom_id|>",
                                                     "<|im_end|>",
                                                     "<|end|>",
                                                     "<end_of_turn>",
                                                     "<turn|>",
                                                     "<|endoftext|>",
                                                     "<|end_of_text|>",
                                                     "<EOT>",
                                                     "_<EOT>",
                                                     "<|EOT|>",
                                                     "<｜end▁of▁sentence｜>",
                                                     "<end_of_utterance>",
                                                     "<|return|>",
                                                     "<|call|>",
                                                     "<eos>",
                                                     "</s>"};

} // namespace

Result<std::unique_ptr<const Tokenizer>> Tokenizer::load(const ModelFile &file)
{
    return file.format() == FileFormat::Gguf ? loadGgufTokenizer(file.metadata()) : loadHfTokenizer(file);
}

Tokenizer::Tokenizer(TokenizerParts parts)
    : m_parts(std::make_unique<const TokenizerParts>(std::move(parts)))
{
}

Tokenizer::~Tokenizer() = default;

int Tokenizer::size() const
{
    return m_parts->vocabulary.size();
}

const SpecialTokens &Tokenizer::special() const
{
    return m_parts->special;
}

TokenKind Tokenizer::kind(TokenId token) const
{
    return m_parts->vocabulary.contains(token) ? m_parts->vocabulary.kind(token) : TokenKind::Unused;
}

std::string_view Tokenizer::tokenText(TokenId token) const
{
    return m_parts->vocabulary.contains(token) ? m_parts->vocabulary.text(token) : std::string_view();
}

std::optional<TokenId> Tokenizer::find(std::string_view tokenText) const
{
    const TokenId token = m_parts->vocabulary.find(tokenText);
    return token < 0 ? std::nullopt : std::optional(token);
}

bool Tokenizer::isEndOfText(TokenId token) const
{
    const auto &ends = m_parts->special.endOfText;
    return std::find(ends.begin(), ends.end(), token) != ends.end();
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, const Options &options) const
{
    std::vector<TokenId> tokens;
    tokens.reserve(text.size() / 3 + 4);
    const SpecialScope scope{options.parseSpecial, {}, false};
    if (!options.addSpecial) {
        encodeText(text, scope, tokens);
        return tokens;
    }
    for (const TemplatePart &part : m_parts->single) {
        if (part.kind == TemplatePart::Kind::Token) {
            tokens.push_back(part.token);
        } else if (part.kind == TemplatePart::Kind::First) {
            encodeText(text, scope, tokens);
        }
    }
    return tokens;
}

std::vector<TokenId> Tokenizer::encodeMarked(std::string_view text, std::span<const TextRange> trusted) const
{
    std::vector<TokenId> tokens;
    tokens.reserve(text.size() / 3 + 4);
    encodeText(text, {false, trusted, true}, tokens);
    return tokens;
}

std::vector<TokenId> Tokenizer::encodePair(std::string_view first, std::string_view second,
                                           std::vector<int> &segments) const
{
    std::vector<TokenId> tokens;
    segments.clear();
    for (const TemplatePart &part : m_parts->pair) {
        if (part.kind == TemplatePart::Kind::Token) {
            tokens.push_back(part.token);
        } else {
            encodeText(part.kind == TemplatePart::Kind::First ? first : second, {}, tokens);
        }
        segments.resize(tokens.size(), part.segment);
    }
    return tokens;
}

void Tokenizer::encodeText(std::string_view text, const SpecialScope &scope, std::vector<TokenId> &out) const
{
    std::size_t at = 0;
    while (const auto match = m_parts->matcher.find(text, at, scope)) {
        if (match->begin > at) {
            encodePiece(text.substr(at, match->begin - at), at == 0, out);
        }
        out.push_back(match->token);
        at = match->end;
    }
    if (at < text.size()) {
        encodePiece(text.substr(at), at == 0, out);
    }
}

std::string Tokenizer::decode(std::span<const TokenId> tokens, bool withSpecial) const
{
    std::string text;
    bool first = true;
    for (const TokenId token : tokens) {
        if (!m_parts->vocabulary.contains(token)) {
            continue;
        }
        switch (m_parts->vocabulary.kind(token)) {
        case TokenKind::Control:
        case TokenKind::Unknown:
            text.append(withSpecial ? m_parts->vocabulary.text(token) : std::string_view());
            break;
        case TokenKind::UserDefined:
            text.append(m_parts->vocabulary.text(token));
            first = false;
            break;
        default:
            appendBytes(token, first, text);
            first = false;
        }
    }
    return text;
}

void findEndOfText(TokenizerParts &parts)
{
    auto &ends = parts.special.endOfText;
    const auto add = [&](TokenId token) {
        if (std::find(ends.begin(), ends.end(), token) == ends.end()) {
            ends.push_back(token);
        }
    };
    if (parts.special.eos) {
        add(*parts.special.eos);
    }
    for (const std::string_view text : kEndTexts) {
        const TokenId token = parts.vocabulary.find(text);
        const TokenKind kind = token < 0 ? TokenKind::Unused : parts.vocabulary.kind(token);
        if (kind == TokenKind::Control || (kind == TokenKind::UserDefined && looksLikeControl(text))) {
            add(token);
        }
    }
}

std::vector<SpecialEntry> specialEntries(const Vocabulary &vocabulary)
{
    std::vector<SpecialEntry> entries;
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        const TokenKind kind = vocabulary.kind(token);
        const bool always = kind == TokenKind::UserDefined;
        if (always || kind == TokenKind::Control || kind == TokenKind::Unknown) {
            entries.push_back(
                {.text = std::string(vocabulary.text(token)), .token = token, .onlyParsed = !always});
        }
    }
    return entries;
}

} // namespace engine
