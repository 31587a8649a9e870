#include "engine/model/decoder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace engine {
namespace {

constexpr int kLogitRows = 32; ///< rows of logits in memory at once

} // namespace

/// What one block needs, used again by the next. Rows are tokens.
struct Decoder::Scratch
{
    int rows = 0;
    std::unique_ptr<Buffer> state;  ///< [rows, hidden] the residual stream
    std::unique_ptr<Buffer> normed; ///< [rows, hidden]
    std::unique_ptr<Buffer> qkv;    ///< [rows, query + 2 kv]
    std::unique_ptr<Buffer> mixed;  ///< [rows, query] attention's result
    std::unique_ptr<Buffer> gateUp; ///< [rows, 2 feedForward]
    std::unique_ptr<Buffer> inner;  ///< [rows, feedForward]
    std::unique_ptr<Buffer> logits; ///< [kLogitRows, vocabulary]
    std::vector<float> hostLogits;
    std::vector<std::int32_t> positions;

    static Rows view(const std::unique_ptr<Buffer> &buffer, int rows, int columns, int firstRow = 0)
    {
        return {buffer->data() + std::ptrdiff_t(firstRow) * columns, rows, columns, columns};
    }
};

Decoder::Decoder(ModelConfig config, std::unique_ptr<Backend> backend, DecoderWeights weights)
    : m_config(std::move(config))
    , m_backend(std::move(backend))
    , m_weights(std::move(weights))
    , m_scratch(std::make_unique<Scratch>())
{
    m_rope.kind = m_config.ropeKind;
    m_rope.dimensions = m_config.ropeDimensions;
    m_rope.frequencies = {m_weights.ropeFrequencies->data(), std::size_t(m_config.ropeDimensions / 2)};
}

Decoder::~Decoder() = default;

Result<std::unique_ptr<Decoder>> Decoder::load(const ModelFile &file, const ModelConfig &config,
                                               std::unique_ptr<Backend> backend)
{
    ASSIGN_OR_RETURN(DecoderWeights weights, bindDecoder(file, config, *backend));
    return std::unique_ptr<Decoder>(new Decoder(config, std::move(backend), std::move(weights)));
}

Result<KvCache> Decoder::makeCache(int capacity, KvType type) const
{
    return KvCache::make(m_config, capacity, type);
}

Result<void> Decoder::reserve(int rows) const
{
    Scratch &s = *m_scratch;
    if (s.rows >= rows) {
        return {};
    }
    const std::int64_t n = rows;
    s.rows = 0;
    ASSIGN_OR_RETURN(s.state, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.normed, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.qkv, m_backend->allocate(n * (m_config.querySize() + 2 * m_config.kvSize())));
    ASSIGN_OR_RETURN(s.mixed, m_backend->allocate(n * m_config.querySize()));
    ASSIGN_OR_RETURN(s.gateUp, m_backend->allocate(n * 2 * m_config.feedForward));
    ASSIGN_OR_RETURN(s.inner, m_backend->allocate(n * m_config.feedForward));
    const int logitRows = std::min(rows, kLogitRows);
    ASSIGN_OR_RETURN(s.logits, m_backend->allocate(std::int64_t(logitRows) * m_config.vocabulary));
    s.rows = rows;
    return {};
}

Result<void> Decoder::run(KvCache &cache, std::span<const TokenId> tokens, LogitRows rows,
                          const LogitSink &sink, const CancelToken &cancel) const
{
    if (tokens.size() > std::size_t(cache.capacity() - cache.size())) {
        return fail(ErrorCode::Unsupported, std::to_string(tokens.size()) + " tokens do not fit behind " +
                                                std::to_string(cache.size()) + " in a context of " +
                                                std::to_string(cache.capacity()));
    }
    for (const TokenId token : tokens) {
        if (token < 0 || token >= m_config.vocabulary) {
            return fail(ErrorCode::Unsupported, "token " + std::to_string(token) +
                                                    " is outside the vocabulary of " +
                                                    std::to_string(m_config.vocabulary));
        }
    }
    while (!tokens.empty()) {
        const auto block = tokens.first(std::min<std::size_t>(tokens.size(), kBlock));
        tokens = tokens.subspan(block.size());
        const std::lock_guard lock(m_mutex);
        RETURN_IF_ERROR(runBlock(cache, block, cancel));
        const int count = int(block.size());
        if (rows == LogitRows::All) {
            giveLogits(0, count, sink);
        } else if (tokens.empty()) {
            giveLogits(count - 1, 1, sink);
        }
        cache.commit(block);
    }
    return {};
}

Result<void> Decoder::runBlock(KvCache &cache, std::span<const TokenId> tokens,
                               const CancelToken &cancel) const
{
    const int count = int(tokens.size());
    RETURN_IF_ERROR(reserve(count));
    RETURN_IF_ERROR(cache.reserve(*m_backend, count));
    Scratch &s = *m_scratch;
    s.positions.resize(tokens.size());
    std::iota(s.positions.begin(), s.positions.end(), cache.size());
    m_backend->embed(Scratch::view(s.state, count, m_config.hidden), *m_weights.embedding, tokens, 1);
    for (int i = 0; i < m_config.layers; ++i) {
        if (cancel.isCancelled()) {
            return fail(ErrorCode::Cancelled, "cancelled");
        }
        const LayerWeights &layer = m_weights.layers[std::size_t(i)];
        attention(layer, cache.view(i), cache.size(), count);
        feedForward(layer, count);
    }
    return {};
}

void Decoder::attention(const LayerWeights &layer, const KvView &cache, int first, int count) const
{
    const Scratch &s = *m_scratch;
    const int querySize = m_config.querySize();
    const int kvSize = m_config.kvSize();
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    const Rows normed = Scratch::view(s.normed, count, m_config.hidden);
    const Rows qkv = Scratch::view(s.qkv, count, querySize + 2 * kvSize);
    const Rows q{qkv.data, count, querySize, qkv.stride};
    const Rows k{qkv.data + querySize, count, kvSize, qkv.stride};
    const Rows v{qkv.data + querySize + kvSize, count, kvSize, qkv.stride};
    const Rows mixed = Scratch::view(s.mixed, count, querySize);

    m_backend->norm(normed, state, layer.attentionNorm.weights);
    layer.queryKeyValue.apply(*m_backend, qkv, normed);
    if (layer.queryNorm) {
        m_backend->headNorm(q, m_config.heads, layer.queryNorm.weights);
        m_backend->headNorm(k, m_config.kvHeads, layer.keyNorm.weights);
    }
    m_backend->rope(q, m_config.heads, s.positions, m_rope);
    m_backend->rope(k, m_config.kvHeads, s.positions, m_rope);
    m_backend->storeKv(cache, k, v, first);
    AttentionParameters parameters;
    parameters.heads = m_config.heads;
    parameters.scale = 1.0f / std::sqrt(float(m_config.headSize));
    parameters.window = m_config.window;
    m_backend->attention(mixed, q, cache, first, parameters);
    layer.attentionOutput.apply(*m_backend, state, mixed, true);
}

void Decoder::feedForward(const LayerWeights &layer, int count) const
{
    const Scratch &s = *m_scratch;
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    const Rows normed = Scratch::view(s.normed, count, m_config.hidden);
    const Rows inner = Scratch::view(s.inner, count, m_config.feedForward);
    const Rows gateUp = Scratch::view(s.gateUp, count, 2 * m_config.feedForward);

    m_backend->norm(normed, state, layer.feedForwardNorm.weights);
    layer.gateUp.apply(*m_backend, gateUp, normed);
    m_backend->gate(inner, gateUp, m_config.activation);
    layer.down.apply(*m_backend, state, inner, true);
}

void Decoder::giveLogits(int firstRow, int count, const LogitSink &sink) const
{
    Scratch &s = *m_scratch;
    for (int done = 0; done < count; done += kLogitRows) {
        const int rows = std::min(kLogitRows, count - done);
        const Rows state = Scratch::view(s.state, rows, m_config.hidden, firstRow + done);
        const Rows normed = Scratch::view(s.normed, rows, m_config.hidden);
        const Rows logits = Scratch::view(s.logits, rows, m_config.vocabulary);
        m_backend->norm(normed, state, m_weights.outputNorm.weights);
        m_backend->linear(logits, *m_weights.output, normed, {}, false);
        s.hostLogits.resize(std::size_t(rows) * std::size_t(m_config.vocabulary));
        m_backend->read(s.hostLogits, logits.data);
        sink(s.hostLogits);
    }
}

} // namespace engine
