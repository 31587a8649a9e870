#pragma once

#include "engine/backend/backend.h"
#include "engine/backend/cuda/kernels/strips.h"

/// Operations on rows. Unless said otherwise a block takes a row.
namespace engine::cuda {

constexpr int kRowThreads = 256;

/// Rows as kernels see them.
struct DeviceRows
{
    float *data = nullptr;
    int columns = 0;
    std::int64_t stride = 0;

    GPU_INLINE float *row(int index) const { return data + index * stride; }
};

GPU_INLINE float activated(float x, Activation activation)
{
    switch (activation) {
    case Activation::Silu:
        return x / (1.0f + expf(-x));
    case Activation::GeluExact:
        return 0.5f * x * (1.0f + erff(x * 0.70710678f));
    case Activation::GeluTanh:
        return 0.5f * x * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
    case Activation::Relu:
        return fmaxf(x, 0.0f);
    case Activation::Tanh:
        return tanhf(x);
    }
    return x;
}

/// Columns [member * columns, ...) of each row on their own. Grid: rows, members. @param bias  may be null
GPU_KERNEL normRows(DeviceRows out, DeviceRows in, int columns, const float *weight, const float *bias,
                    float epsilon, NormKind kind)
{
    GPU_SHARED(float, partial, gpu::kWarp);
    const float *from = in.row(gpu::blockX()) + gpu::blockY() * columns;
    float *to = out.row(gpu::blockX()) + gpu::blockY() * columns;
    float mean = 0;
    if (kind == NormKind::Layer) {
        float sum = 0;
        for (int i = gpu::threadIndex(); i < columns; i += gpu::blockThreads()) {
            sum += gpu::load(from + i);
        }
        mean = gpu::blockSum(sum, partial) / float(columns);
    }
    float squares = 0;
    for (int i = gpu::threadIndex(); i < columns; i += gpu::blockThreads()) {
        const float x = gpu::load(from + i) - mean;
        squares += x * x;
    }
    const float factor = 1.0f / sqrtf(gpu::blockSum(squares, partial) / float(columns) + epsilon);
    for (int i = gpu::threadIndex(); i < columns; i += gpu::blockThreads()) {
        const float x = (gpu::load(from + i) - mean) * factor * gpu::load(weight + i);
        gpu::store(to + i, bias ? x + gpu::load(bias + i) : x);
    }
}

GPU_KERNEL gateRows(DeviceRows out, DeviceRows in, Activation activation)
{
    const float *from = in.row(gpu::blockX());
    for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
        gpu::store(out.row(gpu::blockX()) + i,
                   activated(gpu::load(from + i), activation) * gpu::load(from + out.columns + i));
    }
}

GPU_KERNEL activateRows(DeviceRows x, Activation activation)
{
    float *row = x.row(gpu::blockX());
    for (int i = gpu::threadIndex(); i < x.columns; i += gpu::blockThreads()) {
        gpu::store(row + i, activated(gpu::load(row + i), activation));
    }
}

GPU_KERNEL addRows(DeviceRows x, DeviceRows y)
{
    float *row = x.row(gpu::blockX());
    for (int i = gpu::threadIndex(); i < x.columns; i += gpu::blockThreads()) {
        gpu::store(row + i, gpu::load(row + i) + gpu::load(y.row(gpu::blockX()) + i));
    }
}

/// x[row] *= sigmoid(logits[row][0])
GPU_KERNEL scaleRowsBySigmoid(DeviceRows x, DeviceRows logits)
{
    const float factor = 1.0f / (1.0f + expf(-gpu::load(logits.row(gpu::blockX()))));
    float *row = x.row(gpu::blockX());
    for (int i = gpu::threadIndex(); i < x.columns; i += gpu::blockThreads()) {
        gpu::store(row + i, gpu::load(row + i) * factor);
    }
}

/// The first `count` values of each head. Grid: rows, heads.
GPU_KERNEL copyHeadRows(DeviceRows out, int outStep, DeviceRows in, int inStep, int count)
{
    for (int i = gpu::threadIndex(); i < count; i += gpu::blockThreads()) {
        gpu::store(out.row(gpu::blockX()) + gpu::blockY() * outStep + i,
                   gpu::load(in.row(gpu::blockX()) + gpu::blockY() * inStep + i));
    }
}

GPU_KERNEL rotateRows(DeviceRows x, int heads, const std::int32_t *positions, RopeKind kind,
                      const float *frequencies, int pairs, float magnitude)
{
    const int dimension = x.columns / heads;
    float *row = x.row(gpu::blockX());
    const auto position = float(gpu::load(positions + gpu::blockX()));
    for (int i = gpu::threadIndex(); i < heads * pairs; i += gpu::blockThreads()) {
        const int pair = i % pairs;
        const float angle = position * gpu::load(frequencies + pair); // in float, as the models were trained
        const float cosine = cosf(angle) * magnitude;
        const float sine = sinf(angle) * magnitude;
        float *a = row + i / pairs * dimension + (kind == RopeKind::Pairs ? 2 * pair : pair);
        float *b = a + (kind == RopeKind::Pairs ? 1 : pairs);
        const float x0 = gpu::load(a);
        const float x1 = gpu::load(b);
        gpu::store(a, x0 * cosine - x1 * sine);
        gpu::store(b, x0 * sine + x1 * cosine);
    }
}

/// Rows of a weight matrix as floats. Grid: tokens; a token outside [first, first + outputs) is left to
/// others.
template <Packing packing>
GPU_KERNEL embedRows(DeviceRows out, const std::byte *strips, std::int64_t stripBytes, int first, int outputs,
                     const std::int32_t *tokens, float scale)
{
    const int token = gpu::load(tokens + gpu::blockX()) - first;
    if (token < 0 || token >= outputs) {
        return;
    }
    const std::byte *strip = strips + token / kLanes * stripBytes;
    const int row = token % kLanes;
    float *to = out.row(gpu::blockX());
    if constexpr (isFloat(packing)) {
        for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
            gpu::store(to + i, floatAt<packing>(strip, i, row) * scale);
        }
    } else {
        for (int g = gpu::threadIndex(); g < out.columns / kBlock; g += gpu::blockThreads()) {
            const GroupPlace<packing> place(strip, g);
            const GroupScales s = scalesOf<packing>(place.header, place.inBlock, row);
            std::uint32_t codes[8];
            codesOf<packing>(codes, place.codes, row);
            for (int i = 0; i < kBlock; ++i) {
                const float code = float(codes[i / 4] >> (8 * (i % 4)) & 255);
                gpu::store(to + g * kBlock + i, (s.scale[i / 16] * code + s.offset[i / 16]) * scale);
            }
        }
    }
}

GPU_KERNEL fillRows(DeviceRows out, float value)
{
    for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
        gpu::store(out.row(gpu::blockX()) + i, value);
    }
}

/// Grid: texts. @param begins  [texts + 1]
GPU_KERNEL poolRows(DeviceRows out, DeviceRows in, const std::int32_t *begins, Backend::Pooling pooling,
                    bool normalize)
{
    GPU_SHARED(float, partial, gpu::kWarp);
    const int begin = gpu::load(begins + gpu::blockX());
    const int end = gpu::load(begins + gpu::blockX() + 1);
    const int first = pooling == Backend::Pooling::Last ? (end > begin ? end - 1 : begin) : begin;
    const int count = pooling == Backend::Pooling::Mean ? end - begin : (end > begin ? 1 : 0);
    float *to = out.row(gpu::blockX());
    float squares = 0;
    for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
        float sum = 0;
        for (int row = first; row < first + count; ++row) {
            sum += gpu::load(in.row(row) + i);
        }
        const float mean = count > 0 ? sum / float(count) : 0.0f;
        squares += mean * mean;
        gpu::store(to + i, mean);
    }
    if (!normalize) {
        return;
    }
    squares = gpu::blockSum(squares, partial);
    const float inverse = squares > 0 ? 1.0f / sqrtf(squares) : 1.0f;
    for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
        gpu::store(to + i, gpu::load(to + i) * inverse);
    }
}

} // namespace engine::cuda
