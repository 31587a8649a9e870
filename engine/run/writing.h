#pragma once

#include "engine/engine.h"
#include "engine/run/sampler.h"
#include "engine/run/text_stream.h"
#include "engine/run/thinking.h"
#include "engine/tokenizer/tokenizer.h"

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace engine {

/// A text as it is made: picks each token, takes it into the result, and streams what it says. Knows nothing
/// of the network. Tokenizer, options and result must outlive it.
class Writing
{
public:
    Writing(const Tokenizer &tokenizer, std::span<const TokenId> prompt, const GenerateOptions &options,
            const OnText &onText, Generated &result);

    bool wantsMore() const; ///< maxTokens and maxAnswerTokens leave room
    /// Thoughts have used up their budget, or the caller wants the answer.
    bool mustCloseThoughts() const;
    /// The tokens that close them. They are to be run like others.
    std::vector<TokenId> closingTokens();

    /// @param logits  [vocabulary]; changed. Errors: as Sampler::pick.
    Result<TokenId> pick(std::span<float> logits);
    /// @param logits  those that the token was picked from, or was put in place of
    /// @return true: a stop text is complete
    bool take(TokenId token, std::span<const float> logits);
    /// Gives out what was held back; not after a stop text.
    void finish();

private:
    bool isBreaker(TokenId token);
    std::string bytesOf(TokenId token) const;

    const Tokenizer &m_tokenizer;
    const GenerateOptions &m_options;
    Generated &m_result;
    ThinkingTags m_tags;
    bool m_stopped = false;
    TextStream m_thoughts;
    TextStream m_answer;
    ThinkingSplit m_split;
    Sampler m_sampler;
    std::vector<TokenId> m_history; ///< prompt and tokens made
    std::size_t m_answerBegins = 0; ///< in the tokens made
    int m_thoughtTokens = 0;        ///< between the tags
    std::vector<std::uint8_t> m_allowed;
    std::vector<float> m_rawLogits; ///< where log-probabilities are wanted
    std::unordered_map<TokenId, bool> m_breakers;
};

} // namespace engine
