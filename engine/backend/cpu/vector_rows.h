#pragma once

#include "engine/backend/cpu/kernels.h"
#include "engine/backend/cpu/vector_math.h"

// Operations on single rows.
namespace engine::cpu {
namespace {

/// body(load or store at i, number of lanes) over n values.
template <class Whole, class Part>
inline void steps(int n, const Whole &whole, const Part &part)
{
    int i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        whole(i);
    }
    if (i < n) {
        part(i, n - i);
    }
}

inline float dot(const float *a, const float *b, int n)
{
    Floats sums[4] = {splat(0), splat(0), splat(0), splat(0)};
    int i = 0;
    for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
        for (int j = 0; j < 4; ++j) {
            sums[j] = fma(load(a + i + j * kLanes), load(b + i + j * kLanes), sums[j]);
        }
    }
    steps(
        n - i, [&](int j) { sums[0] = fma(load(a + i + j), load(b + i + j), sums[0]); },
        [&](int j, int count) {
            sums[1] = fma(loadPart(a + i + j, count), loadPart(b + i + j, count), sums[1]);
        });
    return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

inline float total(const float *x, int n)
{
    Floats sums = splat(0);
    steps(
        n, [&](int i) { sums = sums + load(x + i); },
        [&](int i, int count) { sums = sums + loadPart(x + i, count); });
    return sum(sums);
}

inline float squaresAround(float mean, const float *x, int n)
{
    Floats sums = splat(0);
    const Floats middle = splat(mean);
    const auto take = [&](Floats d) { sums = fma(d, d, sums); };
    steps(
        n, [&](int i) { take(load(x + i) - middle); },
        [&](int i, int count) {
            float part[kLanes];
            store(part, loadPart(x + i, count) - middle); // lanes beyond the row would hold -mean
            take(loadPart(part, count));
        });
    return sum(sums);
}

inline void norm(float *y, const float *x, const float *weight, const float *bias, int n, float epsilon,
                 NormKind kind)
{
    const float mean = kind == NormKind::Layer ? total(x, n) / static_cast<float>(n) : 0.0f;
    const float variance = squaresAround(mean, x, n) / static_cast<float>(n);
    const Floats factor = splat(1.0f / __builtin_sqrtf(variance + epsilon));
    const Floats middle = splat(mean);
    steps(
        n,
        [&](int i) {
            const Floats scaled = (load(x + i) - middle) * factor;
            store(y + i, bias ? fma(scaled, load(weight + i), load(bias + i)) : scaled * load(weight + i));
        },
        [&](int i, int count) {
            const Floats scaled = (loadPart(x + i, count) - middle) * factor * loadPart(weight + i, count);
            storePart(y + i, bias ? scaled + loadPart(bias + i, count) : scaled, count);
        });
}

template <Activation activation>
inline void gateWith(float *y, const float *x, const float *factor, int n)
{
    steps(
        n, [&](int i) { store(y + i, curve<activation>(load(x + i)) * load(factor + i)); },
        [&](int i, int count) {
            storePart(y + i, curve<activation>(loadPart(x + i, count)) * loadPart(factor + i, count), count);
        });
}

template <Activation activation>
inline void activateWith(float *x, int n)
{
    steps(
        n, [&](int i) { store(x + i, curve<activation>(load(x + i))); },
        [&](int i, int count) { storePart(x + i, curve<activation>(loadPart(x + i, count)), count); });
}

inline void gate(float *y, const float *x, const float *factor, int n, Activation activation)
{
    switch (activation) {
    case Activation::Silu:
        return gateWith<Activation::Silu>(y, x, factor, n);
    case Activation::GeluExact:
        return gateWith<Activation::GeluExact>(y, x, factor, n);
    case Activation::GeluTanh:
        return gateWith<Activation::GeluTanh>(y, x, factor, n);
    case Activation::Relu:
        return gateWith<Activation::Relu>(y, x, factor, n);
    case Activation::Tanh:
        return gateWith<Activation::Tanh>(y, x, factor, n);
    }
}

inline void activate(float *x, int n, Activation activation)
{
    switch (activation) {
    case Activation::Silu:
        return activateWith<Activation::Silu>(x, n);
    case Activation::GeluExact:
        return activateWith<Activation::GeluExact>(x, n);
    case Activation::GeluTanh:
        return activateWith<Activation::GeluTanh>(x, n);
    case Activation::Relu:
        return activateWith<Activation::Relu>(x, n);
    case Activation::Tanh:
        return activateWith<Activation::Tanh>(x, n);
    }
}

inline void add(float *x, const float *y, int n)
{
    steps(
        n, [&](int i) { store(x + i, load(x + i) + load(y + i)); },
        [&](int i, int count) { storePart(x + i, loadPart(x + i, count) + loadPart(y + i, count), count); });
}

inline void rope(float *x, RopeKind kind, const float *cosines, const float *sines, int pairs)
{
    if (kind == RopeKind::Pairs) {
        for (int i = 0; i < pairs; ++i) {
            const float a = x[2 * i];
            const float b = x[2 * i + 1];
            x[2 * i] = a * cosines[i] - b * sines[i];
            x[2 * i + 1] = a * sines[i] + b * cosines[i];
        }
        return;
    }
    float *other = x + pairs;
    const auto turn = [](Floats &a, Floats &b, Floats c, Floats s) {
        const Floats turned = a * c - b * s;
        b = a * s + b * c;
        a = turned;
    };
    steps(
        pairs,
        [&](int i) {
            Floats a = load(x + i);
            Floats b = load(other + i);
            turn(a, b, load(cosines + i), load(sines + i));
            store(x + i, a);
            store(other + i, b);
        },
        [&](int i, int count) {
            Floats a = loadPart(x + i, count);
            Floats b = loadPart(other + i, count);
            turn(a, b, loadPart(cosines + i, count), loadPart(sines + i, count));
            storePart(x + i, a, count);
            storePart(other + i, b, count);
        });
}

} // namespace
} // namespace engine::cpu
