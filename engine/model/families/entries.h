#pragma once

#include "engine/model/families.h"

/// Each function is one row of the table in table.cpp, written in the file of its family or of its close
/// relatives. Shared starting points stand first.
namespace engine::families {

/// What the Llama architecture and its descendants have in common: RMS norms before each half, rope, a gated
/// feed-forward net, no biases, Llama's names of tensors. (Touvron et al. 2023)
ArchSpec llamaLike(std::string_view family, std::string_view ggufArchitecture, std::string_view modelType);

ArchSpec llama();
ArchSpec mistral();
ArchSpec smollm3();
ArchSpec qwen2();
ArchSpec qwen3();
ArchSpec mixtral();
ArchSpec qwen2Moe();
ArchSpec qwen3Moe();
ArchSpec deepseekV2();
ArchSpec deepseekV3();
ArchSpec gemma();
ArchSpec gemma2();
ArchSpec gemma3();
ArchSpec phi3();
ArchSpec olmo2();
ArchSpec gpt2();
ArchSpec gptj();
ArchSpec gptNeox();
ArchSpec bert();
ArchSpec xlmRoberta();
ArchSpec nomicBert();

} // namespace engine::families
