#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

constexpr TensorName kInGguf[] = {
    {TokenEmbedding, "token_embd"},
    {OutputNorm, "output_norm"},
    {Output, "output"},
    {RopeFactors, "rope_freqs"},
    {ShortRopeFactors, "rope_factors_short"},
    {LongRopeFactors, "rope_factors_long"},
    {AttentionNorm, "blk.{}.attn_norm"},
    {QueryKeyValue, "blk.{}.attn_qkv"},
    {Query, "blk.{}.attn_q"},
    {Key, "blk.{}.attn_k"},
    {Value, "blk.{}.attn_v"},
    {QueryNorm, "blk.{}.attn_q_norm"},
    {KeyNorm, "blk.{}.attn_k_norm"},
    {AttentionOutput, "blk.{}.attn_output"},
    {PostAttentionNorm, "blk.{}.post_attention_norm"},
    {FeedForwardNorm, "blk.{}.ffn_norm"},
    {Gate, "blk.{}.ffn_gate"},
    {Up, "blk.{}.ffn_up"},
    {Down, "blk.{}.ffn_down"},
    {PostFeedForwardNorm, "blk.{}.post_ffw_norm"},
};

/// Llama's names, which most later decoders kept. A leading "model." is taken off before the look-up.
constexpr TensorName kInFolder[] = {
    {TokenEmbedding, "embed_tokens"},
    {OutputNorm, "norm"},
    {Output, "lm_head"},
    {AttentionNorm, "layers.{}.input_layernorm"},
    {Query, "layers.{}.self_attn.q_proj"},
    {Key, "layers.{}.self_attn.k_proj"},
    {Value, "layers.{}.self_attn.v_proj"},
    {QueryNorm, "layers.{}.self_attn.q_norm"},
    {KeyNorm, "layers.{}.self_attn.k_norm"},
    {AttentionOutput, "layers.{}.self_attn.o_proj"},
    {FeedForwardNorm, "layers.{}.post_attention_layernorm"},
    {Gate, "layers.{}.mlp.gate_proj"},
    {Up, "layers.{}.mlp.up_proj"},
    {Down, "layers.{}.mlp.down_proj"},
};

constexpr std::string_view kIgnored[] = {"rotary_emb.inv_freq"};

} // namespace

ArchSpec llamaLike(std::string_view family, std::string_view ggufArchitecture, std::string_view modelType)
{
    ArchSpec spec;
    spec.family = family;
    spec.ggufArchitecture = ggufArchitecture;
    spec.modelType = modelType;
    spec.ggufNames.shared = kInGguf;
    spec.folderNames.shared = kInFolder;
    spec.ignored = kIgnored;
    return spec;
}

/// Touvron et al. 2023; SmolLM2 and the Llama distills of R1 say "llama" too.
ArchSpec llama()
{
    ArchSpec spec = llamaLike("llama", "llama", "llama");
    spec.ropeInGguf = RopeKind::Pairs;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.feedForwardBias = Presence::Optional;
    return spec;
}

/// Jiang et al. 2023. Its GGUF says "llama" and has no window.
ArchSpec mistral()
{
    ArchSpec spec = llamaLike("mistral", "mistral", "mistral");
    spec.ropeInGguf = RopeKind::Pairs;
    spec.defaults.context = 131072;
    spec.defaults.kvHeads = 8;
    spec.windows = Windows::All;
    spec.defaults.window = 4096;
    return spec;
}

/// Bakouch et al. 2025: Llama without positions in every fourth layer.
ArchSpec smollm3()
{
    ArchSpec spec = llama();
    spec.family = "smollm3";
    spec.ggufArchitecture = "smollm3";
    spec.modelType = "smollm3";
    spec.plainEvery = 4;
    spec.windows = Windows::Flagged;
    spec.defaults = {.context = 32768, .kvHeads = 4, .ropeBase = 2e6, .tied = true};
    return spec;
}

} // namespace engine::families
