#include "engine/model/latent_attention.h"

namespace engine {
namespace {

/// What `down` gives for the queries: themselves or their latent.
int downQuery(const ModelConfig &config)
{
    return config.latent.queryRank > 0 ? config.latent.queryRank : config.heads * config.latent.queryHead();
}

/// The two stacks of heads, from a tensor each ([heads, rank, plainSize], already turned, and [heads,
/// valueSize, rank]).
Result<void> bindSplitHeads(WeightBinder &binder, const ModelConfig &config, int layer,
                            LatentWeights &weights)
{
    const Latent &latent = config.latent;
    ASSIGN_OR_RETURN(const Tensor *keys, binder.require(Slot::LatentKeys, layer, ".weight"));
    ASSIGN_OR_RETURN(const Tensor *values, binder.require(Slot::LatentValues, layer, ".weight"));
    RETURN_IF_ERROR(binder.checkShape(*keys, {config.heads, latent.rank, latent.plainSize}));
    RETURN_IF_ERROR(binder.checkShape(*values, {config.heads, latent.valueSize, latent.rank}));
    std::vector<std::vector<Tensor>> keyHeads;
    std::vector<std::vector<Tensor>> valueHeads;
    for (std::int64_t head = 0; head < config.heads; ++head) {
        keyHeads.push_back({slice(*keys, head * latent.rank, latent.rank)});
        valueHeads.push_back({slice(*values, head * latent.valueSize, latent.valueSize)});
    }
    ASSIGN_OR_RETURN(weights.keys, binder.backend().uploadStack(keyHeads, false));
    ASSIGN_OR_RETURN(weights.values, binder.backend().uploadStack(valueHeads, false));
    return {};
}

/// The same from one tensor: for each head plainSize rows of keys, then valueSize rows of values.
Result<void> bindJointHeads(WeightBinder &binder, const ModelConfig &config, int layer,
                            LatentWeights &weights)
{
    const Latent &latent = config.latent;
    const std::int64_t rows = latent.plainSize + latent.valueSize;
    ASSIGN_OR_RETURN(const Tensor *joint, binder.require(Slot::LatentKeysValues, layer, ".weight"));
    RETURN_IF_ERROR(binder.checkShape(*joint, {config.heads * rows, latent.rank}));
    std::vector<std::vector<Tensor>> keyHeads;
    std::vector<std::vector<Tensor>> valueHeads;
    for (std::int64_t head = 0; head < config.heads; ++head) {
        keyHeads.push_back({slice(*joint, head * rows, latent.plainSize)});
        valueHeads.push_back({slice(*joint, head * rows + latent.plainSize, latent.valueSize)});
    }
    ASSIGN_OR_RETURN(weights.keys, binder.backend().uploadStack(keyHeads, true));
    ASSIGN_OR_RETURN(weights.values, binder.backend().uploadStack(valueHeads, false));
    return {};
}

} // namespace

Result<std::shared_ptr<const LatentWeights>> bindLatent(WeightBinder &binder, const ModelConfig &config,
                                                        int layer)
{
    const Latent &latent = config.latent;
    const bool queryLatent = latent.queryRank > 0;
    const Presence bias = config.spec->attentionBias;
    auto weights = std::make_shared<LatentWeights>();
    ASSIGN_OR_RETURN(weights->down,
                     binder.projection({{queryLatent ? Slot::QueryDown : Slot::Query, downQuery(config)},
                                        {Slot::LatentDown, latent.keySize()}},
                                       layer, config.hidden, bias));
    // The two norms keep their class's default, whatever rms_norm_eps says.
    constexpr float kEpsilon = 1e-6f;
    if (queryLatent) {
        ASSIGN_OR_RETURN(weights->queryNorm,
                         binder.norm(Slot::QueryDownNorm, layer, latent.queryRank, Presence::No));
        weights->queryNorm.weights.epsilon = kEpsilon;
        ASSIGN_OR_RETURN(weights->query,
                         binder.projection({{Slot::QueryUp, config.heads * latent.queryHead()}}, layer,
                                           latent.queryRank, Presence::No));
    }
    ASSIGN_OR_RETURN(weights->latentNorm, binder.norm(Slot::LatentNorm, layer, latent.rank, Presence::No));
    weights->latentNorm.weights.epsilon = kEpsilon;
    if (binder.has(Slot::LatentKeysValues, layer)) {
        RETURN_IF_ERROR(bindJointHeads(binder, config, layer, *weights));
    } else {
        RETURN_IF_ERROR(bindSplitHeads(binder, config, layer, *weights));
    }
    return weights;
}

Result<void> LatentAttention::reserve(Backend &backend, const ModelConfig &config, int rows)
{
    const Latent &latent = config.latent;
    if (!latent) {
        return {};
    }
    const std::int64_t n = rows;
    ASSIGN_OR_RETURN(m_down, backend.allocate(n * (downQuery(config) + latent.keySize())));
    if (latent.queryRank > 0) {
        ASSIGN_OR_RETURN(m_query, backend.allocate(n * config.heads * latent.queryHead()));
    }
    ASSIGN_OR_RETURN(m_latents, backend.allocate(n * config.heads * latent.keySize()));
    ASSIGN_OR_RETURN(m_mixed, backend.allocate(n * config.heads * latent.rank));
    return {};
}

void LatentAttention::run(Backend &backend, const LatentWeights &weights, const ModelConfig &config, Rows out,
                          Rows in, const KvView &cache, int first, std::span<const std::int32_t> positions,
                          const RopeParameters &rope)
{
    const Latent &latent = config.latent;
    const int heads = config.heads;
    const int n = in.rows;
    const int downOutputs = weights.down.outputs;
    const int keyBegin = downQuery(config);
    const Rows down{m_down->data(), n, downOutputs, downOutputs};
    const Rows key{down.data + keyBegin, n, latent.keySize(), downOutputs};
    const Rows keyLatent{key.data, n, latent.rank, downOutputs};
    const Rows keyRope{key.data + latent.rank, n, latent.ropeSize, downOutputs};
    Rows query{down.data, n, keyBegin, downOutputs};

    weights.down.apply(backend, down, in);
    if (!weights.query.parts.empty()) {
        const Rows queryLatent = query;
        query = {m_query->data(), n, heads * latent.queryHead(), heads * latent.queryHead()};
        backend.norm(queryLatent, queryLatent, weights.queryNorm.weights);
        weights.query.apply(backend, query, queryLatent);
    }
    backend.norm(keyLatent, keyLatent, weights.latentNorm.weights);
    backend.rope(keyRope, 1, positions, rope);
    backend.storeKv(cache, key, {}, first);

    // The rotated part lies at the end of each head: the same rows, begun further on.
    const Rows latents{m_latents->data(), n, heads * latent.keySize(), heads * latent.keySize()};
    const Rows ropePart{latents.data + latent.rank, n, latents.columns, latents.stride};
    const Rows queryRope{query.data + latent.plainSize, n, query.columns, query.stride};
    backend.linearHeads(latents, *weights.keys, query);
    backend.copyHeads(ropePart, queryRope, heads, latent.ropeSize);
    backend.rope(ropePart, heads, positions, rope);

    const Rows mixed{m_mixed->data(), n, heads * latent.rank, heads * latent.rank};
    AttentionParameters parameters;
    parameters.heads = heads;
    parameters.scale = config.attentionScale;
    backend.attention(mixed, latents, cache, first, parameters);
    backend.linearHeads(out, *weights.values, mixed);
}

} // namespace engine
