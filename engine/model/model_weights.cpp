#include "engine/model/model_weights.h"

#include "engine/model/experts_block.h"
#include "engine/model/latent_attention.h"
#include "engine/model/weight_binder.h"
#include "engine/weights/names.h"

#include <cmath>

namespace engine {

void Projection::apply(Backend &backend, Rows out, Rows in, bool accumulate) const
{
    for (const Part &part : parts) {
        const int count = part.matrix->outputs;
        const Rows columns{out.data + part.begin, out.rows, count, out.stride};
        const std::span<const float> shift =
            bias ? std::span<const float>(bias->data() + part.begin, std::size_t(count))
                 : std::span<const float>();
        backend.linear(columns, *part.matrix, in, shift, accumulate);
    }
}

namespace {

Result<void> bindNorms(WeightBinder &binder, const ModelConfig &config, int layer, LayerWeights &weights)
{
    const ArchSpec &spec = *config.spec;
    const auto norm = [&](Slot slot) { return binder.norm(slot, layer, config.hidden, spec.normBias); };
    if (spec.normPlace == NormPlace::Before || spec.normPlace == NormPlace::Around) {
        ASSIGN_OR_RETURN(weights.attentionNorm, norm(Slot::AttentionNorm));
        if (config.residual != Residual::ParallelShared) {
            ASSIGN_OR_RETURN(weights.feedForwardNorm, norm(Slot::FeedForwardNorm));
        }
    }
    if (spec.normPlace != NormPlace::Before) {
        ASSIGN_OR_RETURN(weights.postAttentionNorm, norm(Slot::PostAttentionNorm));
        ASSIGN_OR_RETURN(weights.postFeedForwardNorm, norm(Slot::PostFeedForwardNorm));
    }
    return {};
}

Result<void> bindAttention(WeightBinder &binder, const ModelConfig &config, int layer, LayerWeights &weights)
{
    const ArchSpec &spec = *config.spec;
    const int querySize = config.querySize();
    const int kvSize = config.kvSize();
    if (config.latent) {
        ASSIGN_OR_RETURN(weights.latent, bindLatent(binder, config, layer));
    } else if (binder.has(Slot::QueryKeyValue, layer)) {
        ASSIGN_OR_RETURN(weights.queryKeyValue,
                         binder.projection({{Slot::QueryKeyValue, querySize + 2 * kvSize}}, layer,
                                           config.hidden, spec.attentionBias));
    } else {
        ASSIGN_OR_RETURN(
            weights.queryKeyValue,
            binder.projection({{Slot::Query, querySize}, {Slot::Key, kvSize}, {Slot::Value, kvSize}}, layer,
                              config.hidden, spec.attentionBias));
    }
    if (spec.queryKeyNorm != QueryKeyNorm::None) {
        const bool eachHead = spec.queryKeyNorm == QueryKeyNorm::EachHead;
        const auto norm = [&](Slot slot, int all) {
            return binder.norm(slot, layer, eachHead ? config.headSize : all, Presence::No);
        };
        ASSIGN_OR_RETURN(weights.queryNorm, norm(Slot::QueryNorm, querySize));
        ASSIGN_OR_RETURN(weights.keyNorm, norm(Slot::KeyNorm, kvSize));
    }
    ASSIGN_OR_RETURN(weights.attentionOutput, binder.projection({{Slot::AttentionOutput, config.hidden}},
                                                                layer, config.mixedSize(), spec.outputBias));
    return {};
}

Result<void> bindFeedForward(WeightBinder &binder, const ModelConfig &config, int layer,
                             LayerWeights &weights)
{
    ASSIGN_OR_RETURN(weights.experts, bindExperts(binder, config, layer));
    if (weights.experts) {
        return {};
    }
    const Presence bias = config.spec->feedForwardBias;
    const int inner = config.feedForward;
    if (!config.spec->gated) {
        ASSIGN_OR_RETURN(weights.gateUp, binder.projection({{Slot::Up, inner}}, layer, config.hidden, bias));
    } else if (binder.has(Slot::GateUp, layer)) {
        ASSIGN_OR_RETURN(weights.gateUp,
                         binder.projection({{Slot::GateUp, 2 * inner}}, layer, config.hidden, bias));
    } else {
        ASSIGN_OR_RETURN(weights.gateUp, binder.projection({{Slot::Gate, inner}, {Slot::Up, inner}}, layer,
                                                           config.hidden, bias));
    }
    ASSIGN_OR_RETURN(weights.down, binder.projection({{Slot::Down, config.hidden}}, layer, inner, bias));
    return {};
}

Result<LayerWeights> bindLayer(WeightBinder &binder, const ModelConfig &config, int layer)
{
    LayerWeights weights;
    RETURN_IF_ERROR(bindNorms(binder, config, layer, weights));
    RETURN_IF_ERROR(bindAttention(binder, config, layer, weights));
    RETURN_IF_ERROR(bindFeedForward(binder, config, layer, weights));
    return weights;
}

Result<std::vector<LayerWeights>> bindLayers(WeightBinder &binder, const ModelConfig &config)
{
    std::vector<LayerWeights> layers;
    for (int layer = 0; layer < config.layers; ++layer) {
        ASSIGN_OR_RETURN(LayerWeights weights, bindLayer(binder, config, layer));
        layers.push_back(std::move(weights));
        binder.releaseFile(); // packed: a model costs its weights once
    }
    return layers;
}

/// @param factors  of the frequencies, from the file; empty for none
Result<std::vector<float>> ropeFactors(WeightBinder &binder, const ModelFile &file, const ModelConfig &config)
{
    ASSIGN_OR_RETURN(std::vector<float> factors,
                     binder.values(Slot::RopeFactors, 0, ".weight", config.ropeDimensions / 2));
    for (const float factor : factors) {
        if (!std::isfinite(factor) || factor <= 0) {
            return fail(ErrorCode::Damaged, displayName(file.path()) + ": rope factors are not above zero");
        }
    }
    binder.take(Slot::ShortRopeFactors, 0, ".weight"); // the configuration has them
    binder.take(Slot::LongRopeFactors, 0, ".weight");
    return factors;
}

Result<void> bindRope(WeightBinder &binder, const ModelFile &file, const ModelConfig &config,
                      DecoderWeights &weights)
{
    ASSIGN_OR_RETURN(const std::vector<float> factors, ropeFactors(binder, file, config));
    const auto upload = [&](double base, const RopeScaling &scaling, bool longText) {
        return binder.buffer(ropeFrequencies(base, config.ropeDimensions, scaling, factors, longText));
    };
    ASSIGN_OR_RETURN(weights.ropeFrequencies, upload(config.ropeBase, config.ropeScaling, false));
    if (config.ropeScaling.kind == RopeScaling::Kind::LongRope) {
        ASSIGN_OR_RETURN(weights.longRopeFrequencies, upload(config.ropeBase, config.ropeScaling, true));
    }
    if (config.localRopeBase > 0) {
        ASSIGN_OR_RETURN(weights.localRopeFrequencies, upload(config.localRopeBase, {}, false));
    }
    return {};
}

} // namespace

Result<DecoderWeights> bindDecoder(const ModelFile &file, const ModelConfig &config, Backend &backend)
{
    WeightBinder binder(file, config, backend);
    DecoderWeights weights;
    ASSIGN_OR_RETURN(weights.embedding,
                     binder.matrix(Slot::TokenEmbedding, 0, config.vocabulary, config.hidden));
    ASSIGN_OR_RETURN(weights.layers, bindLayers(binder, config));
    ASSIGN_OR_RETURN(weights.outputNorm,
                     binder.norm(Slot::OutputNorm, 0, config.hidden, config.spec->normBias));
    if (config.tied || !binder.has(Slot::Output)) {
        weights.output = weights.embedding;
        binder.take(Slot::Output, 0, ".weight"); // some tied checkpoints keep a copy
    } else {
        ASSIGN_OR_RETURN(weights.output, binder.matrix(Slot::Output, 0, config.vocabulary, config.hidden));
    }
    ASSIGN_OR_RETURN(weights.outputBias,
                     binder.bias(Slot::Output, 0, config.vocabulary, config.spec->logitBias));
    if (config.spec->positions == Positions::Rope) {
        RETURN_IF_ERROR(bindRope(binder, file, config, weights));
    } else {
        ASSIGN_OR_RETURN(weights.positions,
                         binder.matrix(Slot::PositionEmbedding, 0, -config.context, config.hidden));
    }
    RETURN_IF_ERROR(binder.checkAllTaken());
    return weights;
}

Result<EncoderWeights> bindEncoder(const ModelFile &file, const ModelConfig &config, Backend &backend)
{
    WeightBinder binder(file, config, backend);
    EncoderWeights weights;
    ASSIGN_OR_RETURN(weights.embedding,
                     binder.matrix(Slot::TokenEmbedding, 0, config.vocabulary, config.hidden));
    if (config.spec->positions == Positions::Rope) {
        ASSIGN_OR_RETURN(
            weights.ropeFrequencies,
            binder.buffer(ropeFrequencies(config.ropeBase, config.ropeDimensions, config.ropeScaling, {})));
    } else {
        ASSIGN_OR_RETURN(weights.positions,
                         binder.matrix(Slot::PositionEmbedding, 0, -(config.context + config.positionOffset),
                                       config.hidden));
    }
    if (binder.has(Slot::TokenTypes)) {
        ASSIGN_OR_RETURN(weights.tokenTypes, binder.matrix(Slot::TokenTypes, 0, -1, config.hidden));
    }
    ASSIGN_OR_RETURN(weights.embeddingNorm,
                     binder.norm(Slot::EmbeddingNorm, 0, config.hidden, config.spec->normBias));
    ASSIGN_OR_RETURN(weights.layers, bindLayers(binder, config));
    if (binder.has(Slot::HeadOutput)) {
        if (binder.has(Slot::HeadDense)) {
            ASSIGN_OR_RETURN(weights.headDense, binder.projection({{Slot::HeadDense, config.hidden}}, 0,
                                                                  config.hidden, Presence::Yes));
        }
        ASSIGN_OR_RETURN(weights.headOutput,
                         binder.projection({{Slot::HeadOutput, 1}}, 0, config.hidden, Presence::Optional));
    }
    RETURN_IF_ERROR(binder.checkAllTaken());
    return weights;
}

} // namespace engine
