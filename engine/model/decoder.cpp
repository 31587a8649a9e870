#include "engine/model/decoder_scratch.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace engine {
namespace {

constexpr int kLogitRows = 32; ///< rows of logits in memory at once

/// cap · tanh(logit / cap); 0: as they are
void softCap(std::span<float> logits, float cap)
{
    if (cap > 0) {
        std::ranges::for_each(logits, [cap](float &logit) { logit = cap * std::tanh(logit / cap); });
    }
}

} // namespace

Decoder::Decoder(ModelConfig config, std::unique_ptr<Backend> backend, DecoderWeights weights)
    : m_config(std::move(config))
    , m_backend(std::move(backend))
    , m_weights(std::move(weights))
    , m_scratch(std::make_unique<Scratch>())
{
    const auto turning = [this](const std::unique_ptr<Buffer> &frequencies, double magnitude) {
        RopeParameters rope;
        rope.kind = m_config.ropeKind;
        rope.dimensions = m_config.ropeDimensions;
        rope.magnitude = float(magnitude);
        if (frequencies) {
            rope.frequencies = {frequencies->data(), std::size_t(frequencies->size())};
        }
        return rope;
    };
    m_rope = turning(m_weights.ropeFrequencies, m_config.ropeScaling.magnitude);
    m_longRope = turning(m_weights.longRopeFrequencies, m_config.ropeScaling.magnitude);
    m_localRope = turning(m_weights.localRopeFrequencies, 1);
}

Decoder::~Decoder() = default;

Result<std::unique_ptr<Decoder>> Decoder::load(const ModelFile &file, const ModelConfig &config,
                                               std::unique_ptr<Backend> backend)
{
    ASSIGN_OR_RETURN(DecoderWeights weights, bindDecoder(file, config, *backend));
    if (std::ranges::any_of(weights.layers,
                            [](const LayerWeights &layer) { return layer.experts != nullptr; })) {
        backend->keepDigits();
    }
    return std::unique_ptr<Decoder>(new Decoder(config, std::move(backend), std::move(weights)));
}

Result<KvCache> Decoder::makeCache(int capacity, KvType type) const
{
    return KvCache::make(m_config, capacity, type);
}

void Decoder::savePage(std::vector<std::byte> &to, const KvPage &from) const
{
    const std::lock_guard lock(m_mutex);
    m_backend->readKvPage(to, from);
}

Result<std::shared_ptr<KvPage>> Decoder::restorePage(const KvShape &shape,
                                                     std::span<const std::byte> from) const
{
    const std::lock_guard lock(m_mutex);
    ASSIGN_OR_RETURN(auto page, m_backend->allocateKvPage(shape));
    RETURN_IF_ERROR(m_backend->writeKvPage(*page, from));
    return page;
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
    ASSIGN_OR_RETURN(s.branch, m_backend->allocate(n * m_config.hidden));
    ASSIGN_OR_RETURN(s.qkv, m_backend->allocate(n * (m_config.querySize() + 2 * m_config.kvSize())));
    ASSIGN_OR_RETURN(s.mixed, m_backend->allocate(n * m_config.mixedSize()));
    ASSIGN_OR_RETURN(s.gateUp, m_backend->allocate(n * 2 * m_config.feedForward));
    ASSIGN_OR_RETURN(s.inner, m_backend->allocate(n * m_config.feedForward));
    RETURN_IF_ERROR(s.experts.reserve(*m_backend, m_config, rows));
    RETURN_IF_ERROR(s.latent.reserve(*m_backend, m_config, rows));
    const int logitRows = std::min(rows, kLogitRows);
    ASSIGN_OR_RETURN(s.logits, m_backend->allocate(std::int64_t(logitRows) * m_config.vocabulary));
    s.rows = rows;
    return {};
}

Result<void> Decoder::check(const KvCache &cache, std::span<const TokenId> tokens) const
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
    if (m_weights.positions && cache.size() + int(tokens.size()) > m_weights.positions->outputs) {
        return fail(ErrorCode::Unsupported, std::to_string(cache.size() + int(tokens.size())) +
                                                " tokens for a model of " +
                                                std::to_string(m_weights.positions->outputs));
    }
    return {};
}

Result<void> Decoder::run(KvCache &cache, std::span<const TokenId> tokens, LogitRows rows,
                          const LogitSink &sink, const CancelToken &cancel) const
{
    RETURN_IF_ERROR(check(cache, tokens));
    RETURN_IF_ERROR(fitLongRope(cache, int(tokens.size()), cancel));
    const auto give = [&](int count, bool isLast) {
        if (rows == LogitRows::All) {
            giveLogits(0, count, sink);
        } else if (isLast) {
            giveLogits(count - 1, 1, sink);
        }
    };
    return runBlocks(cache, tokens, give, cancel);
}

std::optional<bool> Decoder::isLongText(int tokens) const
{
    if (m_config.ropeScaling.kind != RopeScaling::Kind::LongRope) {
        return std::nullopt;
    }
    return double(tokens) > m_config.ropeScaling.originalContext;
}

/// LongRoPE turns all of a text in one of two ways, by its length: where the text outgrows the first, or was
/// cut back to it, what is cached is computed anew, as the original code does it.
Result<void> Decoder::fitLongRope(KvCache &cache, int more, const CancelToken &cancel) const
{
    const std::optional<bool> isLong = isLongText(cache.size() + more);
    if (!isLong) {
        return {};
    }
    if (cache.isLongText() == isLong || cache.size() == 0) {
        cache.setLongText(isLong);
        return {};
    }
    const std::vector<TokenId> tokens = cache.tokens();
    cache.truncate(0);
    cache.setLongText(isLong);
    return runBlocks(
        cache, tokens, [](int, bool) {}, cancel);
}

Result<void> Decoder::runBlocks(KvCache &cache, std::span<const TokenId> tokens, const BlockSink &sink,
                                const CancelToken &cancel) const
{
    while (!tokens.empty()) {
        const bool isLast = tokens.size() <= std::size_t(kBlock);
        const auto block =
            tokens.first(isLast ? tokens.size() : std::min<std::size_t>(kBlock, tokens.size() - kLeastRows));
        tokens = tokens.subspan(block.size());
        const std::lock_guard lock(m_mutex);
        RETURN_IF_ERROR(runBlock(cache, block, cancel));
        sink(int(block.size()), tokens.empty());
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
    embedTokens(tokens);
    for (int i = 0; i < m_config.layers; ++i) {
        if (cancel.isCancelled()) {
            return fail(ErrorCode::Cancelled, "cancelled");
        }
        runLayer(i, cache, count);
    }
    return {};
}

void Decoder::embedTokens(std::span<const TokenId> tokens) const
{
    Scratch &s = *m_scratch;
    const int count = int(tokens.size());
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    m_backend->embed(state, *m_weights.embedding, tokens, m_config.embeddingScale);
    if (m_weights.positions) {
        const Rows learned = Scratch::view(s.normed, count, m_config.hidden);
        m_backend->embed(learned, *m_weights.positions, s.positions, 1);
        m_backend->add(state, learned);
    }
}

/// Attention, then the feed-forward net, each added to the state. Where they stand side by side both start
/// from the state before either.
void Decoder::runLayer(int index, const KvCache &cache, int count) const
{
    const LayerWeights &layer = m_weights.layers[std::size_t(index)];
    const Scratch &s = *m_scratch;
    const Rows state = Scratch::view(s.state, count, m_config.hidden);
    const Rows normed = Scratch::view(s.normed, count, m_config.hidden);
    const bool isSequential = m_config.residual == Residual::Sequential;
    const auto input = [&](const Norm &norm, Rows otherwise) {
        if (!norm) {
            return otherwise;
        }
        m_backend->norm(normed, state, norm.weights);
        return normed;
    };

    const Rows attentionInput = input(layer.attentionNorm, state);
    attend(index, attentionInput, cache);
    const Rows parallelInput = isSequential ? state : input(layer.feedForwardNorm, attentionInput);
    add(layer.attentionOutput, Scratch::view(s.mixed, count, layer.attentionOutput.inputs),
        layer.postAttentionNorm);
    feedForward(layer, isSequential ? input(layer.feedForwardNorm, state) : parallelInput);
}

/// mixed = what the layer's attention makes of `in`, before its output projection.
void Decoder::attend(int index, Rows in, const KvCache &cache) const
{
    const LayerWeights &layer = m_weights.layers[std::size_t(index)];
    const LayerPlan &plan = m_config.plan[std::size_t(index)];
    const Scratch &s = *m_scratch;
    const int count = in.rows;
    if (layer.latent) {
        const Rows mixed = Scratch::view(s.mixed, count, m_config.mixedSize());
        return m_scratch->latent.run(*m_backend, *layer.latent, m_config, mixed, in, cache.view(index),
                                     cache.size(), s.positions, m_rope);
    }
    const int querySize = m_config.querySize();
    const int kvSize = m_config.kvSize();
    const Rows qkv = Scratch::view(s.qkv, count, querySize + 2 * kvSize);
    const Rows q{qkv.data, count, querySize, qkv.stride};
    const Rows k{qkv.data + querySize, count, kvSize, qkv.stride};
    const Rows v{qkv.data + querySize + kvSize, count, kvSize, qkv.stride};

    layer.queryKeyValue.apply(*m_backend, qkv, in);
    normHeads(layer, q, k);
    if (plan.rope != LayerPlan::Rope::None) {
        const RopeParameters &global = cache.isLongText().value_or(false) ? m_longRope : m_rope;
        const RopeParameters &rope = plan.rope == LayerPlan::Rope::Local ? m_localRope : global;
        m_backend->rope(q, m_config.heads, s.positions, rope);
        m_backend->rope(k, m_config.kvHeads, s.positions, rope);
    }
    m_backend->storeKv(cache.view(index), k, v, cache.size());
    AttentionParameters parameters;
    parameters.heads = m_config.heads;
    parameters.scale = m_config.attentionScale;
    parameters.softCap = m_config.attentionSoftCap;
    parameters.window = plan.window;
    m_backend->attention(Scratch::view(s.mixed, count, querySize), q, cache.view(index), cache.size(),
                         parameters);
}

void Decoder::normHeads(const LayerWeights &layer, Rows q, Rows k) const
{
    switch (m_config.spec->queryKeyNorm) {
    case QueryKeyNorm::None:
        break;
    case QueryKeyNorm::EachHead:
        m_backend->headNorm(q, m_config.heads, layer.queryNorm.weights);
        m_backend->headNorm(k, m_config.kvHeads, layer.keyNorm.weights);
        break;
    case QueryKeyNorm::AllHeads:
        m_backend->norm(q, q, layer.queryNorm.weights);
        m_backend->norm(k, k, layer.keyNorm.weights);
        break;
    }
}

void Decoder::feedForward(const LayerWeights &layer, Rows in) const
{
    const Scratch &s = *m_scratch;
    const int count = in.rows;
    if (layer.experts) {
        const Rows state = Scratch::view(s.state, count, m_config.hidden);
        return m_scratch->experts.run(*m_backend, *layer.experts, m_config.activation, state, in);
    }
    const Rows outer = Scratch::view(s.gateUp, count, layer.gateUp.outputs);
    layer.gateUp.apply(*m_backend, outer, in);
    if (!m_config.spec->gated) {
        m_backend->activate(outer, m_config.activation);
        return add(layer.down, outer, layer.postFeedForwardNorm);
    }
    const Rows inner = Scratch::view(s.inner, count, m_config.feedForward);
    m_backend->gate(inner, outer, m_config.activation);
    add(layer.down, inner, layer.postFeedForwardNorm);
}

/// state += norm(projection(in)), or without the norm where the family has none there.
void Decoder::add(const Projection &projection, Rows in, const Norm &norm) const
{
    const Scratch &s = *m_scratch;
    const Rows state = Scratch::view(s.state, in.rows, m_config.hidden);
    if (!norm) {
        return projection.apply(*m_backend, state, in, true);
    }
    const Rows branch = Scratch::view(s.branch, in.rows, m_config.hidden);
    projection.apply(*m_backend, branch, in);
    m_backend->norm(branch, branch, norm.weights);
    m_backend->add(state, branch);
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
        const auto &bias = m_weights.outputBias;
        m_backend->linear(logits, *m_weights.output, normed,
                          bias ? std::span<const float>(bias->data(), std::size_t(bias->size()))
                               : std::span<const float>(),
                          false);
        s.hostLogits.resize(std::size_t(rows) * std::size_t(m_config.vocabulary));
        m_backend->read(s.hostLogits, logits.data);
        softCap(s.hostLogits, m_config.logitSoftCap);
        sink(s.hostLogits);
    }
}

} // namespace engine
