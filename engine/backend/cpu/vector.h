#pragma once

/// Sixteen lanes of the instruction set this file is compiled for.
#if defined(__AVX512F__)
#include "engine/backend/cpu/vector_avx512.h"
#elif defined(__AVX2__)
#include "engine/backend/cpu/vector_avx2.h"
#elif defined(__aarch64__)
#include "engine/backend/cpu/vector_neon.h"
#else
#error "no vectors for this instruction set"
#endif
