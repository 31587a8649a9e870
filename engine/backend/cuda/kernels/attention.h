#pragma once

#include "engine/backend/cuda/kernels/rows.h"

/// Attention by online softmax (Milakov & Gimelshein 2018; Dao 2022), split along the keys where few rows
/// would leave the card idle (Dao et al., Flash-Decoding, 2023).
namespace engine::cuda {

/// Where the keys and values of a position lie in its page: for each layer and head kKvPage records of keys,
/// then of values. A record of Q8_0 is its signed bytes, padded to four, and a half for each 32 of them.
struct KvPlan
{
    KvType type = KvType::F16;
    int heads = 0;
    int keySize = 0;
    int valueSize = 0;
    bool valuesInKeys = false;
    int keyBytes = 0; ///< of a record
    int valueBytes = 0;
    std::int64_t layerBytes = 0;
};

/// Pages on the card, for kernels. Position p is in pages[p / kKvPage].
struct PagedKeys
{
    std::byte *const *pages = nullptr;
    std::int64_t layer = 0; ///< bytes from a page's start
    KvPlan plan;
};

GPU_INLINE std::byte *keyRecord(const PagedKeys &cache, int position, int head)
{
    std::byte *page = gpu::load(cache.pages + position / kKvPage);
    return page + cache.layer + (std::int64_t(head) * kKvPage + position % kKvPage) * cache.plan.keyBytes;
}

GPU_INLINE std::byte *valueRecord(const PagedKeys &cache, int position, int head)
{
    std::byte *page = gpu::load(cache.pages + position / kKvPage);
    return page + cache.layer + std::int64_t(cache.plan.heads) * kKvPage * cache.plan.keyBytes +
           (std::int64_t(head) * kKvPage + position % kKvPage) * cache.plan.valueBytes;
}

/// Offset of the scales in a record of Q8_0.
constexpr int scalesAt(int size)
{
    return (size + 3) / 4 * 4;
}

template <KvType type>
GPU_INLINE float numberAt(const std::byte *record, int index, int size)
{
    if constexpr (type == KvType::F32) {
        return gpu::load(reinterpret_cast<const float *>(record) + index);
    } else if constexpr (type == KvType::F16) {
        return gpu::halfToFloat(gpu::load(reinterpret_cast<const std::uint16_t *>(record) + index));
    } else {
        const auto *scales = reinterpret_cast<const std::uint16_t *>(record + scalesAt(size));
        return float(gpu::load(reinterpret_cast<const std::int8_t *>(record) + index)) *
               gpu::halfToFloat(gpu::load(scales + index / kBlock));
    }
}

/// A warp writes a record.
template <KvType type>
GPU_INLINE void storeRecord(std::byte *record, const float *from, int size)
{
    for (int i = gpu::lane(); i - gpu::lane() < size; i += gpu::kWarp) {
        const float x = i < size ? gpu::load(from + i) : 0.0f;
        if constexpr (type == KvType::F32) {
            if (i < size) {
                gpu::store(reinterpret_cast<float *>(record) + i, x);
            }
        } else if constexpr (type == KvType::F16) {
            if (i < size) {
                gpu::store(reinterpret_cast<std::uint16_t *>(record) + i, gpu::floatToHalf(x));
            }
        } else {
            const std::uint16_t scale = gpu::floatToHalf(gpu::warpMaximum(fabsf(x)) / 127.0f);
            const float step = gpu::halfToFloat(scale);
            const float rounded = step > 0 ? rintf(x / step) : 0.0f;
            if (i < size) {
                gpu::store(reinterpret_cast<std::int8_t *>(record) + i,
                           std::int8_t(fminf(fmaxf(rounded, -127.0f), 127.0f)));
            }
            if (gpu::lane() == 0) {
                gpu::store(reinterpret_cast<std::uint16_t *>(record + scalesAt(size)) + i / kBlock, scale);
            }
        }
    }
}

/// Grid: rows, heads; threads: 64, a warp for keys and one for values. Row r goes to position first + r.
template <KvType type>
GPU_KERNEL storeKvRows(PagedKeys cache, DeviceRows k, DeviceRows v, int first)
{
    const int position = first + gpu::blockX();
    const int head = gpu::blockY();
    if (gpu::warp() == 0) {
        storeRecord<type>(keyRecord(cache, position, head), k.row(gpu::blockX()) + head * cache.plan.keySize,
                          cache.plan.keySize);
    } else if (!cache.plan.valuesInKeys) {
        storeRecord<type>(valueRecord(cache, position, head),
                          v.row(gpu::blockX()) + head * cache.plan.valueSize, cache.plan.valueSize);
    }
}

struct AttentionArguments
{
    DeviceRows out;
    DeviceRows q;
    PagedKeys cache; ///< of causal attention: row r is at position first + r
    int first = 0;
    DeviceRows k; ///< of attention within texts
    DeviceRows v;
    const int *begins = nullptr; ///< [rows] of the text a row belongs to; null: causal
    const int *ends = nullptr;
    int heads = 0;
    int kvHeads = 0;
    int keySize = 0;
    int valueSize = 0;
    int window = 0;
    float scale = 1;
    float softCap = 0;
    float *workspace = nullptr; ///< with several splits: [rows][heads][splits][valueSize + 2]
};

constexpr int kAttentionWarps = 4;
constexpr int kSplitKeys = 512;

/// Grid: rows, kvHeads * ceil(group / count), splits. Threads: kAttentionWarps * 32.
/// @tparam count  heads of a group at a time @tparam depth  numbers of a head that a lane holds
template <KvType type, bool paged, int count, int depth>
GPU_KERNEL GPU_BOUNDS(kAttentionWarps * 32) attendRows(AttentionArguments a)
{
    constexpr int kSize = depth * gpu::kWarp;
    GPU_SHARED(float, queries, count *kSize);
    GPU_SHARED(float, sums, kAttentionWarps *count *kSize);
    GPU_SHARED(float, maxima, kAttentionWarps *count);
    GPU_SHARED(float, totals, kAttentionWarps *count);

    const int row = gpu::blockX();
    const int group = a.heads / a.kvHeads;
    const int chunks = (group + count - 1) / count;
    const int kvHead = gpu::blockY() / chunks;
    const int firstHead = kvHead * group + gpu::blockY() % chunks * count;
    const int heads = kvHead * group + group - firstHead < count ? kvHead * group + group - firstHead : count;
    int begin = 0;
    int end = a.first + row + 1;
    if constexpr (!paged) {
        begin = gpu::load(a.begins + row);
        end = gpu::load(a.ends + row);
    } else if (a.window > 0 && end > a.window) {
        begin = end - a.window;
    }
    // Splits lie where the positions say, whatever the launch: a row's numbers do not depend on its
    // neighbours.
    const int splits = gpu::gridZ();
    const int splitBegin = splits > 1 ? gpu::blockZ() * kSplitKeys : begin;
    const int splitEnd = splits > 1 ? splitBegin + kSplitKeys : end;
    const int from = splitBegin > begin ? splitBegin : begin;
    const int to = splitEnd < end ? splitEnd : end;

    for (int i = gpu::threadIndex(); i < heads * kSize; i += gpu::blockThreads()) {
        const int dimension = i % kSize;
        const float *q = a.q.row(row) + (firstHead + i / kSize) * a.keySize;
        queries[i] = dimension < a.keySize ? gpu::load(q + dimension) * a.scale : 0.0f;
    }
    gpu::sync();

    float sum[count][depth] = {};
    float maximum[count];
    float total[count] = {};
    for (int h = 0; h < count; ++h) {
        maximum[h] = cpu::kNoScore;
    }
    for (int position = from + gpu::warp(); position < to; position += kAttentionWarps) {
        float key[depth];
        float value[depth];
        for (int i = 0; i < depth; ++i) {
            const int dimension = i * gpu::kWarp + gpu::lane();
            key[i] = 0;
            value[i] = 0;
            if constexpr (paged) {
                if (dimension < a.keySize) {
                    key[i] = numberAt<type>(keyRecord(a.cache, position, kvHead), dimension, a.keySize);
                }
                if (dimension < a.valueSize) {
                    value[i] =
                        a.cache.plan.valuesInKeys
                            ? key[i]
                            : numberAt<type>(valueRecord(a.cache, position, kvHead), dimension, a.valueSize);
                }
            } else {
                if (dimension < a.keySize) {
                    key[i] = gpu::load(a.k.row(position) + kvHead * a.keySize + dimension);
                }
                if (dimension < a.valueSize) {
                    value[i] = gpu::load(a.v.row(position) + kvHead * a.valueSize + dimension);
                }
            }
        }
        for (int h = 0; h < count; ++h) {
            if (h >= heads) {
                break;
            }
            float score = 0;
            for (int i = 0; i < depth; ++i) {
                score += key[i] * queries[h * kSize + i * gpu::kWarp + gpu::lane()];
            }
            score = gpu::warpSum(score);
            if (a.softCap > 0) {
                score = a.softCap * tanhf(score / a.softCap);
            }
            const float greatest = fmaxf(maximum[h], score);
            const float older = expf(maximum[h] - greatest);
            const float weight = expf(score - greatest);
            maximum[h] = greatest;
            total[h] = total[h] * older + weight;
            for (int i = 0; i < depth; ++i) {
                sum[h][i] = sum[h][i] * older + weight * value[i];
            }
        }
    }

    for (int h = 0; h < count; ++h) {
        if (gpu::lane() == 0) {
            maxima[gpu::warp() * count + h] = maximum[h];
            totals[gpu::warp() * count + h] = total[h];
        }
        for (int i = 0; i < depth; ++i) {
            sums[(gpu::warp() * count + h) * kSize + i * gpu::kWarp + gpu::lane()] = sum[h][i];
        }
    }
    gpu::sync();
    for (int i = gpu::threadIndex(); i < heads * kSize; i += gpu::blockThreads()) {
        const int h = i / kSize;
        const int dimension = i % kSize;
        float greatest = maxima[h];
        for (int w = 1; w < kAttentionWarps; ++w) {
            greatest = fmaxf(greatest, maxima[w * count + h]);
        }
        float all = 0;
        float result = 0;
        for (int w = 0; w < kAttentionWarps; ++w) {
            const float factor = expf(maxima[w * count + h] - greatest);
            all += factor * totals[w * count + h];
            result += factor * sums[(w * count + h) * kSize + dimension];
        }
        const int head = firstHead + h;
        if (splits == 1) {
            if (dimension < a.valueSize) {
                gpu::store(a.out.row(row) + head * a.valueSize + dimension, all > 0 ? result / all : 0.0f);
            }
            continue;
        }
        float *part =
            a.workspace + ((std::int64_t(row) * a.heads + head) * splits + gpu::blockZ()) * (a.valueSize + 2);
        if (dimension < a.valueSize) {
            gpu::store(part + 2 + dimension, result);
        }
        if (dimension == 0) {
            gpu::store(part, greatest);
            gpu::store(part + 1, all);
        }
    }
}

/// The splits of each head together. Grid: rows, heads.
GPU_KERNEL mergeSplits(DeviceRows out, const float *workspace, int heads, int splits, int valueSize)
{
    const float *parts =
        workspace + (std::int64_t(gpu::blockX()) * heads + gpu::blockY()) * splits * (valueSize + 2);
    float greatest = cpu::kNoScore;
    for (int s = 0; s < splits; ++s) {
        greatest = fmaxf(greatest, gpu::load(parts + s * (valueSize + 2)));
    }
    float all = 0;
    for (int s = 0; s < splits; ++s) {
        const float *part = parts + s * (valueSize + 2);
        all += expf(gpu::load(part) - greatest) * gpu::load(part + 1);
    }
    for (int i = gpu::threadIndex(); i < valueSize; i += gpu::blockThreads()) {
        float result = 0;
        for (int s = 0; s < splits; ++s) {
            const float *part = parts + s * (valueSize + 2);
            result += expf(gpu::load(part) - greatest) * gpu::load(part + 2 + i);
        }
        gpu::store(out.row(gpu::blockX()) + gpu::blockY() * valueSize + i, all > 0 ? result / all : 0.0f);
    }
}

} // namespace engine::cuda
