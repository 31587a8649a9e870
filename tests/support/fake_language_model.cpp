#include "tests/support/fake_language_model.h"

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
    for (const std::string &piece : m_pieces) {
        if (cancel.isCancelled()) {
            generation.cancelled = true;
            break;
        }
        if (generation.answerTokens >= options.maxTokens)
            break;
        generation.text += piece;
        ++generation.answerTokens;
        if (onText)
            onText(piece);
        if (failure >= 0)
            return rag::fail(static_cast<rag::ErrorCode>(failure), "told to fail");
    }
    generation.prefillSeconds = 0.001;
    generation.decodeSeconds = 0.001 * generation.answerTokens;
    return generation;
}
