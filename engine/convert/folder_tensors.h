#pragma once

#include "engine/convert/tensor_plan.h"
#include "engine/model/config.h"

namespace engine {

/// The tensors of a Hugging Face folder under the names and in the order of rows that a GGUF of the family
/// has: rows of q and k permuted where its rope turns pairs, heads taken apart, Conv1D matrices turned, norm
/// weights plus one, experts stacked, rope factors as tensors. `file` must outlive the result. Errors:
/// Damaged (a tensor has a shape that cannot be); Unsupported (a tensor that a GGUF of the family has no name
/// for: names it).
Result<std::vector<PlannedTensor>> planFolder(const ModelFile &file, const ModelConfig &config);

} // namespace engine
