#include "engine/engine.h"

#include "engine/model/decoder.h"
#include "engine/model/embedding_prefix.h"
#include "engine/model/encoder.h"
#include "engine/model/model_info.h"
#include "engine/run/generator.h"
#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/weights/names.h"

#include <algorithm>

namespace engine {
namespace {

constexpr int kDefaultContext = 8192;

/// What a longer text is cut to: its beginning, and the token that the model expects at the end.
void cutToLength(EncoderInput &input, std::size_t most)
{
    if (input.tokens.size() <= most) {
        return;
    }
    const TokenId last = input.tokens.back();
    input.tokens.resize(most);
    input.tokens.back() = last;
    if (!input.segments.empty()) {
        const int lastSegment = input.segments.back();
        input.segments.resize(most);
        input.segments.back() = lastSegment;
    }
}

/// What keys and values depend on besides the tokens: weights, and numbers that a file can change without
/// them.
std::string prefixOwner(const ModelInfo &info, const ModelConfig &config)
{
    std::string owner = info.fingerprint + " " + info.architecture;
    for (const double number :
         {double(config.heads), double(config.normEpsilon), config.ropeBase, double(config.ropeDimensions),
          config.ropeScaling.factor, config.ropeScaling.originalContext}) {
        owner += " " + std::to_string(number);
    }
    return owner;
}

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::System:
        return "system";
    case Role::User:
        return "user";
    case Role::Assistant:
        break;
    }
    return "assistant";
}

/// Weights that were read from a file cut short meanwhile were zeros: what came of them is no answer.
template <class T>
Result<T> unlessCut(const ModelFile &file, Result<T> result)
{
    if (file.wasCut()) {
        return fail(ErrorCode::Damaged, displayName(file.path()) + ": was cut short while it was used");
    }
    return result;
}

} // namespace

/// Either decoder or encoder is set.
struct Model::Impl
{
    std::shared_ptr<const ModelFile> file; ///< the weights may view into its mapping
    ModelInfo info;
    std::unique_ptr<const Tokenizer> tokenizer;
    std::unique_ptr<const ChatTemplate> chat; ///< or null
    EmbeddingPrefixes prefixes;
    std::unique_ptr<Decoder> decoder;
    std::unique_ptr<PrefixCache> prefixCache; ///< of the decoder
    std::unique_ptr<Encoder> encoder;

    Result<void> loadNetwork(const ModelConfig &config, std::unique_ptr<Backend> backend,
                             const LoadOptions &options);
};

Model::Model(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Model::~Model() = default;

Result<void> Model::Impl::loadNetwork(const ModelConfig &config, std::unique_ptr<Backend> backend,
                                      const LoadOptions &options)
{
    if (config.spec->network == Network::Decoder) {
        ASSIGN_OR_RETURN(decoder, Decoder::load(*file, config, std::move(backend)));
        if (config.embeds) {
            prefixes = embeddingPrefixes(*file, config);
        }
        chat = ChatTemplate::load(*file, *tokenizer);
        const PrefixCacheSettings &kept = options.prefixCache;
        prefixCache = std::make_unique<PrefixCache>(
            *decoder, prefixOwner(info, config),
            PrefixCacheOptions{
                .memory = kept.memory, .folder = kept.folder, .disk = kept.disk, .isSound = [from = file] {
                    return !from->wasCut();
                }});
        info.device = decoder->deviceName();
        return {};
    }
    ASSIGN_OR_RETURN(encoder, Encoder::load(*file, config, std::move(backend)));
    prefixes = embeddingPrefixes(*file, config);
    info.device = encoder->deviceName();
    info.kind = encoder->isReranker() ? ModelKind::Reranker : ModelKind::Encoder;
    return {};
}

Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path &path,
                                                 const LoadOptions &options)
{
    if (options.device == Device::Cuda) {
        return fail(ErrorCode::Device, "this build has no CUDA backend");
    }
    auto impl = std::make_unique<Impl>();
    ASSIGN_OR_RETURN(impl->file, ModelFile::open(path));
    ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*impl->file));
    ASSIGN_OR_RETURN(impl->tokenizer, Tokenizer::load(*impl->file));
    if (impl->tokenizer->size() > config.vocabulary) {
        return fail(ErrorCode::Damaged, displayName(path) + ": " + std::to_string(impl->tokenizer->size()) +
                                            " tokens but " + std::to_string(config.vocabulary) +
                                            " embeddings");
    }
    impl->info = describeModel(*impl->file, config);
    RETURN_IF_ERROR(impl->loadNetwork(config, makeCpuBackend(options.threads), options));
    const ModelFile &file = *impl->file;
    file.releasePages();
    return unlessCut(
        file, Result<std::shared_ptr<const Model>>(std::shared_ptr<const Model>(new Model(std::move(impl)))));
}

const ModelInfo &Model::info() const
{
    return m_impl->info;
}

std::vector<TokenId> Model::encode(std::string_view text, const EncodeOptions &options) const
{
    return m_impl->tokenizer->encode(text, {options.addSpecial, options.parseSpecial});
}

int Model::countTokens(std::string_view text) const
{
    return int(m_impl->tokenizer->encode(text, {}).size());
}

std::string Model::decode(std::span<const TokenId> tokens) const
{
    return m_impl->tokenizer->decode(tokens);
}

bool Model::isEndOfText(TokenId token) const
{
    return m_impl->tokenizer->isEndOfText(token);
}

bool Model::hasChatForm() const
{
    return m_impl->chat != nullptr;
}

Result<std::vector<TokenId>> Model::chatPrompt(std::span<const ChatMessage> messages,
                                               bool addGenerationPrompt, std::optional<bool> thinking) const
{
    if (!hasChatForm()) {
        return fail(ErrorCode::Unsupported, info().name + " has no chat form");
    }
    std::vector<TemplateMessage> turns;
    for (const ChatMessage &message : messages) {
        turns.push_back({std::string(roleName(message.role)), message.text});
    }
    ASSIGN_OR_RETURN(const std::vector<PromptPiece> pieces,
                     m_impl->chat->render(turns, addGenerationPrompt, thinking));
    return encodePieces(*m_impl->tokenizer, pieces);
}

Result<Matrix> Model::embed(std::span<const std::string_view> texts, TextKind kind,
                            const CancelToken &cancel) const
{
    if (info().kind != ModelKind::Encoder) {
        return fail(ErrorCode::Unsupported, info().name + " makes no embeddings");
    }
    std::vector<EncoderInput> inputs(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (cancel.isCancelled()) {
            return fail(ErrorCode::Cancelled, "cancelled");
        }
        inputs[i].tokens =
            m_impl->tokenizer->encode(withPrefix(m_impl->prefixes, kind, texts[i]), {true, false});
        cutToLength(inputs[i], std::size_t(info().contextLength));
    }
    Matrix matrix;
    matrix.rows = int(texts.size());
    matrix.columns = info().embeddingSize;
    ASSIGN_OR_RETURN(matrix.values, m_impl->encoder ? m_impl->encoder->embed(inputs, cancel)
                                                    : m_impl->decoder->embed(inputs, cancel));
    return unlessCut(*m_impl->file, Result<Matrix>(std::move(matrix)));
}

void Model::forgetPrompts() const
{
    if (m_impl->prefixCache) {
        m_impl->prefixCache->forget();
    }
}

Result<std::vector<float>> Model::rerank(std::string_view query, std::span<const std::string_view> texts,
                                         const CancelToken &cancel) const
{
    if (info().kind != ModelKind::Reranker) {
        return fail(ErrorCode::Unsupported, info().name + " is no reranker");
    }
    std::vector<EncoderInput> inputs(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (cancel.isCancelled()) {
            return fail(ErrorCode::Cancelled, "cancelled");
        }
        inputs[i].tokens = m_impl->tokenizer->encodePair(query, texts[i], inputs[i].segments);
        cutToLength(inputs[i], std::size_t(info().contextLength));
    }
    return unlessCut(*m_impl->file, m_impl->encoder->score(inputs, cancel));
}

struct Session::Impl
{
    std::shared_ptr<const Model> model;
    Generator generator;
};

Session::Session(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Session::~Session() = default;
Session::Session(Session &&) noexcept = default;
Session &Session::operator=(Session &&) noexcept = default;

Result<Session> Session::open(std::shared_ptr<const Model> model, const SessionOptions &options)
{
    const Model::Impl &parts = *model->m_impl;
    if (!parts.decoder) {
        return fail(ErrorCode::Unsupported, model->info().name + " generates no text");
    }
    const int capacity = options.contextLength > 0 ? options.contextLength
                                                   : std::min(model->info().contextLength, kDefaultContext);
    ASSIGN_OR_RETURN(KvCache cache, parts.decoder->makeCache(capacity, options.kv));
    PrefixCache *prefixes = options.reuse ? parts.prefixCache.get() : nullptr;
    Generator generator(*parts.decoder, *parts.tokenizer, std::move(cache), prefixes);
    return Session(std::unique_ptr<Impl>(new Impl{std::move(model), std::move(generator)}));
}

Session Session::fork() const
{
    return Session(std::unique_ptr<Impl>(new Impl(*m_impl)));
}

int Session::contextLength() const
{
    return m_impl->generator.contextLength();
}

Result<Generated> Session::generate(std::span<const TokenId> prompt, const GenerateOptions &options,
                                    const OnText &onText, const CancelToken &cancel)
{
    return unlessCut(*m_impl->model->m_impl->file,
                     m_impl->generator.generate(prompt, options, onText, cancel));
}

Result<Matrix> Session::logits(std::span<const TokenId> tokens, const CancelToken &cancel)
{
    return unlessCut(*m_impl->model->m_impl->file, m_impl->generator.logits(tokens, cancel));
}

} // namespace engine
