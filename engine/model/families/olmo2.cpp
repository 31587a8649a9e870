#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

constexpr TensorName kInFolder[] = {
    {PostAttentionNorm, "layers.{}.post_attention_layernorm"},
    {FeedForwardNorm, ""},
    {PostFeedForwardNorm, "layers.{}.post_feedforward_layernorm"},
};

} // namespace

/// OLMo Team 2025: Llama with the norms behind each half, and norms of the whole q and k.
ArchSpec olmo2()
{
    ArchSpec spec = llamaLike("olmo2", "olmo2", "olmo2");
    spec.normPlace = NormPlace::Result;
    spec.queryKeyNorm = QueryKeyNorm::AllHeads;
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.folderNames.own = kInFolder;
    spec.defaults = {.context = 2048, .normEpsilon = 1e-5};
    return spec;
}

} // namespace engine::families
