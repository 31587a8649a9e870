#include "engine/convert/hyperparameter_keys.h"

#include <algorithm>
#include <cmath>

namespace engine {

namespace {

/// What readers take who know the family's usual name only: Mistral's files say "llama", XLM-RoBERTa's
/// "bert".
std::string_view architectureOf(const ArchSpec &spec)
{
    return spec.family == "mistral" ? "llama" : spec.family == "xlm-roberta" ? "bert" : spec.ggufArchitecture;
}

class Keys
{
public:
    Keys(const ModelFile &file, const ModelConfig &config, GgufWriter &writer)
        : m_file(file)
        , m_config(config)
        , m_writer(writer)
        , m_prefix(std::string(architectureOf(*config.spec)) + ".")
    {
    }

    Result<void> add(bool reranker)
    {
        RETURN_IF_ERROR(check());
        m_writer.addText("general.architecture", architectureOf(*m_config.spec));
        m_writer.addText("general.type", "model");
        m_writer.addText("general.name", m_config.name);
        count("block_count", m_config.layers);
        count("context_length", m_config.context);
        count("embedding_length", m_config.hidden);
        count("feed_forward_length", m_config.feedForward);
        count("vocab_size", m_config.vocabulary);
        addAttention();
        addNormAndCaps();
        if (m_config.spec->positions == Positions::Rope) {
            RETURN_IF_ERROR(addRope());
        }
        addWindow();
        addMixture();
        addEncoder(reranker);
        return {};
    }

private:
    std::string key(std::string_view name) const { return m_prefix + std::string(name); }

    void count(std::string_view name, std::int64_t value)
    {
        m_writer.addU32(key(name), std::uint32_t(value));
    }

    void number(std::string_view name, double value) { m_writer.addF32(key(name), float(value)); }

    tl::unexpected<Error> noKey(const std::string &what) const
    {
        return fail(ErrorCode::Unsupported, m_config.name + ": a GGUF has no key for " + what);
    }

    Result<void> check() const
    {
        const ArchSpec &spec = *m_config.spec;
        if (spec.ggufArchitecture.empty()) {
            return noKey("family " + std::string(spec.family));
        }
        if (m_config.activation != spec.activation) {
            return noKey("this activation in family " + std::string(spec.family));
        }
        for (int layer = 0; layer < m_config.layers && spec.positions == Positions::Rope; ++layer) {
            const bool plain = m_config.plan[std::size_t(layer)].rope == LayerPlan::Rope::None;
            const bool usual = spec.plainEvery > 0 && (layer + 1) % spec.plainEvery == 0;
            if (plain != usual) {
                return noKey("these layers without positions");
            }
        }
        const bool turned =
            m_config.ropeKind != spec.ropeInGguf && (m_config.latent || m_config.ropeKind == RopeKind::Pairs);
        if (spec.positions == Positions::Rope && turned) {
            return noKey("rope of this kind");
        }
        return {};
    }

    void addAttention()
    {
        const Latent &latent = m_config.latent;
        count("attention.head_count", m_config.heads);
        count("attention.head_count_kv", m_config.kvHeads);
        count("attention.key_length", latent ? latent.queryHead() : m_config.headSize);
        count("attention.value_length", latent ? latent.valueSize : m_config.headSize);
        if (latent) {
            count("attention.kv_lora_rank", latent.rank);
            count("attention.q_lora_rank", latent.queryRank); // 0 is said, too: llama.cpp asks for the key
            return;
        }
        const float usual = 1 / std::sqrt(float(m_config.headSize));
        if (std::abs(m_config.attentionScale - usual) > 1e-6f * usual) {
            number("attention.scale", double(m_config.attentionScale));
        }
    }

    void addNormAndCaps()
    {
        const bool rms = m_config.spec->norm == NormKind::Rms;
        number(rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon",
               double(m_config.normEpsilon));
        // Of a family that has caps where the file is silent, none is said too: as 0.
        if (m_config.attentionSoftCap > 0 || m_config.spec->attentionSoftCap > 0) {
            number("attn_logit_softcapping", double(m_config.attentionSoftCap));
        }
        if (m_config.logitSoftCap > 0 || m_config.spec->logitSoftCap > 0) {
            number("final_logit_softcapping", double(m_config.logitSoftCap));
        }
        if (m_config.spec->residual == Residual::Parallel) {
            m_writer.addFlag(key("use_parallel_residual"), m_config.residual == Residual::Parallel);
        }
    }

    Result<void> addRope()
    {
        count("rope.dimension_count", m_config.ropeDimensions);
        number("rope.freq_base", m_config.ropeBase);
        if (m_config.localRopeBase > 0) {
            number("rope.freq_base_swa", m_config.localRopeBase);
        }
        const RopeScaling &scaling = m_config.ropeScaling;
        switch (scaling.kind) {
        case RopeScaling::Kind::Linear:
            m_writer.addText(key("rope.scaling.type"), "linear");
            number("rope.scaling.factor", scaling.factor);
            break;
        case RopeScaling::Kind::Yarn:
            return addYarn();
        case RopeScaling::Kind::LongRope:
            count("rope.scaling.original_context_length", std::int64_t(scaling.originalContext));
            number("rope.scaling.attn_factor", scaling.magnitude);
            break;
        default:
            break; // Llama 3's factors are a tensor
        }
        return {};
    }

    Result<void> addYarn()
    {
        const RopeScaling &scaling = m_config.ropeScaling;
        if (!scaling.wholeDimensions) {
            return noKey("YaRN that does not round to whole dimensions");
        }
        m_writer.addText(key("rope.scaling.type"), "yarn");
        number("rope.scaling.factor", scaling.factor);
        count("rope.scaling.original_context_length", std::int64_t(scaling.originalContext));
        number("rope.scaling.yarn_beta_fast", scaling.fastTurns);
        number("rope.scaling.yarn_beta_slow", scaling.slowTurns);
        if (scaling.attentionMultiplier != 0) {
            number("rope.scaling.yarn_log_multiplier", scaling.attentionMultiplier / 10);
        }
        const double usual = scaling.attentionMultiplier != 0 ? 1 : yarnMagnitude(scaling.factor);
        if (std::abs(scaling.magnitude - usual) > 1e-6) {
            number("rope.scaling.attn_factor", scaling.magnitude / usual);
        }
        return {};
    }

    void addWindow()
    {
        int window = 0;
        bool usual = true;
        std::vector<bool> windowed;
        for (int layer = 0; layer < m_config.layers; ++layer) {
            const int own = m_config.plan[std::size_t(layer)].window;
            const int every = m_config.spec->fullEvery;
            window = std::max(window, own);
            windowed.push_back(own > 0);
            usual = usual && windowed.back() == (every == 0 || (layer + 1) % every != 0);
        }
        if (window == 0) {
            return;
        }
        count("attention.sliding_window", window);
        if (!usual) {
            m_writer.addFlags(key("attention.sliding_window_pattern"), windowed);
        }
    }

    void addMixture()
    {
        const Mixture &mixture = m_config.mixture;
        if (!mixture) {
            return;
        }
        const RouteParameters &route = mixture.route;
        count("expert_count", mixture.experts);
        count("expert_used_count", route.chosen);
        count("expert_feed_forward_length", mixture.feedForward);
        if (mixture.sharedFeedForward > 0) {
            count("expert_shared_feed_forward_length", mixture.sharedFeedForward);
            count("expert_shared_count", std::max(1, mixture.sharedFeedForward / mixture.feedForward));
        }
        if (route.groups > 1) {
            count("expert_group_count", route.groups);
            count("expert_group_used_count", route.chosenGroups);
        }
        count("expert_gating_func", route.scoring == RouteParameters::Scoring::Softmax ? 1 : 2);
        m_writer.addFlag(key("expert_weights_norm"), route.normalize);
        number("expert_weights_scale", double(route.scale));
        int dense = 0;
        while (dense < m_config.layers &&
               !findTensor(m_file, *m_config.spec, Slot::Router, dense, ".weight")) {
            ++dense;
        }
        count("leading_dense_block_count", dense);
    }

    void addEncoder(bool reranker)
    {
        if (m_config.spec->network == Network::Encoder) {
            m_writer.addFlag(key("attention.causal"), false);
        }
        if (reranker) {
            count("pooling_type", 4);
        } else if (m_config.embeds) {
            count("pooling_type", m_config.pooling == Backend::Pooling::Mean    ? 1
                                  : m_config.pooling == Backend::Pooling::First ? 2
                                                                                : 3);
        }
    }

    const ModelFile &m_file;
    const ModelConfig &m_config;
    GgufWriter &m_writer;
    std::string m_prefix;
};

} // namespace

Result<void> addHyperparameters(const ModelFile &file, const ModelConfig &config, bool reranker,
                                GgufWriter &writer)
{
    return Keys(file, config, writer).add(reranker);
}

} // namespace engine
