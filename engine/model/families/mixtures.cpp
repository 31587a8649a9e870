#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

/// llama.cpp's names: experts in one tensor, or in one each as its first files with experts had them.
#define EXPERTS_IN_GGUF                                                                                      \
    {Router, "blk.{}.ffn_gate_inp"}, {ExpertsGate, "blk.{}.ffn_gate_exps.weight"},                           \
        {ExpertsUp, "blk.{}.ffn_up_exps.weight"}, {ExpertsDown, "blk.{}.ffn_down_exps.weight"},              \
        {ExpertsGateUp, "blk.{}.ffn_gate_up_exps.weight"}, {ExpertGate, "blk.{}.ffn_gate.{}"},               \
        {ExpertUp, "blk.{}.ffn_up.{}"}, {ExpertDown, "blk.{}.ffn_down.{}"},                                  \
        {SharedGate, "blk.{}.ffn_gate_shexp"}, {SharedUp, "blk.{}.ffn_up_shexp"},                            \
    {                                                                                                        \
        SharedDown, "blk.{}.ffn_down_shexp"                                                                  \
    }

/// transformers' names: experts in one tensor each, or stacked as its classes hold them from version 5 on.
#define EXPERTS_IN_FOLDER                                                                                    \
    {Router, "layers.{}.mlp.gate"}, {ExpertsGateUp, "layers.{}.mlp.experts.gate_up_proj"},                   \
        {ExpertsDown, "layers.{}.mlp.experts.down_proj"},                                                    \
        {ExpertGate, "layers.{}.mlp.experts.{}.gate_proj"}, {ExpertUp, "layers.{}.mlp.experts.{}.up_proj"},  \
    {                                                                                                        \
        ExpertDown, "layers.{}.mlp.experts.{}.down_proj"                                                     \
    }

constexpr TensorName kMixtureInGguf[] = {EXPERTS_IN_GGUF, {SharedRouter, "blk.{}.ffn_gate_inp_shexp"}};

constexpr TensorName kMixtralInFolder[] = {
    {Router, "layers.{}.block_sparse_moe.gate"},
    {ExpertGate, "layers.{}.block_sparse_moe.experts.{}.w1"},
    {ExpertUp, "layers.{}.block_sparse_moe.experts.{}.w3"},
    {ExpertDown, "layers.{}.block_sparse_moe.experts.{}.w2"},
    EXPERTS_IN_FOLDER,
};

constexpr TensorName kQwenInFolder[] = {
    EXPERTS_IN_FOLDER,
    {SharedGate, "layers.{}.mlp.shared_expert.gate_proj"},
    {SharedUp, "layers.{}.mlp.shared_expert.up_proj"},
    {SharedDown, "layers.{}.mlp.shared_expert.down_proj"},
    {SharedRouter, "layers.{}.mlp.shared_expert_gate"},
};

#define LATENTS_IN_GGUF                                                                                      \
    {RouterBias, "blk.{}.exp_probs_b.bias"}, {QueryDown, "blk.{}.attn_q_a"},                                 \
        {QueryDownNorm, "blk.{}.attn_q_a_norm"}, {QueryUp, "blk.{}.attn_q_b"},                               \
        {LatentDown, "blk.{}.attn_kv_a_mqa"}, {LatentNorm, "blk.{}.attn_kv_a_norm"},                         \
        {LatentKeys, "blk.{}.attn_k_b"}, {LatentValues, "blk.{}.attn_v_b"},                                  \
    {                                                                                                        \
        LatentKeysValues, "blk.{}.attn_kv_b"                                                                 \
    }

constexpr TensorName kDeepSeekInGguf[] = {EXPERTS_IN_GGUF, LATENTS_IN_GGUF};

constexpr TensorName kDeepSeekInFolder[] = {
    EXPERTS_IN_FOLDER,
    {RouterBias, "layers.{}.mlp.gate.e_score_correction_bias"},
    {SharedGate, "layers.{}.mlp.shared_experts.gate_proj"},
    {SharedUp, "layers.{}.mlp.shared_experts.up_proj"},
    {SharedDown, "layers.{}.mlp.shared_experts.down_proj"},
    {QueryDown, "layers.{}.self_attn.q_a_proj"},
    {QueryDownNorm, "layers.{}.self_attn.q_a_layernorm"},
    {QueryUp, "layers.{}.self_attn.q_b_proj"},
    {LatentDown, "layers.{}.self_attn.kv_a_proj_with_mqa"},
    {LatentNorm, "layers.{}.self_attn.kv_a_layernorm"},
    {LatentKeysValues, "layers.{}.self_attn.kv_b_proj"},
};

/// What both generations share: latent attention, experts beside one that every token sees.
ArchSpec deepseek(std::string_view family, std::string_view modelType)
{
    ArchSpec spec = llamaLike(family, "deepseek2", modelType);
    spec.ropeInGguf = RopeKind::Pairs;
    spec.ropeInFolder = RopeKind::Pairs;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.ggufNames.own = kDeepSeekInGguf;
    spec.folderNames.own = kDeepSeekInFolder;
    spec.mixture.latent = true;
    spec.mixture.latentDefaults.rank = 512;
    spec.mixture.latentDefaults.plainSize = 128;
    spec.mixture.latentDefaults.ropeSize = 64;
    spec.mixture.latentDefaults.valueSize = 128;
    return spec;
}

} // namespace

/// Jiang et al. 2024. Its GGUF says "llama" and has experts.
ArchSpec mixtral()
{
    ArchSpec spec = llamaLike("mixtral", "llama", "mixtral");
    spec.ggufExperts = GgufExperts::Softmax;
    spec.ropeInGguf = RopeKind::Pairs;
    spec.windows = Windows::All;
    spec.defaults = {.context = 131072, .kvHeads = 8, .normEpsilon = 1e-5, .ropeBase = 1e6};
    spec.ggufNames.own = kMixtureInGguf;
    spec.folderNames.own = kMixtralInFolder;
    spec.mixture.experts = 8;
    spec.mixture.chosen = 2;
    spec.mixture.normalizeInFolder = true;
    spec.mixture.normalizeInGguf = true;
    spec.mixture.normalizeIsFixed = true;
    return spec;
}

/// Qwen1.5-MoE and Qwen2-57B-A14B: an expert with a gate of its own beside the chosen ones.
ArchSpec qwen2Moe()
{
    ArchSpec spec = qwen2();
    spec.family = "qwen2-moe";
    spec.ggufArchitecture = "qwen2moe";
    spec.modelType = "qwen2_moe";
    spec.attentionBias = Presence::Optional; // qkv_bias may say no
    spec.windows = Windows::FlaggedEven;
    spec.defaults.kvHeads = 16;
    spec.ggufNames.own = kMixtureInGguf;
    spec.folderNames.own = kQwenInFolder;
    spec.mixture.experts = 60;
    spec.mixture.chosen = 4;
    spec.mixture.feedForward = 1408;
    spec.mixture.sharedFeedForward = 5632;
    spec.mixture.sharedGate = true;
    return spec;
}

/// Qwen3-30B-A3B and its kin. A GGUF is silent about weights that add up to 1: they always do there.
ArchSpec qwen3Moe()
{
    ArchSpec spec = qwen3();
    spec.family = "qwen3-moe";
    spec.ggufArchitecture = "qwen3moe";
    spec.modelType = "qwen3_moe";
    spec.windows = Windows::FlaggedAll;
    spec.defaults.kvHeads = 4;
    spec.defaults.headSize = 0;
    spec.ggufNames.own = kMixtureInGguf;
    spec.folderNames.own = kQwenInFolder;
    spec.mixture.experts = 128;
    spec.mixture.chosen = 8;
    spec.mixture.feedForward = 768;
    spec.mixture.normalizeInGguf = true;
    return spec;
}

/// DeepSeek-AI 2024a.
ArchSpec deepseekV2()
{
    ArchSpec spec = deepseek("deepseek-v2", "deepseek_v2");
    spec.ggufExperts = GgufExperts::Softmax;
    spec.mixture.experts = 64;
    spec.mixture.feedForward = 1407;
    spec.mixture.sharedExperts = 2;
    spec.mixture.groupsNeedMethod = true;
    spec.mixture.normalizeIsFixed = true; // the class keeps norm_topk_prob and does not heed it
    return spec;
}

/// DeepSeek-AI 2024b; R1 is the same. Its GGUF says "deepseek2" and scores experts by sigmoid.
ArchSpec deepseekV3()
{
    ArchSpec spec = deepseek("deepseek-v3", "deepseek_v3");
    spec.ggufExperts = GgufExperts::Sigmoid;
    spec.defaults.context = 4096;
    spec.mixture.predictors = 1;
    spec.mixture.experts = 256;
    spec.mixture.chosen = 8;
    spec.mixture.feedForward = 2048;
    spec.mixture.sharedExperts = 1;
    spec.mixture.groups = 8;
    spec.mixture.chosenGroups = 4;
    spec.mixture.scoring = RouteParameters::Scoring::Sigmoid;
    spec.mixture.normalizeInFolder = true;
    spec.mixture.scale = 2.5;
    return spec;
}

} // namespace engine::families
