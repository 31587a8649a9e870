#pragma once

#include "engine/backend/cpu/kernels.h"

/// What the x86 files implement for dispatch.cpp to choose from.
namespace engine::cpu {

extern const Kernels kAvx2Kernels;   ///< needs AVX2, FMA, F16C
extern const Kernels kAvx512Kernels; ///< needs AVX-512 F, BW, DQ, VL

/// Replaces what VNNI does faster.
void useVnni(Kernels &kernels);

/// Adds products of bfloat16.
void useBfloat(Kernels &kernels);

} // namespace engine::cpu
