#include "tests/support/fake_language_model.h"

#include <algorithm>
#include <iterator>
#include <utility>

FakeLanguageModel::FakeLanguageModel(std::vector<std::string> pieces, int contextLength)
    : m_pieces(std::move(pieces))
    , m_contextLength(contextLength)
{
}

int FakeLanguageModel::countTokens(std::string_view text) const
{
    int words = 0;
    bool inside = false;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t';
        words += !space && !inside ? 1 : 0;
        inside = !space;
    }
    return words;
}

std::vector<rag::Token> FakeLanguageModel::tokensOf(std::string_view text) const
{
    std::vector<rag::Token> tokens;
    for (const char c : text)
        tokens.push_back(static_cast<unsigned char>(c));
    return tokens;
}

std::string FakeLanguageModel::textOf(std::span<const rag::Token> tokens) const
{
    std::string text;
    for (const rag::Token token : tokens)
        if (token >= 0 && token < kEnd)
            text += static_cast<char>(token);
    return text;
}

std::vector<rag::Token> FakeLanguageModel::tokensBeginning(std::string_view text) const
{
    return tokensOf(text.substr(0, 1));
}

std::string FakeLanguageModel::maskedPiece(const std::string &piece, const rag::TokenMask &mask,
                                           rag::Generation &generation, bool &ended) const
{
    constexpr std::size_t kMost = 4096;
    const rag::Token ends[] = {kEnd};
    std::string said;
    for (std::size_t at = 0; at < piece.size() && !ended;) {
        std::vector<std::uint8_t> allowed(kEnd + 1, 1);
        rag::MaskedTokens next(allowed, ends);
        mask(generation.tokens, next);
        rag::Token token = static_cast<unsigned char>(piece[at]);
        if (next.allows(token))
            ++at;
        else
            token = rag::Token(std::ranges::find(allowed, 1) - allowed.begin());
        ended = token >= kEnd || generation.tokens.size() >= kMost;
        if (!ended) {
            generation.tokens.push_back(token);
            said += static_cast<char>(token);
        }
    }
    return said;
}

rag::Result<rag::Generation> FakeLanguageModel::generate(std::span<const rag::Turn> turns,
                                                         const rag::GenerationOptions &options,
                                                         const std::function<void(std::string_view)> &onText,
                                                         const rag::CancelToken &cancel)
{
    ++m_calls;
    m_lastTurns.assign(turns.begin(), turns.end());
    rag::Generation generation;
    for (const rag::Turn &turn : turns)
        generation.promptTokens += countTokens(turn.text);
    if (generation.promptTokens > m_contextLength)
        return rag::fail(rag::ErrorCode::Unsupported, "the prompt is too long");
    const int failure = std::exchange(m_failure, -1);
    bool ended = false;
    for (const std::string &wanted : m_pieces) {
        if (cancel.isCancelled()) {
            generation.cancelled = true;
            break;
        }
        if (generation.answerTokens >= options.maxTokens)
            break;
        const std::string piece =
            options.mask ? maskedPiece(wanted, options.mask, generation, ended) : wanted;
        if (!options.mask)
            std::ranges::copy(tokensOf(piece), std::back_inserter(generation.tokens));
        generation.text += piece;
        ++generation.answerTokens;
        if (onText)
            onText(piece);
        if (failure >= 0)
            return rag::fail(static_cast<rag::ErrorCode>(failure), "told to fail");
        if (ended)
            break;
    }
    generation.prefillSeconds = 0.001;
    generation.decodeSeconds = 0.001 * generation.answerTokens;
    return generation;
}
