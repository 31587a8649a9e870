#include "engine/model/model_weights.h"

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

Result<LayerWeights> bindLayer(WeightBinder &binder, const ModelConfig &config, int layer)
{
    const ArchSpec &spec = *config.spec;
    const bool before = spec.normPlace == NormPlace::Before;
    LayerWeights weights;
    if (before) {
        ASSIGN_OR_RETURN(weights.attentionNorm,
                         binder.norm(Slot::AttentionNorm, layer, config.hidden, spec.normBias));
        ASSIGN_OR_RETURN(weights.feedForwardNorm,
                         binder.norm(Slot::FeedForwardNorm, layer, config.hidden, spec.normBias));
    } else {
        ASSIGN_OR_RETURN(weights.postAttentionNorm,
                         binder.norm(Slot::PostAttentionNorm, layer, config.hidden, spec.normBias));
        ASSIGN_OR_RETURN(weights.postFeedForwardNorm,
                         binder.norm(Slot::PostFeedForwardNorm, layer, config.hidden, spec.normBias));
    }
    ASSIGN_OR_RETURN(weights.queryKeyValue, binder.projection({{Slot::Query, config.querySize()},
                                                               {Slot::Key, config.kvSize()},
                                                               {Slot::Value, config.kvSize()}},
                                                              layer, config.hidden, spec.attentionBias));
    if (spec.headNorms) {
        ASSIGN_OR_RETURN(weights.queryNorm,
                         binder.norm(Slot::QueryNorm, layer, config.headSize, Presence::No));
        ASSIGN_OR_RETURN(weights.keyNorm, binder.norm(Slot::KeyNorm, layer, config.headSize, Presence::No));
    }
    ASSIGN_OR_RETURN(weights.attentionOutput, binder.projection({{Slot::AttentionOutput, config.hidden}},
                                                                layer, config.querySize(), spec.outputBias));
    if (spec.gated) {
        ASSIGN_OR_RETURN(weights.gateUp,
                         binder.projection({{Slot::Gate, config.feedForward}, {Slot::Up, config.feedForward}},
                                           layer, config.hidden, spec.feedForwardBias));
    } else {
        ASSIGN_OR_RETURN(weights.gateUp, binder.projection({{Slot::Up, config.feedForward}}, layer,
                                                           config.hidden, spec.feedForwardBias));
    }
    ASSIGN_OR_RETURN(weights.down, binder.projection({{Slot::Down, config.hidden}}, layer, config.feedForward,
                                                     spec.feedForwardBias));
    return weights;
}

Result<std::vector<LayerWeights>> bindLayers(WeightBinder &binder, const ModelConfig &config)
{
    std::vector<LayerWeights> layers;
    for (int layer = 0; layer < config.layers; ++layer) {
        ASSIGN_OR_RETURN(LayerWeights weights, bindLayer(binder, config, layer));
        layers.push_back(std::move(weights));
    }
    return layers;
}

Result<std::unique_ptr<Buffer>> bindRope(WeightBinder &binder, const ModelFile &file,
                                         const ModelConfig &config)
{
    ASSIGN_OR_RETURN(const std::vector<float> factors,
                     binder.values(Slot::RopeFactors, 0, ".weight", config.ropeDimensions / 2));
    for (const float factor : factors) {
        if (!std::isfinite(factor) || factor <= 0) {
            return fail(ErrorCode::Damaged, displayName(file.path()) + ": rope factors are not above zero");
        }
    }
    return binder.buffer(ropeFrequencies(config, factors));
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
    ASSIGN_OR_RETURN(weights.ropeFrequencies, bindRope(binder, file, config));
    RETURN_IF_ERROR(binder.checkAllTaken());
    return weights;
}

Result<EncoderWeights> bindEncoder(const ModelFile &file, const ModelConfig &config, Backend &backend)
{
    WeightBinder binder(file, config, backend);
    EncoderWeights weights;
    ASSIGN_OR_RETURN(weights.embedding,
                     binder.matrix(Slot::TokenEmbedding, 0, config.vocabulary, config.hidden));
    ASSIGN_OR_RETURN(
        weights.positions,
        binder.matrix(Slot::PositionEmbedding, 0, -(config.context + config.positionOffset), config.hidden));
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
