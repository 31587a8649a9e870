#include "rag/model/engine_language_model.h"

#include <algorithm>
#include <utility>

namespace rag {

namespace {

constexpr int kContextLimit =
    8192; ///< more cache than this is not worth its memory for passages of some pages

constexpr int kTagTokens = 32; ///< at most, round thoughts, with the blanks beside them

engine::Role roleOf(Speaker speaker)
{
    switch (speaker) {
    case Speaker::System:
        return engine::Role::System;
    case Speaker::Assistant:
        return engine::Role::Assistant;
    case Speaker::User:
        break;
    }
    return engine::Role::User;
}

/// For base models, which know no roles: the turns as plain text.
std::string plainPrompt(std::span<const Turn> turns)
{
    std::string text;
    for (const Turn &turn : turns) {
        if (turn.speaker == Speaker::Assistant)
            text += "Answer: ";
        text += turn.text + "\n\n";
    }
    return text + "Answer:";
}

std::vector<TokenChance> chancesOf(std::span<const engine::LogProbabilities> made)
{
    std::vector<TokenChance> result;
    for (const engine::LogProbabilities &one : made) {
        TokenChance chance{{one.chosen.token, one.chosen.value}, {}};
        for (const engine::TokenLogProbability &likely : one.top)
            chance.top.push_back({likely.token, likely.value});
        result.push_back(std::move(chance));
    }
    return result;
}

} // namespace

EngineLanguageModel::EngineLanguageModel(std::shared_ptr<const engine::Model> model)
    : m_model(std::move(model))
{
    for (Token token = 0; token < m_model->info().vocabulary; ++token)
        if (m_model->isEndOfText(token))
            m_ends.push_back(token);
}

Result<std::unique_ptr<LanguageModel>> EngineLanguageModel::open(std::shared_ptr<const engine::Model> model)
{
    if (model->info().kind != engine::ModelKind::Decoder)
        return fail(ErrorCode::Unsupported, model->info().name + " cannot write text");
    return std::unique_ptr<LanguageModel>(new EngineLanguageModel(std::move(model)));
}

std::string EngineLanguageModel::name() const
{
    return m_model->info().name;
}

std::string EngineLanguageModel::device() const
{
    return m_model->info().device;
}

int EngineLanguageModel::contextLength() const
{
    return std::min(m_model->info().contextLength, kContextLimit);
}

int EngineLanguageModel::countTokens(std::string_view text) const
{
    return m_model->countTokens(text);
}

std::vector<Token> EngineLanguageModel::tokensOf(std::string_view text) const
{
    return m_model->encode(text);
}

std::string EngineLanguageModel::textOf(std::span<const Token> tokens) const
{
    return m_model->decode(tokens);
}

std::vector<Token> EngineLanguageModel::tokensBeginning(std::string_view text) const
{
    if (!m_vocabulary)
        m_vocabulary.emplace(m_model->info().vocabulary, [this](Token token) {
            // Twice, because SentencePiece drops the blank of a text's first piece only.
            const Token twice[] = {token, token};
            const std::string both = m_model->decode(twice);
            return both.substr(m_model->decode(std::span(twice, 1)).size());
        });
    return m_vocabulary->beginning(text);
}

/// @param room  tokens of the context behind the prompt
engine::GenerateOptions EngineLanguageModel::engineOptions(const GenerationOptions &options, int room) const
{
    engine::GenerateOptions result;
    result.thinkingBudget =
        std::clamp(room - options.maxTokens - kTagTokens, 0, std::max(0, options.thinkingBudget));
    result.maxAnswerTokens = options.maxTokens;
    result.maxTokens = options.maxTokens + result.thinkingBudget + kTagTokens;
    result.answerNow = options.answerNow;
    result.sampling.temperature = options.temperature;
    result.sampling.seed = options.seed;
    result.stop = options.stop;
    result.logProbabilities = options.logProbabilities;
    if (options.mask)
        result.mask = [&](std::span<const Token> answer, std::span<std::uint8_t> allowed) {
            MaskedTokens next(allowed, m_ends);
            options.mask(answer, next);
        };
    return result;
}

Result<std::vector<engine::TokenId>> EngineLanguageModel::promptOf(std::span<const Turn> turns,
                                                                   bool thinks) const
{
    if (!m_model->hasChatForm())
        return m_model->encode(plainPrompt(turns), {.addSpecial = true, .parseSpecial = false});
    std::vector<engine::ChatMessage> messages;
    for (const Turn &turn : turns)
        messages.push_back({roleOf(turn.speaker), turn.text});
    return m_model->chatPrompt(messages, true, thinks ? std::nullopt : std::optional(false));
}

Result<Generation> EngineLanguageModel::generate(std::span<const Turn> turns,
                                                 const GenerationOptions &options,
                                                 const std::function<void(std::string_view)> &onText,
                                                 const CancelToken &cancel)
{
    if (!m_session) {
        engine::SessionOptions session;
        session.contextLength = contextLength();
        ASSIGN_OR_RETURN(engine::Session opened, engine::Session::open(m_model, session));
        m_session.emplace(std::move(opened));
    }
    const bool thinks = options.thinkingBudget > 0;
    ASSIGN_OR_RETURN(const std::vector<engine::TokenId> prompt, promptOf(turns, thinks));
    const auto show = [&](std::string_view text, engine::TextPart part) {
        const auto &to = part == engine::TextPart::Answer ? onText : options.onThinking;
        if (to)
            to(text);
    };
    const auto chosen = engineOptions(options, contextLength() - int(prompt.size()));
    ASSIGN_OR_RETURN(engine::Generated made, m_session->generate(prompt, chosen, show, cancel));

    Generation result;
    result.text = std::move(made.text);
    result.promptTokens = made.promptTokens;
    result.reusedTokens = made.reusedTokens;
    result.thinking = std::move(made.thinking);
    result.tokens.assign(made.tokens.begin() + made.thinkingTokens, made.tokens.end());
    result.answerTokens = int(result.tokens.size());
    if (!made.logProbabilities.empty())
        result.chances =
            chancesOf(std::span(made.logProbabilities).subspan(std::size_t(made.thinkingTokens)));
    result.prefillSeconds = made.prefillSeconds;
    result.decodeSeconds = made.decodeSeconds;
    result.cancelled = made.reason == engine::StopReason::Cancelled;
    result.contextFull = made.reason == engine::StopReason::ContextFull;
    return result;
}

} // namespace rag
