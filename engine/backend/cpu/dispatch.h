#pragma once

#include "engine/backend/cpu/kernels.h"

#include <vector>

namespace engine::cpu {

/// Tables that this CPU and system can run, the plainest first.
std::vector<const Kernels *> usableKernels();

/// The last of them, not beyond the one that the environment variable WARRAQ_CPU names (plain, avx2, avx512,
/// neon).
const Kernels &bestKernels();

} // namespace engine::cpu
