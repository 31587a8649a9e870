#include "engine/backend/cpu/dispatch.h"

#include <cstdlib>
#include <string_view>

namespace engine::cpu {

std::vector<const Kernels *> usableKernels()
{
    return {&kPlainKernels};
}

const Kernels &bestKernels()
{
    return *usableKernels().back();
}

} // namespace engine::cpu
