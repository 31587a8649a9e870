#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cpu/vector.h"

// Functions of sixteen lanes.
namespace engine::cpu {
namespace {

/// e^x to 1e-7 relative: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes, expf). Below -87 zero,
/// beyond the range of float infinity.
inline Floats exponential(Floats x)
{
    const Floats lowest = splat(-87.0f);
    const Floats clamped = minimum(maximum(x, lowest), splat(88.8f));
    const Floats n = rounded(clamped * splat(1.44269504088896341f));
    Floats r = fma(n, splat(-0.693359375f), clamped);
    r = fma(n, splat(2.12194440e-4f), r);
    Floats p = splat(1.9875691500e-4f);
    p = fma(p, r, splat(1.3981999507e-3f));
    p = fma(p, r, splat(8.3334519073e-3f));
    p = fma(p, r, splat(4.1665795894e-2f));
    p = fma(p, r, splat(1.6666665459e-1f));
    p = fma(p, r, splat(5.0000001201e-1f));
    p = fma(p, r * r, r) + splat(1.0f);
    return select(x < lowest, splat(0.0f), timesPower(p, n));
}

/// Cephes, tanhf: a polynomial near 0, where the quotient would lose digits.
inline Floats hyperbolicTangent(Floats x)
{
    const Floats z = x * x;
    Floats p = splat(-5.70498872745e-3f);
    p = fma(p, z, splat(2.06390887954e-2f));
    p = fma(p, z, splat(-5.37397155531e-2f));
    p = fma(p, z, splat(1.33314422036e-1f));
    p = fma(p, z, splat(-3.33332819422e-1f));
    const Floats near = fma(p * z, x, x);
    const Floats size = absolute(x);
    const Floats far = splat(1.0f) - splat(2.0f) / (exponential(size + size) + splat(1.0f));
    return select(size < splat(0.625f), near, select(x < splat(0.0f), splat(0.0f) - far, far));
}

/// erfc(x) for x >= 0 to 1.2e-7 relative (Press et al., Numerical Recipes, 6.2: erfcc).
inline Floats complementaryError(Floats x)
{
    const Floats t = splat(1.0f) / fma(x, splat(0.5f), splat(1.0f));
    Floats p = splat(0.17087277f);
    p = fma(p, t, splat(-0.82215223f));
    p = fma(p, t, splat(1.48851587f));
    p = fma(p, t, splat(-1.13520398f));
    p = fma(p, t, splat(0.27886807f));
    p = fma(p, t, splat(-0.18628806f));
    p = fma(p, t, splat(0.09678418f));
    p = fma(p, t, splat(0.37409196f));
    p = fma(p, t, splat(1.00002368f));
    p = fma(p, t, splat(-1.26551223f));
    return t * exponential(fma(splat(0.0f) - x, x, p));
}

inline Floats sigmoidTimes(Floats x, Floats y)
{
    return x / (splat(1.0f) + exponential(splat(0.0f) - y));
}

template <Activation activation>
inline Floats curve(Floats x)
{
    if constexpr (activation == Activation::Silu) {
        return sigmoidTimes(x, x);
    } else if constexpr (activation == Activation::GeluExact) {
        const Floats half = splat(0.5f) * complementaryError(absolute(x) * splat(0.70710678118654752f));
        return x * select(x < splat(0.0f), half, splat(1.0f) - half);
    } else if constexpr (activation == Activation::GeluTanh) {
        // (1 + tanh u) / 2 is the sigmoid of 2 u
        const Floats u = x * fma(x * x, splat(0.0713548162726f), splat(1.59576912160573f));
        return sigmoidTimes(x, u);
    } else if constexpr (activation == Activation::Relu) {
        return maximum(x, splat(0.0f));
    } else {
        return hyperbolicTangent(x);
    }
}

} // namespace
} // namespace engine::cpu
