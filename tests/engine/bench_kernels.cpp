// Times the CPU backend's operations on the shapes of SmolLM2-135M. A tool for those who work on kernels, not
// a test:
//   bench_kernels [threads]
// Prints the best of many short samples, since other programs share the machine.
#include "engine/backend/cpu/dispatch.h"
#include "engine/backend/cpu_backend.h"
#include "engine/weights/quant.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

using namespace engine;

namespace {

/// With one thread its CPU time, from which other programs are absent.
double seconds(bool cpuTime)
{
    timespec now;
    clock_gettime(cpuTime ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

bool cpuTime = false;

/// Seconds of the fastest call within about a fifth of a second.
double best(const std::function<void()> &work)
{
    double fastest = 1e9;
    const double end = seconds(cpuTime) + 0.15;
    double start = seconds(cpuTime);
    do {
        work();
        const double now = seconds(cpuTime);
        fastest = std::min(fastest, now - start);
        start = now;
    } while (start < end);
    return fastest;
}

struct Weights
{
    std::vector<std::byte> bytes;
    Tensor tensor;

    Weights(TensorType type, int outputs, int inputs)
    {
        const auto layout = *layoutOf(type);
        bytes.assign(static_cast<std::size_t>(outputs) *
                         static_cast<std::size_t>(inputs / layout.blockValues) *
                         static_cast<std::size_t>(layout.blockBytes),
                     std::byte{0x24}); // small halves, some numbers
        tensor = {"bench", type, {outputs, inputs}, bytes};
    }
};

struct Bench
{
    CpuBackend backend;
    std::vector<std::unique_ptr<Buffer>> buffers;
    std::mt19937 random{1};

    Rows rows(int count, int columns)
    {
        auto buffer = backend.allocate(static_cast<std::int64_t>(count) * columns);
        if (!buffer) {
            std::exit(1);
        }
        std::normal_distribution<float> normal;
        for (std::int64_t i = 0; i < (*buffer)->size(); ++i) {
            (*buffer)->data()[i] = normal(random);
        }
        buffers.push_back(std::move(*buffer));
        return {buffers.back()->data(), count, columns, columns};
    }

    std::vector<std::unique_ptr<WeightMatrix>> upload(TensorType type, int outputs, int inputs,
                                                      std::size_t copies)
    {
        const Weights weights(type, outputs, inputs);
        const Tensor *const tensors[] = {&weights.tensor};
        std::vector<std::unique_ptr<WeightMatrix>> matrices;
        for (std::size_t i = 0; i < copies; ++i) {
            auto matrix = backend.upload(tensors);
            if (!matrix) {
                std::exit(1);
            }
            matrices.push_back(std::move(*matrix));
        }
        return matrices;
    }

    void prefill(TensorType type, int tokens, int outputs, int inputs)
    {
        const auto w = upload(type, outputs, inputs, 1);
        const Rows in = rows(tokens, inputs);
        const Rows out = rows(tokens, outputs);
        const double seconds = best([&] { backend.linear(out, *w[0], in, {}, false); });
        const double operations = 2.0 * tokens * outputs * inputs;
        std::printf("prefill %-5s %4d x %4d -> %5d: %7.3f ms %7.1f GFLOP/s\n",
                    std::string(layoutOf(type)->name).c_str(), tokens, inputs, outputs, seconds * 1e3,
                    operations / seconds * 1e-9);
    }

    /// All copies together are larger than the caches, as a model is.
    void decode(TensorType type, int tokens, int outputs, int inputs)
    {
        const auto layout = *layoutOf(type);
        const double bytes = static_cast<double>(outputs) * inputs / layout.blockValues * layout.blockBytes;
        const auto w = upload(type, outputs, inputs, static_cast<std::size_t>(100e6 / bytes) + 1);
        const Rows in = rows(tokens, inputs);
        const Rows out = rows(tokens, outputs);
        const double seconds = best([&] {
            for (const auto &matrix : w) {
                backend.linear(out, *matrix, in, {}, false);
            }
        });
        std::printf("decode  %-5s %4d x %4d -> %5d: %7.3f ms %7.1f GB/s\n", std::string(layout.name).c_str(),
                    tokens, inputs, outputs, seconds * 1e3 / static_cast<double>(w.size()),
                    bytes * static_cast<double>(w.size()) / seconds * 1e-9);
    }

    void attention(int tokens, int before, KvType type)
    {
        constexpr int heads = 9;
        constexpr int kvHeads = 3;
        constexpr int dimension = 64;
        const KvShape shape{.layers = 1,
                            .heads = kvHeads,
                            .keySize = dimension,
                            .valueSize = dimension,
                            .valuesInKeys = false,
                            .type = type};
        std::vector<std::shared_ptr<KvPage>> pages;
        std::vector<KvPage *> view;
        for (int i = 0; i < before + tokens; i += kKvPage) {
            auto page = backend.allocateKvPage(shape);
            if (!page) {
                std::exit(1);
            }
            view.push_back(page->get());
            pages.push_back(std::move(*page));
        }
        const KvView cache{view, 0};
        const char *name = type == KvType::F32 ? "F32" : type == KvType::F16 ? "F16" : "Q8_0";
        const Rows k = rows(before + tokens, kvHeads * dimension);
        const Rows q = rows(tokens, heads * dimension);
        const Rows out = rows(tokens, heads * dimension);
        backend.storeKv(cache, k, k, 0);
        const AttentionParameters p{.heads = heads, .scale = 0.125f, .window = 0, .softCap = 0};
        const double seconds = best([&] { backend.attention(out, q, cache, before, p); });
        const double pairs = static_cast<double>(tokens) * before + 0.5 * tokens * (tokens + 1.0);
        const auto bytes = static_cast<double>(pages.size() * pages[0]->bytes());
        std::printf("attend  %s %4d after %5d: %8.3f ms %7.1f GFLOP/s %6.1f GB/s\n", name, tokens, before,
                    seconds * 1e3, 4.0 * pairs * heads * dimension / seconds * 1e-9, bytes / seconds * 1e-9);
        const double store = best([&] { backend.storeKv(cache, k, k, 0); });
        std::printf("        store %d: %.3f ms\n", k.rows, store * 1e3);
    }

    void rowwise(int tokens)
    {
        const Rows x = rows(tokens, 576);
        const Rows y = rows(tokens, 576);
        const Rows wide = rows(tokens, 3072);
        const Rows half = rows(tokens, 1536);
        const std::vector<float> weight(576, 1.0f);
        std::vector<float> frequencies(32, 0.1f);
        std::vector<std::int32_t> positions;
        for (int i = 0; i < tokens; ++i) {
            positions.push_back(i);
        }
        const auto print = [&](const char *name, double seconds) {
            std::printf("rows    %-10s %4d: %9.2f us\n", name, tokens, seconds * 1e6);
        };
        print("norm", best([&] { backend.norm(y, x, {NormKind::Rms, weight, {}, 1e-5f}); }));
        print("add", best([&] { backend.add(y, x); }));
        print("silu gate", best([&] { backend.gate(half, wide, Activation::Silu); }));
        print("gelu", best([&] { backend.activate(half, Activation::GeluExact); }));
        print("rope", best([&] { backend.rope(x, 9, positions, {RopeKind::Pairs, 64, frequencies, 1.0f}); }));
    }
};

} // namespace

int main(int argc, char **argv)
{
    Bench bench{.backend = CpuBackend(cpu::bestKernels(), argc > 1 ? std::atoi(argv[1]) : 0), .buffers = {}};
    cpuTime = argc > 1 && std::atoi(argv[1]) == 1;
    std::printf("%s\n", bench.backend.name().c_str());
    const std::vector<TensorType> types{
        TensorType::Q4_0,   TensorType::Q4_1,   TensorType::Q5_0,  TensorType::Q5_1, TensorType::Q8_0,
        TensorType::Q2_K,   TensorType::Q3_K,   TensorType::Q4_K,  TensorType::Q5_K, TensorType::Q6_K,
        TensorType::IQ4_NL, TensorType::IQ4_XS, TensorType::MXFP4, TensorType::F16,  TensorType::BF16};
    for (const TensorType type : types) {
        for (const int tokens : {16, 160}) {
            bench.prefill(type, tokens, 3072, 768);
        }
    }
    for (const TensorType type : types) {
        bench.decode(type, 1, 3072, 768);
        bench.decode(type, 4, 3072, 768);
    }
    for (const KvType type : {KvType::F32, KvType::F16, KvType::Q8_0}) {
        bench.attention(128, 0, type);
        bench.attention(128, 384, type);
        bench.attention(128, 1920, type);
        bench.attention(1, 511, type);
        bench.attention(1, 4095, type);
    }
    bench.rowwise(1);
    bench.rowwise(512);
}
