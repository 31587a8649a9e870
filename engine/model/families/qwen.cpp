#include "engine/model/families/entries.h"

namespace engine::families {

/// Yang et al. 2024: Llama with biases on q, k and v.
ArchSpec qwen2()
{
    ArchSpec spec = llamaLike("qwen2", "qwen2", "qwen2");
    spec.attentionBias = Presence::Yes;
    spec.windows = Windows::Flagged;
    spec.defaults = {.context = 32768, .kvHeads = 32, .window = 4096};
    return spec;
}

/// Yang et al. 2025: norms of q and k instead of the biases. Qwen3-Embedding is one too.
ArchSpec qwen3()
{
    ArchSpec spec = llamaLike("qwen3", "qwen3", "qwen3");
    spec.attentionBias = Presence::Optional;
    spec.outputBias = Presence::Optional;
    spec.queryKeyNorm = QueryKeyNorm::EachHead;
    spec.windows = Windows::Flagged;
    spec.defaults = {.context = 32768, .kvHeads = 32, .headSize = 128, .window = 4096};
    return spec;
}

} // namespace engine::families
