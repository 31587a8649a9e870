#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

/// Norms on both sides of each half; "post_attention_layernorm" means something else than in Llama's names.
constexpr TensorName kAroundInFolder[] = {
    {PostAttentionNorm, "layers.{}.post_attention_layernorm"},
    {FeedForwardNorm, "layers.{}.pre_feedforward_layernorm"},
    {PostFeedForwardNorm, "layers.{}.post_feedforward_layernorm"},
};

/// Of Gemma 3's larger models, which also see pictures.
constexpr std::string_view kIgnored[] = {"rotary_emb.inv_freq", "vision_tower.", "multi_modal_projector."};

} // namespace

/// Gemma Team 2024: Llama with GELU, a scaled embedding, and norm weights stored less one.
ArchSpec gemma()
{
    ArchSpec spec = llamaLike("gemma", "gemma", "gemma");
    spec.activation = Activation::GeluTanh;
    spec.activationKey = "hidden_activation";
    spec.normLessOneInFolder = true;
    spec.scaledEmbedding = true;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.defaults = {.context = 8192, .heads = 16, .kvHeads = 16, .headSize = 256, .tied = true};
    return spec;
}

/// Gemma Team 2024: norms around each half, soft caps, a window in every second layer.
ArchSpec gemma2()
{
    ArchSpec spec = gemma();
    spec.family = "gemma2";
    spec.ggufArchitecture = "gemma2";
    spec.modelType = "gemma2";
    spec.normPlace = NormPlace::Around;
    spec.attentionSoftCap = 50;
    spec.logitSoftCap = 30;
    spec.windows = Windows::Pattern;
    spec.fullEvery = 2;
    spec.layersScaledByHidden = 46; // 27B
    spec.folderNames.own = kAroundInFolder;
    spec.defaults.heads = 8;
    spec.defaults.kvHeads = 4;
    spec.defaults.window = 4096;
    spec.defaults.queryScalar = 256;
    return spec;
}

/// Gemma Team 2025: norms of q and k instead of the caps, a window in five layers of six, which turn by a
/// base of their own.
ArchSpec gemma3()
{
    ArchSpec spec = gemma2();
    spec.family = "gemma3";
    spec.ggufArchitecture = "gemma3";
    spec.modelType = "gemma3_text";
    spec.queryKeyNorm = QueryKeyNorm::EachHead;
    spec.attentionSoftCap = 0;
    spec.logitSoftCap = 0;
    spec.fullEvery = 6;
    spec.layersScaledByHidden = 62; // 27B
    spec.localRopeBase = 10000;
    spec.ignored = kIgnored;
    spec.defaults.context = 131072;
    spec.defaults.ropeBase = 1e6;
    return spec;
}

} // namespace engine::families
