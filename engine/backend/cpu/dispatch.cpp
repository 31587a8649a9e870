#include "engine/backend/cpu/dispatch.h"

#if defined(__x86_64__)
#include "engine/backend/cpu/kernels_x86.h"

#include <cpuid.h>
#endif

#include <cstdlib>
#include <string_view>

namespace engine::cpu {

#if defined(__aarch64__)
extern const Kernels kNeonKernels;
#endif

namespace {

struct Level
{
    std::string_view cap; ///< the value of WARRAQ_CPU that still allows it
    const Kernels *kernels;
};

#if defined(__x86_64__)
/// clang 14 can not be asked by name.
bool hasF16c()
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

/// Also says whether the system saves the wide registers: the compiler's run-time library asks it (xgetbv).
std::vector<Level> usableLevels()
{
    std::vector<Level> levels{{"plain", &kPlainKernels}};
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !hasF16c()) {
        return levels;
    }
    levels.push_back({"avx2", &kAvx2Kernels});
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
        return levels;
    }
    levels.push_back({"avx512", &kAvx512Kernels});
    if (__builtin_cpu_supports("avx512vnni")) {
        static const Kernels vnni = [] {
            Kernels kernels = kAvx512Kernels;
            useVnni(kernels);
            return kernels;
        }();
        levels.push_back({"avx512", &vnni});
        if (__builtin_cpu_supports("avx512bf16")) {
            static const Kernels bfloat = [] {
                Kernels kernels = vnni;
                useBfloat(kernels);
                return kernels;
            }();
            levels.push_back({"avx512", &bfloat});
        }
    }
    return levels;
}
#elif defined(__aarch64__)
std::vector<Level> usableLevels()
{
    return {{"plain", &kPlainKernels}, {"neon", &kNeonKernels}};
}
#else
std::vector<Level> usableLevels()
{
    return {{"plain", &kPlainKernels}};
}
#endif

} // namespace

std::vector<const Kernels *> usableKernels()
{
    std::vector<const Kernels *> kernels;
    for (const Level &level : usableLevels()) {
        kernels.push_back(level.kernels);
    }
    return kernels;
}

const Kernels &bestKernels()
{
    const char *cap = std::getenv("WARRAQ_CPU");
    const auto levels = usableLevels();
    const Kernels *best = levels.back().kernels;
    for (const Level &level : levels) {
        if (cap && level.cap == cap) {
            best = level.kernels; // the last of that name
        }
    }
    return *best;
}

} // namespace engine::cpu
