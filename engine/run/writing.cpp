#include "engine/run/writing.h"

#include "engine/run/log_probabilities.h"

#include <algorithm>

namespace engine {

Writing::Writing(const Tokenizer &tokenizer, std::span<const TokenId> prompt, const GenerateOptions &options,
                 const OnText &onText, Generated &result)
    : m_tokenizer(tokenizer)
    , m_options(options)
    , m_result(result)
    , m_tags(thinkingTagsOf(tokenizer))
    , m_thoughts({},
                 [onText](std::string_view text) {
                     if (onText) {
                         onText(text, TextPart::Thinking);
                     }
                 })
    , m_answer(options.stop,
               [onText](std::string_view text) {
                   if (onText) {
                       onText(text, TextPart::Answer);
                   }
               })
    , m_split(m_tags, endsInThoughts(tokenizer, m_tags, prompt),
              [this](std::string_view bytes, TextPart part) {
                  if (part == TextPart::Thinking) {
                      m_thoughts.add(bytes);
                  } else if (!m_stopped) {
                      m_stopped = m_answer.add(bytes);
                  }
              })
    , m_sampler(options.sampling, [this](TokenId token) { return isBreaker(token); })
    , m_history(prompt.begin(), prompt.end())
{
}

bool Writing::wantsMore() const
{
    const std::size_t made = m_result.tokens.size();
    const bool answerFull = m_options.maxAnswerTokens > 0 && !m_split.isThinking() &&
                            made - m_answerBegins >= std::size_t(m_options.maxAnswerTokens);
    return int(made) < m_options.maxTokens && !answerFull;
}

bool Writing::mustCloseThoughts() const
{
    const bool spent = m_options.thinkingBudget >= 0 && m_thoughtTokens >= m_options.thinkingBudget;
    return m_split.isThinking() && (spent || m_options.answerNow.isCancelled());
}

std::vector<TokenId> Writing::closingTokens()
{
    m_result.thinkingCut = true;
    if (!m_tags.closeToken) {
        return m_tokenizer.encode("\n" + m_tags.close + "\n\n", {});
    }
    std::vector<TokenId> tokens = m_tokenizer.encode("\n", {});
    tokens.push_back(*m_tags.closeToken);
    const std::vector<TokenId> after = m_tokenizer.encode("\n\n", {});
    tokens.insert(tokens.end(), after.begin(), after.end());
    return tokens;
}

Result<TokenId> Writing::pick(std::span<float> logits)
{
    if (m_options.logProbabilities >= 0) {
        m_rawLogits.assign(logits.begin(), logits.end());
    }
    if (!m_options.mask || m_split.isThinking()) {
        return m_sampler.pick(logits, m_history);
    }
    m_allowed.assign(logits.size(), 1);
    m_options.mask(std::span<const TokenId>(m_result.tokens).subspan(m_answerBegins), m_allowed);
    return m_sampler.pick(logits, m_history, m_allowed);
}

bool Writing::take(TokenId token, std::span<const float> logits)
{
    if (m_options.logProbabilities >= 0) {
        const std::span<const float> raw = m_rawLogits.empty() ? logits : m_rawLogits;
        m_result.logProbabilities.push_back(logProbabilitiesOf(raw, token, m_options.logProbabilities));
        m_rawLogits.clear();
    }
    const bool thought = m_split.isThinking();
    const std::string bytes = bytesOf(token);
    m_result.tokens.push_back(token);
    m_history.push_back(token);
    m_split.add(token, bytes);
    const bool thinks = m_split.isThinking();
    if (thought && !thinks) {
        m_thoughts.finish();
    }
    if (thought || thinks) {
        ++m_result.thinkingTokens;
        m_answerBegins = m_result.tokens.size();
        m_thoughtTokens += thought && thinks ? 1 : 0;
    }
    return m_stopped;
}

void Writing::finish()
{
    m_split.finish();
    m_thoughts.finish();
    if (!m_stopped) {
        m_answer.finish();
    }
    m_result.thinking = m_thoughts.text();
    m_result.text = m_answer.text();
}

bool Writing::isBreaker(TokenId token)
{
    const auto [entry, isNew] = m_breakers.try_emplace(token, false);
    if (isNew) {
        const std::string text = m_tokenizer.decode(std::span(&token, 1), true);
        entry->second = std::ranges::any_of(m_options.sampling.dry.breakers, [&](const std::string &breaker) {
            return !breaker.empty() && text.find(breaker) != std::string::npos;
        });
    }
    return entry->second;
}

/// The bytes that a token adds: SentencePiece drops the blank of a text's first piece only.
std::string Writing::bytesOf(TokenId token) const
{
    if (m_result.tokens.empty()) {
        return m_tokenizer.decode(std::span(&token, 1));
    }
    const TokenId pair[] = {m_result.tokens.back(), token};
    const std::string first = m_tokenizer.decode(std::span(pair, 1));
    const std::string both = m_tokenizer.decode(pair);
    return both.starts_with(first) ? both.substr(first.size()) : both;
}

} // namespace engine
