#pragma once

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/runtime.h"

namespace engine::cuda {

/// Runs a kernel after all that was asked of the runtime before.
template <class... Parameters, class... Arguments>
void launch(Runtime &runtime, Grid grid, int threads, void (*kernel)(Parameters...), Arguments... arguments)
{
#if defined(WARRAQ_CUDA_SIMULATED)
    simulator::Simulator::instance().launch({grid.x, grid.y, grid.z}, threads,
                                            [=] { kernel(Parameters(arguments)...); });
#else
    kernel<<<dim3(unsigned(grid.x), unsigned(grid.y), unsigned(grid.z)), unsigned(threads), 0,
             static_cast<cudaStream_t>(runtime.stream())>>>(Parameters(arguments)...);
#endif
    runtime.noteLaunch();
}

} // namespace engine::cuda
