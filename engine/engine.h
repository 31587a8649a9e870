#pragma once

#include "engine/base/cancel.h"
#include "engine/base/kv_type.h"
#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The engine's only door: load a Model (immutable, shared by threads), open a Session (one thread) to
/// generate or an Embedding call to turn texts into vectors. Text is UTF-8.
namespace engine {

using TokenId = std::int32_t;

enum class Device { Auto, Cpu, Cuda };
enum class ModelKind { Decoder, Encoder, Reranker };
enum class Role { System, User, Assistant };
enum class TextKind {
    Raw,
    Query,
    Passage
}; ///< which prefix of its own an embedding model puts before a text

/// What is kept of the prompts that a model has read, so that a prompt that begins like one of them is not
/// read again, in whatever session. On disk it holds the tokens of what was asked.
struct PrefixCacheSettings
{
    std::uint64_t memory = std::uint64_t{1} << 30; ///< bytes; 0: nothing is kept
    std::filesystem::path folder;                  ///< outlives the program there; empty: it does not
    std::uint64_t disk = std::uint64_t{2} << 30;   ///< bytes of the folder, which several models may share
};

struct LoadOptions
{
    int threads = 0; ///< 0: as many as the machine has real cores
    Device device = Device::Auto;
    PrefixCacheSettings prefixCache = {}; ///< of a decoder
};

struct ModelInfo
{
    std::string name;         ///< to be shown: as the file says it, or the file's name where that is better
    std::string architecture; ///< "llama", "bert", ...
    std::string weights;      ///< the commonest type of its matrices: "Q4_1", "F32", ...
    ModelKind kind = ModelKind::Decoder;
    std::int64_t parameters = 0;
    std::uint64_t bytes = 0; ///< of its files
    int vocabulary = 0;      ///< rows of the embedding matrix
    int contextLength = 0;   ///< tokens it was trained for
    int embeddingSize = 0;   ///< values of a hidden state, and of an embedding
    std::string device;      ///< "CPU (AVX-512, 2 threads)"
    std::string fingerprint; ///< short hash of header and sizes; differs when the weights do
};

struct EncodeOptions
{
    bool addSpecial = false; ///< put the tokens at the ends that the model expects
    bool parseSpecial =
        false; ///< recognise control tokens written out in the text; never for text from outside
};

struct ChatMessage
{
    Role role;
    std::string text;
};

struct Matrix
{
    int rows = 0;
    int columns = 0;
    std::vector<float> values; ///< [rows, columns] row-major

    std::span<const float> row(int i) const
    {
        return {values.data() + std::size_t(i) * std::size_t(columns), std::size_t(columns)};
    }
};

/// Weights, tokenizer and chat form of one model. Immutable, safe from any thread.
class Model
{
public:
    /// @param path  a GGUF file, or a Hugging Face folder (config.json, *.safetensors, tokenizer.json)
    /// Errors: NotFound; Damaged (names file, field, reason); Unsupported (architecture, tensor type,
    /// tokenizer).
    static Result<std::shared_ptr<const Model>> load(const std::filesystem::path &path,
                                                     const LoadOptions &options = {});

    ~Model();
    Model(const Model &) = delete;
    Model &operator=(const Model &) = delete;

    const ModelInfo &info() const;

    /// Never fails: malformed UTF-8 is read as U+FFFD or as bytes, as the tokenizer's kind does it.
    std::vector<TokenId> encode(std::string_view text, const EncodeOptions &options = {}) const;
    int countTokens(std::string_view text) const;
    /// @return the bytes of the tokens; control tokens give nothing. Not always whole characters.
    std::string decode(std::span<const TokenId> tokens) const;
    bool isEndOfText(TokenId token) const;

    /// The prompt in the model's own form. Control tokens come from the template only; a message's text is
    /// encoded with special parsing off, so text from a document can never become one. Errors: Unsupported (a
    /// model without a chat form: see hasChatForm).
    /// @param thinking  what the template is told about reasoning (enable_thinking); empty: its own choice
    Result<std::vector<TokenId>> chatPrompt(std::span<const ChatMessage> messages,
                                            bool addGenerationPrompt = true,
                                            std::optional<bool> thinking = {}) const;
    bool hasChatForm() const;

    /// Texts to unit vectors [texts, embeddingSize]; white space at the ends is trimmed, what is longer than
    /// the model's context is cut at its end. May be called from several threads; each call uses the model's
    /// pool. Errors: Unsupported (not an encoder); Cancelled.
    Result<Matrix> embed(std::span<const std::string_view> texts, TextKind kind,
                         const CancelToken &cancel = {}) const;

    /// Drops what the model has kept of prompts, in memory and in the folder of PrefixCacheSettings, where
    /// other models' go too. Sessions that are open keep what they have read until their next prompt.
    void forgetPrompts() const;

    /// The raw logit of a cross-encoder for each text against the query.
    /// Errors: Unsupported (not a reranker); Cancelled.
    Result<std::vector<float>> rerank(std::string_view query, std::span<const std::string_view> texts,
                                      const CancelToken &cancel = {}) const;

private:
    friend class Session;
    struct Impl;
    explicit Model(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// "Don't repeat yourself": a token that would continue a repetition of `allowedLength` tokens or more loses
/// multiplier * base^(length - allowedLength). (P. E. Weidmann 2024)
struct DryOptions
{
    float multiplier = 0; ///< 0: off
    float base = 1.75f;
    int allowedLength = 2;
    int window = 0; ///< tokens looked back at, prompt included; 0: all
    std::vector<std::string> breakers{"\n", ":", "\"", "*"}; ///< no repetition goes on past a token with one
};

/// Mirostat 2: cuts so that the surprise of the tokens stays near tau. (Basu et al. 2021)
struct MirostatOptions
{
    float tau = 0; ///< bits; 0: off
    float rate = 0.1f;
};

struct TokenBias
{
    TokenId token = 0;
    float bias = 0; ///< added to the logit; minus infinity: never
};

/// How a token is drawn. In this order: bias and mask; repetition, then frequency and presence penalty; DRY;
/// at temperature 0 the greatest; else temperature, then mirostat alone, or top-k, top-p, min-p, typical (the
/// order of Hugging Face; each sees what the one before left), then the draw. The same logits and seed give
/// the same tokens on every machine.
struct SamplingOptions
{
    float temperature = 0.0f; ///< 0: greedy
    int topK = 0;             ///< 0: off
    float topP = 1.0f;        ///< the fewest that reach this probability (Holtzman et al. 2020); 1: off
    float minP = 0.0f;        ///< of the best's probability (Nguyen et al. 2024); 0: off
    float typicalP = 1.0f;    ///< those nearest to the entropy that reach it (Meister et al. 2022); 1: off
    float repetitionPenalty = 1.0f; ///< over the last `penaltyWindow` tokens (Keskar et al. 2019); 1: off
    float frequencyPenalty = 0;     ///< taken off for each time a token stands in that window; 0: off
    float presencePenalty = 0;      ///< taken off once if it does; 0: off
    int penaltyWindow = 64;         ///< tokens, prompt included
    DryOptions dry;
    MirostatOptions mirostat;
    std::vector<TokenBias> bias;
    std::uint64_t seed = 0;
};

/// Which tokens may come next; asked before each token of the answer, not while the model thinks.
/// @param answer  the answer's tokens so far @param allowed  [vocabulary], all 1 at the call; 0 forbids. An
/// end of text is a token like others. When nothing is left, generate() fails with Unsupported.
using TokenMask = std::function<void(std::span<const TokenId> answer, std::span<std::uint8_t> allowed)>;

struct TokenLogProbability
{
    TokenId token = 0;
    float value = 0; ///< natural logarithm, at most 0
};

/// Of the model's own distribution, before bias, mask, penalties and temperature.
struct LogProbabilities
{
    TokenLogProbability chosen;
    std::vector<TokenLogProbability> top; ///< the likeliest first
};

/// A model that reasons writes its thoughts between tags before it answers.
enum class TextPart { Thinking, Answer };

struct GenerateOptions
{
    int maxTokens = 256; ///< thoughts and answer together
    SamplingOptions sampling;
    bool ignoreEnd = false;
    std::vector<std::string> stop; ///< texts that end the answer; not given out; not looked for in thoughts
    int maxAnswerTokens = 0;       ///< without the thoughts; 0: maxTokens alone counts
    int thinkingBudget = -1;       ///< tokens, after which the thoughts are closed; -1: none
    CancelToken answerNow;         ///< cancel() it from any thread: closes the thoughts at the next token
    TokenMask mask;                ///< may be empty
    int logProbabilities = -1;     ///< -1: none; n: of each token and of the n likeliest in its place
};

/// Whole UTF-8 characters as they come.
using OnText = std::function<void(std::string_view text, TextPart part)>;

enum class StopReason { EndOfText, StopText, MaxTokens, ContextFull, Cancelled };

struct Generated
{
    std::vector<TokenId> tokens; ///< all of them, tags too; without the one that ended it
    std::string text;            ///< the answer
    std::string thinking;        ///< what was thought before it, without the tags
    int thinkingTokens = 0;      ///< with the tags
    bool thinkingCut = false;    ///< the thoughts were closed by their budget or by answerNow
    std::vector<LogProbabilities> logProbabilities; ///< one for each of `tokens`, where asked for
    StopReason reason = StopReason::EndOfText;
    int promptTokens = 0;
    int reusedTokens = 0; ///< of the prompt, taken from this session's cache or the model's
    double prefillSeconds = 0;
    double decodeSeconds = 0;
};

struct SessionOptions
{
    int contextLength = 0; ///< room for tokens; 0: the smaller of the model's own and 8,192
    KvType kv = KvType::F16;
    bool reuse = true; ///< take from the model's prefix cache, and give to it
};

/// Keys and values of one conversation with a decoder. Movable; one thread at a time.
class Session
{
public:
    /// Memory for keys and values is taken as tokens come.
    /// Errors: Unsupported (not a decoder).
    static Result<Session> open(std::shared_ptr<const Model> model, const SessionOptions &options = {});

    ~Session();
    Session(Session &&) noexcept;
    Session &operator=(Session &&) noexcept;

    int contextLength() const;

    /// Another session that has read the same tokens. They share the memory until one goes its own way.
    Session fork() const;

    /// Runs the prompt and then token after token. What this session, or another of the model, has read of
    /// the prompt's beginning is kept; the result is the same to the bit as if it were read anew, except that
    /// tokens that were generated before were computed one by one, which rounds differently. The last 16
    /// tokens of a prompt are always read.
    /// @param onText  may be empty
    /// @return what was generated; a cancel is no error: reason Cancelled, within one token (one block in
    /// prefill) Errors: Unsupported (prompt longer than contextLength: says both numbers; a token outside the
    /// vocabulary; a mask that allows nothing); Damaged (logits not finite); OutOfMemory.
    Result<Generated> generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                               const OnText &onText, const CancelToken &cancel = {});

    /// The logits after every token [tokens, vocabulary], from an empty cache. For tests and measurements.
    Result<Matrix> logits(std::span<const TokenId> tokens, const CancelToken &cancel = {});

private:
    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace engine
