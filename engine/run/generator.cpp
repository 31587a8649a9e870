#include "engine/run/generator.h"

#include "engine/run/sampler.h"
#include "engine/run/text_stream.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace engine {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The bytes that `token` adds behind `before`: SentencePiece drops the blank of a text's first piece only.
std::string bytesOf(const Tokenizer &tokenizer, std::optional<TokenId> before, TokenId token)
{
    if (!before) {
        return tokenizer.decode(std::span(&token, 1));
    }
    const TokenId pair[] = {*before, token};
    const std::string first = tokenizer.decode(std::span(pair, 1));
    const std::string both = tokenizer.decode(pair);
    return both.starts_with(first) ? both.substr(first.size()) : both;
}

} // namespace

Generator::Generator(const Decoder &decoder, const Tokenizer &tokenizer, KvCache cache)
    : m_decoder(decoder)
    , m_tokenizer(tokenizer)
    , m_cache(std::move(cache))
{
}

Result<void> Generator::advance(std::span<const TokenId> tokens, const CancelToken &cancel)
{
    const auto keep = [this](std::span<const float> logits) {
        m_logits.assign(logits.begin(), logits.end());
    };
    return m_decoder.run(m_cache, tokens, Decoder::LogitRows::Last, keep, cancel);
}

Result<Generated> Generator::generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                                      const std::function<void(std::string_view)> &onText,
                                      const CancelToken &cancel)
{
    if (prompt.empty()) {
        return fail(ErrorCode::Unsupported, "an empty prompt");
    }
    if (prompt.size() > std::size_t(contextLength())) {
        return fail(ErrorCode::Unsupported, "a prompt of " + std::to_string(prompt.size()) +
                                                " tokens for a context of " +
                                                std::to_string(contextLength()));
    }
    Generated generated;
    generated.promptTokens = int(prompt.size());
    // The last token always runs: its logits begin the answer.
    generated.reusedTokens = std::min(m_cache.commonPrefix(prompt), int(prompt.size()) - 1);
    m_cache.truncate(generated.reusedTokens);
    const auto prefillStart = Clock::now();
    const Result<void> prefilled = advance(prompt.subspan(std::size_t(generated.reusedTokens)), cancel);
    generated.prefillSeconds = secondsSince(prefillStart);
    if (!prefilled) {
        if (prefilled.error().code == ErrorCode::Cancelled) {
            generated.reason = StopReason::Cancelled;
            return generated;
        }
        return tl::unexpected(prefilled.error());
    }
    const auto decodeStart = Clock::now();
    ASSIGN_OR_RETURN(generated.reason, decode(prompt, options, onText, cancel, generated));
    generated.decodeSeconds = secondsSince(decodeStart);
    return generated;
}

Result<StopReason> Generator::decode(std::span<const TokenId> prompt, const GenerateOptions &options,
                                     const std::function<void(std::string_view)> &onText,
                                     const CancelToken &cancel, Generated &generated)
{
    Sampler sampler(options.sampling);
    TextStream stream(options.stop, onText);
    std::vector<TokenId> history(prompt.begin(), prompt.end());
    const auto loop = [&]() -> Result<StopReason> {
        while (int(generated.tokens.size()) < options.maxTokens) {
            if (cancel.isCancelled()) {
                return StopReason::Cancelled;
            }
            ASSIGN_OR_RETURN(const TokenId token, sampler.pick(m_logits, history));
            if (!options.ignoreEnd && m_tokenizer.isEndOfText(token)) {
                return StopReason::EndOfText;
            }
            const std::optional<TokenId> before =
                generated.tokens.empty() ? std::nullopt : std::optional(generated.tokens.back());
            generated.tokens.push_back(token);
            history.push_back(token);
            if (stream.add(bytesOf(m_tokenizer, before, token))) {
                return StopReason::StopText;
            }
            if (int(generated.tokens.size()) == options.maxTokens) {
                break;
            }
            if (m_cache.size() == m_cache.capacity()) {
                return StopReason::ContextFull;
            }
            if (const auto advanced = advance(std::span(&token, 1), cancel); !advanced) {
                if (advanced.error().code == ErrorCode::Cancelled) {
                    return StopReason::Cancelled;
                }
                return tl::unexpected(advanced.error());
            }
        }
        return StopReason::MaxTokens;
    };
    auto reason = loop();
    if (reason && *reason != StopReason::StopText) {
        stream.finish();
    }
    generated.text = stream.text();
    return reason;
}

Result<Matrix> Generator::logits(std::span<const TokenId> tokens, const CancelToken &cancel)
{
    m_cache.truncate(0);
    Matrix matrix;
    matrix.rows = int(tokens.size());
    matrix.columns = m_decoder.config().vocabulary;
    matrix.values.reserve(tokens.size() * std::size_t(matrix.columns));
    const auto keep = [&](std::span<const float> rows) {
        matrix.values.insert(matrix.values.end(), rows.begin(), rows.end());
    };
    RETURN_IF_ERROR(m_decoder.run(m_cache, tokens, Decoder::LogitRows::All, keep, cancel));
    return matrix;
}

} // namespace engine
