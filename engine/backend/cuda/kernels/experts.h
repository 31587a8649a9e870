#pragma once

#include "engine/backend/cuda/kernels/rows.h"

/// Which experts the rows go to (RouteParameters says how), and rows in and out of their order.
namespace engine::cuda {

/// What route() leaves on the card. Choice k of row r lies in sorted row order[r * chosen + k].
struct RouteArrays
{
    int *experts = nullptr;   ///< [rows * chosen], the best first
    float *weights = nullptr; ///< [rows * chosen]
    int *order = nullptr;     ///< [rows * chosen]
    int *begins = nullptr;    ///< [experts + 1]
    float *scores = nullptr;  ///< [rows * experts]
    float *ranks = nullptr;   ///< [rows * experts]
};

struct RouteChoice
{
    RouteParameters::Scoring scoring = RouteParameters::Scoring::Softmax;
    int rows = 0;
    int experts = 0;
    int chosen = 1;
    int groups = 1; ///< at most 64
    int chosenGroups = 1;
    const float *selectionBias = nullptr;
    bool normalize = false;
    float scale = 1;
};

namespace detail {

constexpr float kNever = -3.0e38f;

/// The first of the greatest; a NaN is never greater.
GPU_INLINE int bestOf(const float *values, int count)
{
    int best = 0;
    float greatest = gpu::load(values);
    for (int i = 1; i < count; ++i) {
        const float value = gpu::load(values + i);
        if (value > greatest || greatest != greatest) {
            best = i;
            greatest = value;
        }
    }
    return best;
}

GPU_INLINE float groupScore(const float *ranks, int size, RouteParameters::Scoring scoring)
{
    float first = kNever;
    float second = kNever;
    for (int i = 0; i < size; ++i) {
        const float rank = gpu::load(ranks + i);
        if (rank > first) {
            second = first;
            first = rank;
        } else if (rank > second) {
            second = rank;
        }
    }
    return scoring == RouteParameters::Scoring::Softmax || size < 2 ? first : first + second;
}

GPU_INLINE void keepBestGroups(float *ranks, const RouteChoice &p)
{
    const int size = p.experts / p.groups;
    std::uint64_t kept = 0;
    for (int i = 0; i < p.chosenGroups; ++i) {
        int next = -1;
        float best = 0;
        for (int group = 0; group < p.groups; ++group) {
            if ((kept >> group & 1) != 0) {
                continue;
            }
            const float score = groupScore(ranks + group * size, size, p.scoring);
            if (next < 0 || score > best) {
                next = group;
                best = score;
            }
        }
        kept |= std::uint64_t{1} << next;
    }
    for (int i = 0; i < p.experts; ++i) {
        if ((kept >> (i / size) & 1) == 0) {
            gpu::store(ranks + i, kNever);
        }
    }
}

} // namespace detail

/// A thread takes a row. Grid: rows / threads.
GPU_KERNEL chooseExperts(RouteArrays to, DeviceRows logits, RouteChoice p)
{
    const int row = gpu::blockX() * gpu::blockThreads() + gpu::threadIndex();
    if (row >= p.rows) {
        return;
    }
    const float *from = logits.row(row);
    float *scores = to.scores + std::int64_t(row) * p.experts;
    float *ranks = to.ranks + std::int64_t(row) * p.experts;
    float greatest = gpu::load(from);
    for (int i = 1; i < p.experts; ++i) {
        greatest = fmaxf(greatest, gpu::load(from + i));
    }
    float sum = 0;
    const bool softmax = p.scoring == RouteParameters::Scoring::Softmax;
    for (int i = 0; i < p.experts; ++i) {
        const float logit = gpu::load(from + i);
        const float score = softmax ? expf(logit - greatest) : 1.0f / (1.0f + expf(-logit));
        sum += score;
        gpu::store(scores + i, score);
    }
    for (int i = 0; i < p.experts; ++i) {
        const float score = softmax ? gpu::load(scores + i) / sum : gpu::load(scores + i);
        gpu::store(scores + i, score);
        gpu::store(ranks + i, score + (p.selectionBias ? gpu::load(p.selectionBias + i) : 0.0f));
    }
    if (p.groups > 1) {
        detail::keepBestGroups(ranks, p);
    }
    float chosenSum = 0;
    for (int k = 0; k < p.chosen; ++k) {
        const int expert = detail::bestOf(ranks, p.experts);
        gpu::store(ranks + expert, detail::kNever);
        const float weight = gpu::load(scores + expert);
        gpu::store(to.experts + row * p.chosen + k, expert);
        gpu::store(to.weights + row * p.chosen + k, weight);
        chosenSum += weight;
    }
    const float factor = p.normalize ? p.scale / (chosenSum + 1e-20f) : p.scale;
    for (int k = 0; k < p.chosen; ++k) {
        float *weight = to.weights + row * p.chosen + k;
        gpu::store(weight, gpu::load(weight) * factor);
    }
}

/// Places by expert, then by row. One block; a thread takes an expert.
GPU_KERNEL sortChoices(RouteArrays to, int choices, int experts)
{
    for (int expert = gpu::threadIndex(); expert < experts; expert += gpu::blockThreads()) {
        int count = 0;
        for (int i = 0; i < choices; ++i) {
            count += gpu::load(to.experts + i) == expert ? 1 : 0;
        }
        gpu::store(to.begins + expert + 1, count);
    }
    gpu::sync();
    if (gpu::threadIndex() == 0) {
        int begin = 0;
        gpu::store(to.begins, 0);
        for (int expert = 0; expert < experts; ++expert) {
            begin += gpu::load(to.begins + expert + 1);
            gpu::store(to.begins + expert + 1, begin);
        }
    }
    gpu::sync();
    for (int expert = gpu::threadIndex(); expert < experts; expert += gpu::blockThreads()) {
        int next = gpu::load(to.begins + expert);
        for (int i = 0; i < choices; ++i) {
            if (gpu::load(to.experts + i) == expert) {
                gpu::store(to.order + i, next++);
            }
        }
    }
}

/// Grid: rows, chosen.
GPU_KERNEL spreadRows(DeviceRows out, DeviceRows in, const int *order, int chosen)
{
    const int to = gpu::load(order + gpu::blockX() * chosen + gpu::blockY());
    for (int i = gpu::threadIndex(); i < in.columns; i += gpu::blockThreads()) {
        gpu::store(out.row(to) + i, gpu::load(in.row(gpu::blockX()) + i));
    }
}

GPU_KERNEL gatherRows(DeviceRows out, DeviceRows in, RouteArrays routes, int chosen)
{
    float *row = out.row(gpu::blockX());
    for (int i = gpu::threadIndex(); i < out.columns; i += gpu::blockThreads()) {
        float sum = gpu::load(row + i);
        for (int k = 0; k < chosen; ++k) {
            const int choice = gpu::blockX() * chosen + k;
            sum +=
                gpu::load(routes.weights + choice) * gpu::load(in.row(gpu::load(routes.order + choice)) + i);
        }
        gpu::store(row + i, sum);
    }
}

} // namespace engine::cuda
