#include "engine/model/families/entries.h"

namespace engine::families {

ArchSpec qwen2()
{
    ArchSpec spec = llamaLike("qwen2", "qwen2", "qwen2");
    spec.attentionBias = Presence::Yes;
    spec.windowNeedsFlag = true;
    return spec;
}

ArchSpec qwen3()
{
    ArchSpec spec = llamaLike("qwen3", "qwen3", "qwen3");
    spec.attentionBias = Presence::Optional;
    spec.headNorms = true;
    spec.windowNeedsFlag = true;
    return spec;
}

} // namespace engine::families
