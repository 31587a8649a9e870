#pragma once

#include "cuda_simulator/shared_bytes.h"
#include "cuda_simulator/simulator.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

/// The names of engine/backend/cuda/device.h for the simulator: the same source is a kernel there and here.
#define GPU_KERNEL inline void
#define GPU_INLINE inline
#define GPU_BOUNDS(threads)
#define GPU_SHARED(T, name, count)                                                                           \
    const simulator::SharedArray<T> name(                                                                    \
        simulator::Simulator::instance().shared(sizeof(T) * std::size_t(count), __FILE__, __LINE__))

namespace simulator {

/// An element of shared memory: what touches it is checked.
template <class T>
class SharedElement
{
public:
    SharedElement(SharedBytes &array, std::size_t index)
        : m_array(array)
        , m_index(index)
    {
    }

    operator T() const // NOLINT(google-explicit-constructor): reads like the element it stands for
    {
        T value;
        if (!Simulator::instance().sharedAccess(m_array, m_index * sizeof(T), sizeof(T), false)) {
            return T{};
        }
        std::memcpy(&value, m_array.data() + m_index * sizeof(T), sizeof(T));
        return value;
    }

    const SharedElement &operator=(T value) const
    {
        if (Simulator::instance().sharedAccess(m_array, m_index * sizeof(T), sizeof(T), true)) {
            std::memcpy(m_array.data() + m_index * sizeof(T), &value, sizeof(T));
        }
        return *this;
    }

    const SharedElement &operator=(const SharedElement &other) const { return *this = T(other); }

    SharedElement(const SharedElement &) = default;

private:
    SharedBytes &m_array;
    std::size_t m_index;
};

template <class T>
class SharedArray
{
public:
    explicit SharedArray(SharedBytes &array)
        : m_array(array)
    {
    }

    template <class I>
    SharedElement<T> operator[](I index) const
    {
        return {m_array, std::size_t(index)};
    }

private:
    SharedBytes &m_array;
};

} // namespace simulator

namespace engine::cuda::gpu {

inline int threadIndex()
{
    return simulator::Simulator::instance().thread();
}

inline int blockThreads()
{
    return simulator::Simulator::instance().threads();
}

inline int blockX()
{
    return simulator::Simulator::instance().block().x;
}

inline int blockY()
{
    return simulator::Simulator::instance().block().y;
}

inline int blockZ()
{
    return simulator::Simulator::instance().block().z;
}

inline int gridZ()
{
    return simulator::Simulator::instance().grid().z;
}

inline void sync(const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    simulator::Simulator::instance().syncBlock(file, line);
}

inline void syncWarp(const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    simulator::Simulator::instance().exchange(simulator::kAllLanes, {}, file, line);
}

template <class T>
T shuffle(T value, int from, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    static_assert(sizeof(T) == 4);
    simulator::Payload payload;
    payload.words[0] = std::bit_cast<std::uint32_t>(value);
    const auto &all = simulator::Simulator::instance().exchange(simulator::kAllLanes, payload, file, line);
    return std::bit_cast<T>(all[std::size_t(from & 31)].words[0]);
}

template <class T>
T shuffleXor(T value, int mask, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return shuffle(value, (threadIndex() % simulator::kWarp) ^ mask, file, line);
}

template <class T>
T load(const T *from, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    T value{};
    if (simulator::Simulator::instance().globalAccess(from, sizeof(T), false, file, line)) {
        std::memcpy(&value, from, sizeof(T));
    }
    return value;
}

template <class T>
void store(T *to, std::type_identity_t<T> value, const char *file = __builtin_FILE(),
           int line = __builtin_LINE())
{
    if (simulator::Simulator::instance().globalAccess(to, sizeof(T), true, file, line)) {
        std::memcpy(to, &value, sizeof(T));
    }
}

/// The sum of four products of bytes, unsigned by signed, and `sum`.
inline int dot4(std::uint32_t codes, std::uint32_t values, int sum)
{
    for (int i = 0; i < 4; ++i) {
        sum += int(codes >> (8 * i) & 255) * int(std::int8_t(values >> (8 * i) & 255));
    }
    return sum;
}

inline float halfToFloat(std::uint16_t bits)
{
    const std::uint32_t sign = std::uint32_t(bits & 0x8000u) << 16;
    const std::uint32_t exponent = bits >> 10 & 31;
    const std::uint32_t fraction = bits & 1023;
    if (exponent == 31) {
        return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
    }
    if (exponent == 0) {
        const float small = float(fraction) * 0x1p-24f;
        return sign != 0 ? -small : small;
    }
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

/// Rounds to nearest, ties to even.
inline std::uint16_t floatToHalf(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = std::uint16_t(bits >> 16 & 0x8000u);
    const float size = std::fabs(value);
    if (!(size < 65520.0f)) {
        return std::uint16_t(sign | (std::isnan(value) ? 0x7e00u : 0x7c00u));
    }
    if (size < 0x1p-14f) {
        return std::uint16_t(sign | std::uint16_t(std::nearbyint(size * 0x1p24f)));
    }
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    const std::uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1);
    return std::uint16_t(sign | (rounded - (112u << 23)) >> 13);
}

/// d (16 x 8) += a (16 x 16, row-major) · b (16 x 8, column-major), halves in, floats out: the fragments of
/// mma.m16n8k16 (PTX ISA 9.0, section 9.7.15.5.8).
inline void multiplyTile(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                         const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    simulator::Payload payload;
    for (std::size_t i = 0; i < 4; ++i) {
        payload.words[i] = a[i];
    }
    payload.words[4] = b[0];
    payload.words[5] = b[1];
    const auto &all = simulator::Simulator::instance().exchange(simulator::kAllLanes, payload, file, line);
    const auto valueOf = [](std::uint32_t word, int high) {
        return halfToFloat(std::uint16_t(word >> (16 * high)));
    };
    const int lane = threadIndex() % simulator::kWarp;
    const int group = lane / 4;
    for (int i = 0; i < 4; ++i) {
        const int row = group + (i / 2) * 8;
        const int column = lane % 4 * 2 + i % 2;
        float sum = 0;
        for (int k = 0; k < 16; ++k) {
            // a: register k / 8 * 2 + row / 8 of lane (row % 8) * 4 + k % 8 / 2
            const auto &left = all[std::size_t(row % 8 * 4 + k % 8 / 2)];
            const auto &right = all[std::size_t(column * 4 + k % 8 / 2)];
            sum += valueOf(left.words[std::size_t(k / 8 * 2 + row / 8)], k % 2) *
                   valueOf(right.words[std::size_t(4 + k / 8)], k % 2);
        }
        d[i] += sum;
    }
}

} // namespace engine::cuda::gpu
