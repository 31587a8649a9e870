#pragma once

#include "engine/base/cancel.h"
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

struct LoadOptions
{
    int threads = 0; ///< 0: as many as the machine has real cores
    Device device = Device::Auto;
};

struct ModelInfo
{
    std::string name;         ///< as the file says it, else the file's name
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
    Result<std::vector<TokenId>> chatPrompt(std::span<const ChatMessage> messages,
                                            bool addGenerationPrompt = true) const;
    bool hasChatForm() const;

    /// Texts to unit vectors [texts, embeddingSize]; white space at the ends is trimmed, what is longer than
    /// the model's context is cut at its end. May be called from several threads; each call uses the model's
    /// pool. Errors: Unsupported (not an encoder); Cancelled.
    Result<Matrix> embed(std::span<const std::string_view> texts, TextKind kind,
                         const CancelToken &cancel = {}) const;

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

struct SamplingOptions
{
    float temperature = 0.0f; ///< 0: greedy
    int topK = 0;             ///< 0: off
    float topP = 1.0f;
    float minP = 0.0f;
    float repetitionPenalty = 1.0f; ///< over the last `penaltyWindow` tokens
    int penaltyWindow = 64;
    std::uint64_t seed = 0;
};

struct GenerateOptions
{
    int maxTokens = 256;
    SamplingOptions sampling;
    bool ignoreEnd = false;
    std::vector<std::string> stop; ///< texts that end the answer; not given out
};

enum class StopReason { EndOfText, StopText, MaxTokens, ContextFull, Cancelled };

struct Generated
{
    std::vector<TokenId> tokens; ///< without the one that ended it
    std::string text;
    StopReason reason = StopReason::EndOfText;
    int promptTokens = 0;
    int reusedTokens = 0; ///< of the prompt, taken from the cache
    double prefillSeconds = 0;
    double decodeSeconds = 0;
};

/// Keys and values of one conversation with a decoder. Movable; one thread at a time.
class Session
{
public:
    /// @param contextLength  room for tokens in the cache; 0: the smaller of the model's own and 8,192
    /// Errors: Unsupported (not a decoder); OutOfMemory.
    static Result<Session> open(std::shared_ptr<const Model> model, int contextLength = 0);

    ~Session();
    Session(Session &&) noexcept;
    Session &operator=(Session &&) noexcept;

    int contextLength() const;

    /// Runs the prompt (its longest prefix already in the cache is kept) and then token after token.
    /// @param onText  whole UTF-8 characters as they come; return value ignored; may be empty
    /// @return what was generated; a cancel is no error: reason Cancelled, within one token (one block in
    /// prefill) Errors: Unsupported (prompt longer than contextLength: says both numbers); Damaged (logits
    /// not finite).
    Result<Generated> generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                               const std::function<void(std::string_view)> &onText,
                               const CancelToken &cancel = {});

    /// The logits after every token [tokens, vocabulary], from an empty cache. For tests and measurements.
    Result<Matrix> logits(std::span<const TokenId> tokens, const CancelToken &cancel = {});

private:
    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace engine
