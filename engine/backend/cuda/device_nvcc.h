#pragma once

#include <cuda_fp16.h>

#include <cstdint>

/// The names of device.h for nvcc.
#define GPU_KERNEL static __global__ void
#define GPU_INLINE __device__ __forceinline__
#define GPU_BOUNDS(threads) __launch_bounds__(threads)
#define GPU_SHARED(T, name, count) __shared__ T name[count]

namespace engine::cuda::gpu {

constexpr unsigned kAllLanes = 0xffffffffu;

__device__ __forceinline__ int threadIndex()
{
    return int(threadIdx.x);
}

__device__ __forceinline__ int blockThreads()
{
    return int(blockDim.x);
}

__device__ __forceinline__ int blockX()
{
    return int(blockIdx.x);
}

__device__ __forceinline__ int blockY()
{
    return int(blockIdx.y);
}

__device__ __forceinline__ int blockZ()
{
    return int(blockIdx.z);
}

__device__ __forceinline__ int gridZ()
{
    return int(gridDim.z);
}

__device__ __forceinline__ void sync()
{
    __syncthreads();
}

__device__ __forceinline__ void syncWarp()
{
    __syncwarp();
}

template <class T>
__device__ __forceinline__ T shuffle(T value, int from)
{
    return __shfl_sync(kAllLanes, value, from);
}

template <class T>
__device__ __forceinline__ T shuffleXor(T value, int mask)
{
    return __shfl_xor_sync(kAllLanes, value, mask);
}

template <class T>
__device__ __forceinline__ T load(const T *from)
{
    return *from;
}

template <class T, class V>
__device__ __forceinline__ void store(T *to, V value)
{
    *to = T(value);
}

__device__ __forceinline__ int dot4(std::uint32_t codes, std::uint32_t values, int sum)
{
    int result;
    asm("dp4a.u32.s32 %0, %1, %2, %3;" : "=r"(result) : "r"(codes), "r"(values), "r"(sum));
    return result;
}

__device__ __forceinline__ float halfToFloat(std::uint16_t bits)
{
    return __half2float(__ushort_as_half(bits));
}

__device__ __forceinline__ std::uint16_t floatToHalf(float value)
{
    return __half_as_ushort(__float2half_rn(value));
}

/// m16n8k16 where the card has it, else twice m16n8k8 (Turing).
__device__ __forceinline__ void multiplyTile(float (&d)[4], const std::uint32_t (&a)[4],
                                             const std::uint32_t (&b)[2])
{
#if __CUDA_ARCH__ >= 800
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(b[0]));
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[2]), "r"(a[3]), "r"(b[1]));
#endif
}

} // namespace engine::cuda::gpu
