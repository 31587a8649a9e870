#pragma once

#include <cstddef>
#include <cstdint>

/// What kernels are written in. The same source becomes a kernel of a card (device_nvcc.h) or a function that
/// the simulator runs thread by thread (tests/cuda_simulator/device_simulated.h):
///   GPU_KERNEL name(...)            a kernel; GPU_BOUNDS(threads) before its name says how many threads at
///   most GPU_INLINE                      a function for kernels GPU_SHARED(type, name, count)   an array of
///   the block's shared memory, one a line of source threadIndex() blockThreads() blockX() blockY() blockZ()
///   gridZ() load(p) store(p, v)             global memory, and nothing else touches it sync() syncWarp()
///   shuffle(v, lane) shuffleXor(v, mask)   all threads of the block, or lanes of the warp dot4 multiplyTile
///   halfToFloat floatToHalf                arithmetic of the card
#if defined(WARRAQ_CUDA_SIMULATED)
#include "cuda_simulator/device_simulated.h"
#else
#include "engine/backend/cuda/device_nvcc.h"
#endif

namespace engine::cuda::gpu {

constexpr int kWarp = 32;

struct alignas(16) Words4
{
    std::uint32_t x, y, z, w;
};

GPU_INLINE int lane()
{
    return threadIndex() % kWarp;
}

GPU_INLINE int warp()
{
    return threadIndex() / kWarp;
}

GPU_INLINE float warpSum(float value)
{
    for (int mask = 16; mask > 0; mask /= 2) {
        value += shuffleXor(value, mask);
    }
    return value;
}

GPU_INLINE float warpMaximum(float value)
{
    for (int mask = 16; mask > 0; mask /= 2) {
        const float other = shuffleXor(value, mask);
        value = other > value ? other : value;
    }
    return value;
}

/// Over all threads of the block, the same in each. @param partial  shared, one a warp
template <class Shared>
GPU_INLINE float blockSum(float value, Shared &partial)
{
    value = warpSum(value);
    sync(); // the last reading of partial
    if (lane() == 0) {
        partial[warp()] = value;
    }
    sync();
    const int warps = (blockThreads() + kWarp - 1) / kWarp;
    return warpSum(lane() < warps ? float(partial[lane()]) : 0.0f);
}

template <class Shared>
GPU_INLINE float blockMaximum(float value, Shared &partial)
{
    value = warpMaximum(value);
    sync();
    if (lane() == 0) {
        partial[warp()] = value;
    }
    sync();
    const int warps = (blockThreads() + kWarp - 1) / kWarp;
    return warpMaximum(lane() < warps ? float(partial[lane()]) : float(partial[0]));
}

} // namespace engine::cuda::gpu
