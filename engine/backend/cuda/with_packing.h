#pragma once

#include "engine/backend/cpu/kernels.h"

#include <array>
#include <utility>

namespace engine::cuda {

template <cpu::Packing value>
struct KnownPacking
{
    static constexpr cpu::Packing packing = value;
};

/// work(KnownPacking<packing>): the kernel for a packing that is known only now.
template <class Work>
void withPacking(cpu::Packing packing, const Work &work)
{
    constexpr int kPackings = int(cpu::Packing::MXFP4) + 1;
    [&]<int... i>(std::integer_sequence<int, i...>)
    {
        (void)((int(packing) == i && (work(KnownPacking<static_cast<cpu::Packing>(i)>{}), true)) || ...);
    }
    (std::make_integer_sequence<int, kPackings>{});
}

} // namespace engine::cuda
