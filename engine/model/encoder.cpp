#include "engine/model/encoder.h"

#include <algorithm>
#include <cmath>

namespace engine {

/// What one batch needs, used again by the next. Rows are tokens, but for `pooled`, where they are texts.
struct Encoder::Scratch
{
    int rows = 0;
    std::unique_ptr<Buffer> state;  ///< [rows, hidden]
    std::unique_ptr<Buffer> extra;  ///< [rows, hidden] positions, types
    std::unique_ptr<Buffer> qkv;    ///< [rows, query + 2 kv]
    std::unique_ptr<Buffer> mixed;  ///< [rows, query]
    std::unique_ptr<Buffer> gateUp; ///< [rows, 2 feedForward]; up alone where not gated
    std::unique_ptr<Buffer> inner;  ///< [rows, feedForward]
    std::unique_ptr<Buffer> pooled; ///< [texts, hidden]
    std::unique_ptr<Buffer> dense;  ///< [texts, hidden]
    std::unique_ptr<Buffer> scores; ///< [texts, 1]
    std::vector<TokenId> ids;
    std::vector<int> lengths;
    std::vector<std::int32_t> positions;

    static Rows view(const std::unique_ptr<Buffer> &buffer, int rows, int columns)
    {
        return {buffer->data(), rows, columns, columns};
    }
};

Encoder::Encoder(ModelConfig config, std::unique_ptr<Backend> backend, EncoderWeights weights)
    : m_config(std::move(config))
    , m_backend(std::move(backend))
    , m_weights(std::move(weights))
    , m_scratch(std::make_unique<Scratch>())
{
    if (m_weights.ropeFrequencies) {
        m_rope.kind = m_config.ropeKind;
        m_rope.dimensions = m_config.ropeDimensions;
        m_rope.magnitude = float(m_config.ropeScaling.magnitude);
        m_rope.frequencies = {m_weights.ropeFrequencies->data(),
                              std::size_t(m_weights.ropeFrequencies->size())};
    }
}

Encoder::~Encoder() = default;

Result<std::unique_ptr<Encoder>> Encoder::load(const ModelFile &file, const ModelConfig &config,
                                               std::unique_ptr<Backend> backend)
{
    ASSIGN_OR_RETURN(EncoderWeights weights, bindEncoder(file, config, *backend));
    return std::unique_ptr<Encoder>(new Encoder(config, std::move(backend), std::move(weights)));
}

Result<void> Encoder::reserve(int rows) const
{
    Scratch &s = *m_scratch;
    if (s.rows >= rows) {
        return {};
    }
    const std::int64_t n = rows;
    s.rows = 0;
    ASSIGN_OR_RETURN(s.state, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.extra, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.qkv, m_backend->allocate(n * (m_config.querySize() + 2 * m_config.kvSize())));
    ASSIGN_OR_RETURN(s.mixed, m_backend->allocate(n * m_config.querySize()));
    ASSIGN_OR_RETURN(s.gateUp, m_backend->allocate(n * 2 * m_config.feedForward));
    ASSIGN_OR_RETURN(s.inner, m_backend->allocate(n * m_config.feedForward));
    ASSIGN_OR_RETURN(s.pooled, m_backend->allocate(n * m_config.hidden)); // texts are never more than tokens
    ASSIGN_OR_RETURN(s.dense, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.scores, m_backend->allocate(n));
    s.rows = rows;
    return {};
}

Result<void> Encoder::check(std::span<const EncoderInput> texts) const
{
    for (const EncoderInput &text : texts) {
        if (text.tokens.empty() || text.tokens.size() > std::size_t(m_config.context)) {
            return fail(ErrorCode::Unsupported, "a text of " + std::to_string(text.tokens.size()) +
                                                    " tokens for a model of " +
                                                    std::to_string(m_config.context));
        }
        for (const TokenId token : text.tokens) {
            if (token < 0 || token >= m_config.vocabulary) {
                return fail(ErrorCode::Unsupported, "token " + std::to_string(token) +
                                                        " is outside the vocabulary of " +
                                                        std::to_string(m_config.vocabulary));
            }
        }
    }
    return {};
}

template <class Finish>
Result<std::vector<float>> Encoder::run(std::span<const EncoderInput> texts, int columns,
                                        const CancelToken &cancel, const Finish &finish) const
{
    RETURN_IF_ERROR(check(texts));
    std::vector<float> results(texts.size() * std::size_t(columns));
    for (std::size_t begin = 0; begin < texts.size();) {
        std::size_t end = begin;
        std::size_t tokens = 0;
        while (end < texts.size() && (end == begin || tokens + texts[end].tokens.size() <= kBatchTokens)) {
            tokens += texts[end++].tokens.size();
        }
        const std::lock_guard lock(m_mutex);
        RETURN_IF_ERROR(runBatch(texts.subspan(begin, end - begin), cancel));
        finish(
            std::span(results).subspan(begin * std::size_t(columns), (end - begin) * std::size_t(columns)));
        begin = end;
    }
    if (!std::ranges::all_of(results, [](float value) { return std::isfinite(value); })) {
        return fail(ErrorCode::Damaged, m_config.name + ": the model's output is not finite");
    }
    return results;
}

Result<std::vector<float>> Encoder::embed(std::span<const EncoderInput> texts,
                                          const CancelToken &cancel) const
{
    return run(texts, m_config.hidden, cancel, [this](std::span<float> results) {
        const Scratch &s = *m_scratch;
        int tokens = 0;
        for (const int length : s.lengths) {
            tokens += length;
        }
        const Rows pooled = Scratch::view(s.pooled, int(s.lengths.size()), m_config.hidden);
        m_backend->pool(pooled, Scratch::view(s.state, tokens, m_config.hidden), s.lengths, m_config.pooling,
                        true);
        m_backend->read(results, pooled.data);
    });
}

Result<std::vector<float>> Encoder::score(std::span<const EncoderInput> texts,
                                          const CancelToken &cancel) const
{
    if (!isReranker()) {
        return fail(ErrorCode::Unsupported, m_config.name + " is no reranker");
    }
    return run(texts, 1, cancel, [this](std::span<float> results) {
        const Scratch &s = *m_scratch;
        int tokens = 0;
        for (const int length : s.lengths) {
            tokens += length;
        }
        const int count = int(s.lengths.size());
        Rows head = Scratch::view(s.pooled, count, m_config.hidden);
        m_backend->pool(head, Scratch::view(s.state, tokens, m_config.hidden), s.lengths,
                        Backend::Pooling::First, false);
        if (!m_weights.headDense.parts.empty()) {
            const Rows dense = Scratch::view(s.dense, count, m_config.hidden);
            m_weights.headDense.apply(*m_backend, dense, head);
            m_backend->activate(dense, Activation::Tanh);
            head = dense;
        }
        const Rows scores = Scratch::view(s.scores, count, 1);
        m_weights.headOutput.apply(*m_backend, scores, head);
        m_backend->read(results, scores.data);
    });
}

Result<void> Encoder::runBatch(std::span<const EncoderInput> texts, const CancelToken &cancel) const
{
    Scratch &s = *m_scratch;
    s.lengths.clear();
    int count = 0;
    for (const EncoderInput &text : texts) {
        s.lengths.push_back(int(text.tokens.size()));
        count += s.lengths.back();
    }
    RETURN_IF_ERROR(reserve(count));
    embedTokens(texts);
    for (const LayerWeights &layer : m_weights.layers) {
        if (cancel.isCancelled()) {
            return fail(ErrorCode::Cancelled, "cancelled");
        }
        runLayer(layer, count);
    }
    return {};
}

void Encoder::embedTokens(std::span<const EncoderInput> texts) const
{
    Scratch &s = *m_scratch;
    const auto gather = [&](const auto &idsOf) {
        s.ids.clear();
        for (const EncoderInput &text : texts) {
            for (std::size_t i = 0; i < text.tokens.size(); ++i) {
                s.ids.push_back(TokenId(idsOf(text, i)));
            }
        }
        return int(s.ids.size());
    };
    const int count = gather([](const EncoderInput &text, std::size_t i) { return text.tokens[i]; });
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    const Rows extra = Scratch::view(s.extra, count, m_config.hidden);
    m_backend->embed(state, *m_weights.embedding, s.ids, 1);
    gather([this](const EncoderInput &, std::size_t i) { return int(i) + m_config.positionOffset; });
    s.positions.assign(s.ids.begin(), s.ids.end());
    if (m_weights.positions) {
        m_backend->embed(extra, *m_weights.positions, s.ids, 1);
        m_backend->add(state, extra);
    }
    if (m_weights.tokenTypes) {
        const int last = m_weights.tokenTypes->outputs - 1;
        gather([last](const EncoderInput &text, std::size_t i) {
            return text.segments.empty() ? 0 : std::clamp(text.segments[i], 0, last);
        });
        m_backend->embed(extra, *m_weights.tokenTypes, s.ids, 1);
        m_backend->add(state, extra);
    }
    m_backend->norm(state, state, m_weights.embeddingNorm.weights);
}

void Encoder::runLayer(const LayerWeights &layer, int count) const
{
    const Scratch &s = *m_scratch;
    const int querySize = m_config.querySize();
    const int kvSize = m_config.kvSize();
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    const Rows qkv = Scratch::view(s.qkv, count, querySize + 2 * kvSize);
    const Rows q{qkv.data, count, querySize, qkv.stride};
    const Rows k{qkv.data + querySize, count, kvSize, qkv.stride};
    const Rows v{qkv.data + querySize + kvSize, count, kvSize, qkv.stride};
    const Rows mixed = Scratch::view(s.mixed, count, querySize);
    AttentionParameters parameters;
    parameters.heads = m_config.heads;
    parameters.scale = m_config.attentionScale;

    layer.queryKeyValue.apply(*m_backend, qkv, state);
    if (m_weights.ropeFrequencies) {
        m_backend->rope(q, m_config.heads, s.positions, m_rope);
        m_backend->rope(k, m_config.kvHeads, s.positions, m_rope);
    }
    m_backend->attentionWithin(mixed, q, k, v, s.lengths, parameters);
    layer.attentionOutput.apply(*m_backend, state, mixed, true);
    m_backend->norm(state, state, layer.postAttentionNorm.weights);
    feedForward(layer, state);
    m_backend->norm(state, state, layer.postFeedForwardNorm.weights);
}

void Encoder::feedForward(const LayerWeights &layer, Rows state) const
{
    const Scratch &s = *m_scratch;
    const Rows outer = Scratch::view(s.gateUp, state.rows, layer.gateUp.outputs);
    layer.gateUp.apply(*m_backend, outer, state);
    if (!m_config.spec->gated) {
        m_backend->activate(outer, m_config.activation);
        return layer.down.apply(*m_backend, state, outer, true);
    }
    const Rows inner = Scratch::view(s.inner, state.rows, m_config.feedForward);
    m_backend->gate(inner, outer, m_config.activation);
    layer.down.apply(*m_backend, state, inner, true);
}

} // namespace engine
