#pragma once

#include "rag/model/masked_tokens.h"
#include "rag/types.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rag {

enum class Speaker { System, User, Assistant };

struct Turn
{
    Speaker speaker;
    std::string text; ///< plain text: nothing in it can become a control token
};

struct GenerationOptions
{
    int maxTokens = 256;
    float temperature = 0;
    std::uint64_t seed = 0;
    std::vector<std::string> stop = {};
    int thinkingBudget = 512;   ///< tokens that a reasoning model may think besides; 0: it is asked not to
    CancelToken answerNow = {}; ///< cancel() it from any thread: it stops thinking and answers
    std::function<void(std::string_view)> onThinking = {}; ///< its thoughts as they come; may be empty
    TokenMask mask = {};                                   ///< which tokens the answer may take; may be empty
    int logProbabilities =
        -1; ///< -1: none; n: of each token of the answer and of the n likeliest in its place
};

struct TokenLogProbability
{
    Token token = 0;
    float value = 0; ///< natural logarithm, at most 0
};

/// Of the model's own distribution, before mask and temperature.
struct TokenChance
{
    TokenLogProbability chosen;
    std::vector<TokenLogProbability> top; ///< the likeliest first
};

struct Generation
{
    std::string text;     ///< the answer alone
    std::string thinking; ///< of a reasoning model
    int promptTokens = 0;
    int reusedTokens = 0;             ///< of the prompt, known already
    int answerTokens = 0;             ///< without thoughts
    std::vector<Token> tokens;        ///< [answerTokens] of the answer, without the one that ended it
    std::vector<TokenChance> chances; ///< [answerTokens] where asked for
    double prefillSeconds = 0;
    double decodeSeconds = 0;
    bool cancelled = false;
    bool contextFull = false; ///< it ends where the context does
};

/// Prompt to streamed text. One thread at a time.
class LanguageModel
{
public:
    virtual ~LanguageModel() = default;

    virtual std::string name() const = 0;
    virtual std::string device() const = 0;
    virtual int contextLength() const = 0;
    virtual int countTokens(std::string_view text) const = 0;

    /// Plain text as the model's tokenizer cuts it: no control tokens, none added at the ends.
    virtual std::vector<Token> tokensOf(std::string_view text) const = 0;
    /// The bytes of tokens; control tokens give none. Not always whole characters.
    virtual std::string textOf(std::span<const Token> tokens) const = 0;
    /// Every token whose bytes `text` begins with: those that a mask allows where an answer must go on as a
    /// text does, however the model cuts it. The first call takes some milliseconds.
    virtual std::vector<Token> tokensBeginning(std::string_view text) const = 0;

    /// @param onText  whole UTF-8 characters as they come
    /// Errors: Unsupported (prompt too long: says the numbers; a mask that leaves nothing), Device.
    virtual Result<Generation> generate(std::span<const Turn> turns, const GenerationOptions &options,
                                        const std::function<void(std::string_view)> &onText,
                                        const CancelToken &cancel) = 0;
};

} // namespace rag
