#include "engine/backend/cpu/packing.h"
#include "engine/weights/quant.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <vector>

// The reference: loops as plain as the formulas, for CPUs without the others and for their tests.
namespace engine::cpu {

namespace {

std::uint16_t load16(const std::byte *p)
{
    std::uint16_t bits;
    std::memcpy(&bits, p, sizeof bits);
    return bits;
}

/// Inputs 0 .. depth - 1 of row `lane` of a strip, by way of the file's bytes and their reference.
std::vector<float> rowOf(Packing packing, const std::byte *strip, int depth, int lane)
{
    const TensorType type = typeOf(packing);
    const auto layout = *engine::layoutOf(type);
    const auto blocks = static_cast<std::size_t>((depth + layout.blockValues - 1) / layout.blockValues);
    std::vector<std::byte> bytes(blocks * static_cast<std::size_t>(layout.blockBytes));
    unpackRow(bytes.data(), bytes.size(), packing, strip, lane);
    std::vector<float> values(blocks * static_cast<std::size_t>(layout.blockValues));
    [[maybe_unused]] const auto known = dequantize(type, bytes, values);
    assert(known);
    return values;
}

void interleaveFloat(float *to, int lanes, const float *rows, std::ptrdiff_t stride, int count, int depth)
{
    for (int k = 0; k < depth; ++k) {
        for (int lane = 0; lane < lanes; ++lane) {
            to[static_cast<std::ptrdiff_t>(k) * lanes + lane] = lane < count ? rows[lane * stride + k] : 0.0f;
        }
    }
}

void interleaveBfloat(std::uint16_t *to, int lanes, const float *rows, std::ptrdiff_t stride, int count,
                      int depth)
{
    for (int k = 0; k < depth; ++k) {
        for (int lane = 0; lane < lanes; ++lane) {
            to[(static_cast<std::ptrdiff_t>(k / 2) * lanes + lane) * 2 + k % 2] =
                lane < count ? floatToBfloat(rows[lane * stride + k]) : std::uint16_t{0};
        }
    }
}

void quantize(Int8Block *to, Int8Rest *rest, const float *x, int depth)
{
    for (int block = 0; block < depth / kBlock; ++block, x += kBlock, ++to) {
        float greatest = 0;
        for (int i = 0; i < kBlock; ++i) {
            greatest = std::max(greatest, std::fabs(x[i]));
        }
        const float inverse = greatest > 0 ? 127.0f / greatest : 0.0f;
        to->scale = greatest / 127.0f;
        int sums[2] = {};
        int rests[2] = {};
        for (int i = 0; i < kBlock; ++i) {
            const float level = std::nearbyint(x[i] * inverse);
            to->values[i] = static_cast<std::int8_t>(level);
            sums[i / (kBlock / 2)] += to->values[i];
            if (rest) {
                const float left = std::nearbyint((x[i] * inverse - level) * 256.0f);
                rest[block].values[i] = static_cast<std::int8_t>(std::clamp(left, -127.0f, 127.0f));
                rests[i / (kBlock / 2)] += rest[block].values[i];
            }
        }
        to->whole = sums[0] + sums[1];
        to->firstWhole = sums[0];
        if (rest) {
            rest[block].whole = rests[0] + rests[1];
            rest[block].firstWhole = rests[0];
        }
        to->sum =
            to->scale * (static_cast<float>(to->whole) + static_cast<float>(rests[0] + rests[1]) / 256.0f);
        to->firstSum = to->scale * (static_cast<float>(sums[0]) + static_cast<float>(rests[0]) / 256.0f);
    }
}

void halves(std::uint16_t *to, const float *x, int n)
{
    for (int i = 0; i < n; ++i) {
        to[i] = floatToHalf(std::clamp(x[i], -65504.0f, 65504.0f));
    }
}

void unpackFloat(float *panel, Packing packing, const std::byte *strip, int first, int depth)
{
    for (int lane = 0; lane < kLanes; ++lane) {
        const auto row = rowOf(packing, strip, first + depth, lane);
        for (int k = 0; k < depth; ++k) {
            panel[k * kLanes + lane] = row[static_cast<std::size_t>(first + k)];
        }
    }
}

void productFloat(float *c, std::ptrdiff_t ldc, const float *panel, const float *x, std::ptrdiff_t ldx,
                  int depth, int tokens, bool add)
{
    for (int t = 0; t < tokens; ++t) {
        float sums[kLanes] = {};
        for (int k = 0; k < depth; ++k) {
            for (int lane = 0; lane < kLanes; ++lane) {
                sums[lane] += panel[k * kLanes + lane] * x[k * ldx + t];
            }
        }
        for (int lane = 0; lane < kLanes; ++lane) {
            float &to = c[t * ldc + lane];
            to = add ? to + sums[lane] : sums[lane];
        }
    }
}

constexpr int kBfloatTile = 4;

void productBfloat(float *c, std::ptrdiff_t ldc, const std::uint16_t *panel, const std::uint16_t *x,
                   int depth, int tokens, bool add)
{
    for (int t = 0; t < tokens; ++t) {
        for (int lane = 0; lane < kLanes; ++lane) {
            float sum = 0;
            for (int k = 0; k < depth; ++k) {
                sum += bfloatToFloat(panel[(k / 2 * kLanes + lane) * 2 + k % 2]) *
                       bfloatToFloat(x[(k / 2 * kBfloatTile + t) * 2 + k % 2]);
            }
            float &to = c[t * ldc + lane];
            to = add ? to + sum : sum;
        }
    }
}

float dot(const float *a, const float *b, int n)
{
    float sum = 0;
    for (int i = 0; i < n; ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

void rowsInt8(float *c, Packing packing, const std::byte *strip, int blocks, const Int8Block *x,
              const Int8Rest *rest, std::ptrdiff_t stride, int tokens)
{
    for (int lane = 0; lane < kLanes; ++lane) {
        const auto row = rowOf(packing, strip, blocks * kBlock, lane);
        for (int t = 0; t < tokens; ++t) {
            float sum = 0;
            for (int k = 0; k < blocks * kBlock; ++k) {
                const std::ptrdiff_t block = t * stride + k / kBlock;
                const float left = rest ? static_cast<float>(rest[block].values[k % kBlock]) / 256.0f : 0.0f;
                const float level = static_cast<float>(x[block].values[k % kBlock]) + left;
                sum += row[static_cast<std::size_t>(k)] * x[block].scale * level;
            }
            c[t * kLanes + lane] = sum;
        }
    }
}

void rowsFloat(float *c, Packing packing, const std::byte *strip, int depth, const float *x,
               std::ptrdiff_t stride, int tokens)
{
    for (int lane = 0; lane < kLanes; ++lane) {
        const auto row = rowOf(packing, strip, depth, lane);
        for (int t = 0; t < tokens; ++t) {
            c[t * kLanes + lane] = dot(row.data(), x + t * stride, depth);
        }
    }
}

void norm(float *y, const float *x, const float *weight, const float *bias, int n, float epsilon,
          NormKind kind)
{
    double mean = 0;
    double squares = 0;
    if (kind == NormKind::Layer) {
        for (int i = 0; i < n; ++i) {
            mean += static_cast<double>(x[i]);
        }
        mean /= n;
    }
    for (int i = 0; i < n; ++i) {
        squares += (static_cast<double>(x[i]) - mean) * (static_cast<double>(x[i]) - mean);
    }
    const double factor = 1 / std::sqrt(squares / n + static_cast<double>(epsilon));
    for (int i = 0; i < n; ++i) {
        y[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor) * weight[i] +
               (bias ? bias[i] : 0.0f);
    }
}

float curve(float x, Activation activation)
{
    switch (activation) {
    case Activation::Silu:
        return x / (1 + std::exp(-x));
    case Activation::GeluExact:
        return 0.5f * x * (1 + std::erf(x * 0.70710678118654752f));
    case Activation::GeluTanh:
        return 0.5f * x * (1 + std::tanh(0.79788456080286536f * (x + 0.044715f * x * x * x)));
    case Activation::Relu:
        return std::max(x, 0.0f);
    case Activation::Tanh:
        return std::tanh(x);
    }
    return x;
}

void gate(float *y, const float *x, const float *factor, int n, Activation activation)
{
    for (int i = 0; i < n; ++i) {
        y[i] = curve(x[i], activation) * factor[i];
    }
}

void activate(float *x, int n, Activation activation)
{
    for (int i = 0; i < n; ++i) {
        x[i] = curve(x[i], activation);
    }
}

void add(float *x, const float *y, int n)
{
    for (int i = 0; i < n; ++i) {
        x[i] += y[i];
    }
}

void rope(float *x, RopeKind kind, const float *cosines, const float *sines, int pairs)
{
    const int apart = kind == RopeKind::Halves ? pairs : 1;
    const int step = kind == RopeKind::Halves ? 1 : 2;
    for (int i = 0; i < pairs; ++i) {
        float &a = x[i * step];
        float &b = x[i * step + apart];
        const float turned = a * cosines[i] - b * sines[i];
        b = a * sines[i] + b * cosines[i];
        a = turned;
    }
}

/// Number `index` of an array of a head's part; `scale` is where its scale lies, for Q8_0.
float number(const KeysAndValues &kv, int position, std::size_t array, std::ptrdiff_t index,
             std::size_t scales, int d)
{
    const std::byte *part = kv.pages[position / kPage] + kv.offset;
    const std::byte *at = part + array;
    if (kv.layout->type == KvType::Q8_0) {
        const float scale = halfToFloat(load16(part + scales + (d / kBlock * kPage + position % kPage) * 2));
        return scale * static_cast<float>(static_cast<std::int8_t>(at[index]));
    }
    if (kv.layout->type == KvType::F16) {
        return halfToFloat(load16(at + index * 2));
    }
    float value;
    std::memcpy(&value, at + index * 4, sizeof value);
    return value;
}

float key(const KeysAndValues &kv, int position, int d)
{
    const KvLayout &layout = *kv.layout;
    const int within = position % kPage;
    const int index = layout.valuesInKeys ? within * layout.valueStride + d
                                          : (within / kLanes * layout.keySize + d) * kLanes + within % kLanes;
    return number(kv, position, 0, index, layout.keyScales, d);
}

float value(const KeysAndValues &kv, int position, int d)
{
    const KvLayout &layout = *kv.layout;
    return number(kv, position, layout.values, position % kPage * layout.valueStride + d, layout.valueScales,
                  d);
}

float score(const KeysAndValues &kv, int position, const float *query, float softCap)
{
    float sum = 0;
    for (int d = 0; d < kv.layout->keySize; ++d) {
        sum += query[d] * key(kv, position, d);
    }
    return softCap > 0 ? softCap * std::tanh(sum / softCap) : sum;
}

/// Takes one key into the running softmax of one query.
void take(const KeysAndValues &kv, int position, float s, float &maximum, float &sum, float *out)
{
    const float before = maximum;
    maximum = std::max(maximum, s);
    const float fade = std::exp(before - maximum);
    const float weight = std::exp(s - maximum);
    sum = sum * fade + weight;
    for (int d = 0; d < kv.layout->valueSize; ++d) {
        out[d] = out[d] * fade + weight * value(kv, position, d);
    }
}

void attendTile(const AttentionTile &tile)
{
    const int keySize = tile.kv.layout->keySize;
    const int valueSize = tile.kv.layout->valueSize;
    float *query = tile.scratch;
    for (int lane = 0; lane < tile.count; ++lane) {
        for (int d = 0; d < keySize; ++d) {
            query[d] = tile.queries[lane][d] * tile.scale;
        }
        float *out = tile.outs[lane];
        std::fill_n(out, valueSize, 0.0f);
        float maximum = kNoScore;
        float sum = 0;
        const int last = std::min(tile.last, tile.highest[lane] + 1);
        for (int position = std::max(tile.first, tile.lowest[lane]); position < last; ++position) {
            take(tile.kv, position, score(tile.kv, position, query, tile.softCap), maximum, sum, out);
        }
        if (tile.maximum) {
            tile.maximum[lane] = maximum;
            tile.sum[lane] = sum;
            continue;
        }
        for (int d = 0; d < valueSize; ++d) {
            out[d] /= sum;
        }
    }
}

void attendRow(const AttentionRow &row)
{
    const int padded = paddedDimension(row.kv.layout->valueSize);
    for (int g = 0; g < row.group; ++g) {
        row.maximum[g] = kNoScore;
        row.sum[g] = 0;
        std::fill_n(row.out + g * padded, padded, 0.0f);
        for (int position = row.first; position < row.last; ++position) {
            const float s = score(row.kv, position, row.queries + g * row.kv.layout->keySize, row.softCap);
            take(row.kv, position, s, row.maximum[g], row.sum[g], row.out + g * padded);
        }
    }
}

} // namespace

const Kernels kPlainKernels = {
    .name = "plain",
    .floatTile = 4,
    .bfloatTile = kBfloatTile,
    .int8Tile = 0,
    .interleaveFloat = interleaveFloat,
    .interleaveBfloat = interleaveBfloat,
    .quantize = quantize,
    .halves = halves,
    .unpackFloat = unpackFloat,
    .productFloat = productFloat,
    .productBfloat = productBfloat,
    .unpackInt8 = nullptr,
    .productInt8 = nullptr,
    .rowsInt8 = rowsInt8,
    .rowsFloat = rowsFloat,
    .dot = dot,
    .norm = norm,
    .gate = gate,
    .activate = activate,
    .add = add,
    .rope = rope,
    .attendTile = attendTile,
    .attendRow = attendRow,
};

} // namespace engine::cpu
