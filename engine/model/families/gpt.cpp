#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

constexpr TensorName kInGguf[] = {{PositionEmbedding, "position_embd"}};

/// A leading "transformer." or "gpt_neox." is taken off before the look-up.
constexpr TensorName kGpt2InFolder[] = {
    {TokenEmbedding, "wte"},
    {PositionEmbedding, "wpe"},
    {OutputNorm, "ln_f"},
    {AttentionNorm, "h.{}.ln_1"},
    {QueryKeyValue, "h.{}.attn.c_attn"},
    {AttentionOutput, "h.{}.attn.c_proj"},
    {FeedForwardNorm, "h.{}.ln_2"},
    {Up, "h.{}.mlp.c_fc"},
    {Down, "h.{}.mlp.c_proj"},
};
constexpr TensorName kGptJInFolder[] = {
    {TokenEmbedding, "wte"},
    {OutputNorm, "ln_f"},
    {AttentionNorm, "h.{}.ln_1"},
    {Query, "h.{}.attn.q_proj"},
    {Key, "h.{}.attn.k_proj"},
    {Value, "h.{}.attn.v_proj"},
    {AttentionOutput, "h.{}.attn.out_proj"},
    {Up, "h.{}.mlp.fc_in"},
    {Down, "h.{}.mlp.fc_out"},
};
constexpr TensorName kGptNeoxInFolder[] = {
    {TokenEmbedding, "embed_in"},
    {OutputNorm, "final_layer_norm"},
    {Output, "embed_out"},
    {Output, "lm_head"},
    {QueryKeyValue, "layers.{}.attention.query_key_value"},
    {AttentionOutput, "layers.{}.attention.dense"},
    {Up, "layers.{}.mlp.dense_h_to_4h"},
    {Down, "layers.{}.mlp.dense_4h_to_h"},
};

/// Masks and tables that old checkpoints carry along.
constexpr std::string_view kIgnored[] = {".attn.bias",          ".attn.masked_bias",
                                         ".attention.bias",     ".attention.masked_bias",
                                         "rotary_emb.inv_freq", "embed_positions"};

/// What these families share: LayerNorm, biases, a feed-forward net without gate.
ArchSpec gptLike(std::string_view family, std::string_view ggufArchitecture, std::string_view modelType)
{
    ArchSpec spec = llamaLike(family, ggufArchitecture, modelType);
    spec.norm = NormKind::Layer;
    spec.normBias = Presence::Yes;
    spec.activation = Activation::GeluTanh;
    spec.activationKey = "activation_function";
    spec.gated = false;
    spec.feedForwardBias = Presence::Yes;
    spec.ggufNames.own = kInGguf;
    spec.ignored = kIgnored;
    spec.defaults.normEpsilon = 1e-5;
    return spec;
}

} // namespace

/// Radford et al. 2019.
ArchSpec gpt2()
{
    ArchSpec spec = gptLike("gpt2", "gpt2", "gpt2");
    spec.positions = Positions::Learned;
    spec.attentionBias = Presence::Yes;
    spec.outputBias = Presence::Yes;
    spec.transposedInFolder = true;
    spec.folderNames.own = kGpt2InFolder;
    spec.defaults.context = 1024;
    spec.defaults.tied = true;
    return spec;
}

/// Wang & Komatsuzaki 2021: attention and feed-forward net side by side behind one norm.
ArchSpec gptj()
{
    ArchSpec spec = gptLike("gptj", "gptj", "gptj");
    spec.ropeInGguf = RopeKind::Pairs;
    spec.ropeInFolder = RopeKind::Pairs;
    spec.residual = Residual::ParallelShared;
    spec.logitBias = Presence::Optional;
    spec.folderNames.own = kGptJInFolder;
    return spec;
}

/// Black et al. 2022; Pythia. Side by side behind a norm each, or one after the other: the file says.
ArchSpec gptNeox()
{
    ArchSpec spec = gptLike("gpt-neox", "gptneox", "gpt_neox");
    spec.activation = Activation::GeluExact;
    spec.activationKey = "hidden_act";
    spec.residual = Residual::Parallel;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.headsTogetherInFolder = true;
    spec.folderNames.own = kGptNeoxInFolder;
    spec.defaults.rotaryPart = 0.25;
    return spec;
}

} // namespace engine::families
