#include "engine/run/generator.h"

#include "engine/run/writing.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>

namespace engine {
namespace {

using Clock = std::chrono::steady_clock;

/// Tokens between two places of a long prompt at which layers with a window can be taken up again.
constexpr int kCheckpoint = 2048;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

Generator::Generator(const Decoder &decoder, const Tokenizer &tokenizer, KvCache cache, PrefixCache *prefixes)
    : m_decoder(decoder)
    , m_tokenizer(tokenizer)
    , m_cache(std::move(cache))
    , m_prefixes(prefixes)
{
}

int Generator::reuse(std::span<const TokenId> prompt)
{
    const int most = std::max(0, int(prompt.size()) - Decoder::kLeastRows);
    const auto isLong = m_decoder.isLongText(int(prompt.size()));
    const bool isTurnedAnew = isLong && m_cache.isLongText() != isLong; // see Decoder::fitLongRope
    const int own = isTurnedAnew ? 0 : std::min(m_cache.commonPrefix(prompt), most);
    int known = m_cache.resumable(own);
    if (m_prefixes) {
        known = m_prefixes->reuse(m_cache, prompt, known, most);
    }
    m_cache.truncate(known);
    return known;
}

Result<void> Generator::prefill(std::span<const TokenId> rest, const CancelToken &cancel)
{
    // Where a text is turned by its length (LongRoPE), the decoder must see all of it at once.
    const bool whole = m_decoder.isLongText(0).has_value();
    while (!rest.empty()) {
        const bool isLast = whole || rest.size() <= std::size_t(kCheckpoint);
        const std::size_t count =
            isLast ? rest.size() : std::min<std::size_t>(kCheckpoint, rest.size() - Decoder::kLeastRows);
        RETURN_IF_ERROR(advance(rest.first(count), cancel));
        rest = rest.subspan(count);
        if (!isLast) {
            keepPrefix(false);
        }
    }
    return {};
}

void Generator::keepPrefix(bool save)
{
    if (m_prefixes) {
        m_prefixes->keep(m_cache, save);
    }
}

Result<void> Generator::advance(std::span<const TokenId> tokens, const CancelToken &cancel)
{
    const auto keep = [this](std::span<const float> logits) {
        m_logits.assign(logits.begin(), logits.end());
    };
    return m_decoder.run(m_cache, tokens, Decoder::LogitRows::Last, keep, cancel);
}

Result<Generated> Generator::generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                                      const OnText &onText, const CancelToken &cancel)
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
    const auto prefillStart = Clock::now();
    generated.reusedTokens = reuse(prompt);
    const Result<void> prefilled = prefill(prompt.subspan(std::size_t(generated.reusedTokens)), cancel);
    keepPrefix(true); // what was read is good even when somebody cancelled the rest
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
    keepPrefix(true);
    return generated;
}

Result<StopReason> Generator::decode(std::span<const TokenId> prompt, const GenerateOptions &options,
                                     const OnText &onText, const CancelToken &cancel, Generated &generated)
{
    Writing writing(m_tokenizer, prompt, options, onText, generated);
    auto reason = write(writing, options, cancel);
    writing.finish();
    return reason;
}

Result<StopReason> Generator::write(Writing &writing, const GenerateOptions &options,
                                    const CancelToken &cancel)
{
    std::deque<TokenId> forced; // not picked, but put there
    while (writing.wantsMore()) {
        if (cancel.isCancelled()) {
            return StopReason::Cancelled;
        }
        if (forced.empty() && writing.mustCloseThoughts()) {
            std::ranges::copy(writing.closingTokens(), std::back_inserter(forced));
        }
        TokenId token = 0;
        if (!forced.empty()) {
            token = forced.front();
            forced.pop_front();
        } else {
            ASSIGN_OR_RETURN(token, writing.pick(m_logits));
            if (!options.ignoreEnd && m_tokenizer.isEndOfText(token)) {
                return StopReason::EndOfText;
            }
        }
        if (writing.take(token, m_logits)) {
            return StopReason::StopText;
        }
        if (!writing.wantsMore()) {
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
