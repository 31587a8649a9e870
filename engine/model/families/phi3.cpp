#include "engine/model/families/entries.h"

namespace engine::families {
namespace {

using enum Slot;

constexpr TensorName kInGguf[] = {{GateUp, "blk.{}.ffn_up"}, {Gate, ""}, {Up, ""}};
constexpr TensorName kInFolder[] = {{QueryKeyValue, "layers.{}.self_attn.qkv_proj"},
                                    {GateUp, "layers.{}.mlp.gate_up_proj"}};

} // namespace

/// Abdin et al. 2024: Llama with its matrices joined, and LongRoPE in the long models.
ArchSpec phi3()
{
    ArchSpec spec = llamaLike("phi3", "phi3", "phi3");
    spec.ggufNames.own = kInGguf;
    spec.folderNames.own = kInFolder;
    spec.windows = Windows::All;
    spec.defaults = {.context = 4096, .normEpsilon = 1e-5};
    return spec;
}

} // namespace engine::families
