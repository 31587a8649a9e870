#include "tests/engine/backend_support.h"

using namespace engine;
using namespace backend_support;

class TestBackendAttention final : public QObject
{
    Q_OBJECT

private slots:
    void causalMatchesDoublePrecision_data();
    void causalMatchesDoublePrecision();

    void halfCacheIsClose_data() { addKernelRows(); }

    void halfCacheIsClose();

    void greatScoresStayFinite_data() { addKernelRows(); }

    void greatScoresStayFinite();

    void withinSeesOneText_data() { addKernelRows(); }

    void withinSeesOneText();

    void threadsDoNotMatter_data() { addKernelRows(); }

    void threadsDoNotMatter();
};

namespace {

struct Shape
{
    int heads;
    int kvHeads;
    int dimension;
};

/// Softmax attention of query row i (heads side by side) over the given keys.
std::vector<double> reference(const std::vector<float> &q, const std::vector<float> &k,
                              const std::vector<float> &v, Shape shape, int row, int first, int last,
                              const AttentionParameters &p)
{
    std::vector<double> out;
    for (int head = 0; head < shape.heads; ++head) {
        const int kvHead = head / (shape.heads / shape.kvHeads);
        const auto at = [&](const std::vector<float> &values, int r, int h, int heads, int d) {
            return static_cast<double>(
                values[static_cast<std::size_t>((r * heads + h) * shape.dimension + d)]);
        };
        std::vector<double> scores;
        double greatest = -HUGE_VAL;
        for (int key = first; key < last; ++key) {
            double score = 0;
            for (int d = 0; d < shape.dimension; ++d) {
                score += at(q, row, head, shape.heads, d) * at(k, key, kvHead, shape.kvHeads, d);
            }
            score *= static_cast<double>(p.scale);
            if (p.softCap > 0) {
                score = static_cast<double>(p.softCap) * std::tanh(score / static_cast<double>(p.softCap));
            }
            greatest = std::max(greatest, score);
            scores.push_back(score);
        }
        double sum = 0;
        for (double &score : scores) {
            score = std::exp(score - greatest);
            sum += score;
        }
        for (int d = 0; d < shape.dimension; ++d) {
            double value = 0;
            for (int key = first; key < last; ++key) {
                value += scores[static_cast<std::size_t>(key - first)] / sum *
                         at(v, key, kvHead, shape.kvHeads, d);
            }
            out.push_back(value);
        }
    }
    return out;
}

struct Run
{
    std::vector<float> got;
    std::vector<double> expected;
    bool intact = true;
};

/// Stores `length` positions in pieces, then asks for the last `rows` of them.
Run causal(CpuBackend &backend, Shape shape, int length, int rows, AttentionParameters p, KvType type,
           float spread = 1)
{
    const int kvColumns = shape.kvHeads * shape.dimension;
    const int columns = shape.heads * shape.dimension;
    const auto k = randomValues(static_cast<std::size_t>(length * kvColumns), 1, spread);
    const auto v = randomValues(static_cast<std::size_t>(length * kvColumns), 2);
    const auto q = randomValues(static_cast<std::size_t>(rows * columns), 3, spread);
    p.heads = shape.heads;
    auto cache = backend.allocateKv(length, shape.kvHeads, shape.dimension, type);
    Run run;
    if (!cache) {
        return run;
    }
    GuardedRows keys(length, kvColumns, k);
    GuardedRows values(length, kvColumns, v);
    for (int first = 0, step = 1; first < length; first += step, step = 37) {
        const int count = std::min(step, length - first);
        const auto part = [&](Rows all) {
            return Rows{all.data + first * all.stride, count, all.columns, all.stride};
        };
        backend.storeKv(**cache, part(keys.view()), part(values.view()), first);
    }
    GuardedRows queries(rows, columns, q);
    GuardedRows out(rows, columns);

    backend.attention(out.view(), queries.view(), **cache, length - rows, p);

    run.got = out.packed();
    run.intact = out.intact() && queries.intact();
    for (int row = 0; row < rows; ++row) {
        const int last = length - rows + row + 1;
        const auto one =
            reference(q, k, v, shape, row, p.window > 0 ? std::max(0, last - p.window) : 0, last, p);
        run.expected.insert(run.expected.end(), one.begin(), one.end());
    }
    return run;
}

} // namespace

void TestBackendAttention::causalMatchesDoublePrecision_data()
{
    addKernelRows();
}

void TestBackendAttention::causalMatchesDoublePrecision()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const Shape shape :
         {Shape{1, 1, 8}, Shape{6, 2, 24}, Shape{9, 3, 64}, Shape{8, 1, 17}, Shape{4, 4, 80}}) {
        for (const int length : {1, 5, 33, 128, 300}) {
            for (const int rows : {1, 3, 4, 19, 130}) {
                for (const int window : {0, 20}) {
                    for (const float softCap : {0.0f, 5.0f}) {
                        if (rows > length) {
                            continue;
                        }
                        const AttentionParameters p{
                            .heads = 0, .scale = 0.3f, .window = window, .softCap = softCap};
                        const Run run = causal(backend, shape, length, rows, p, KvType::F32);
                        const double error = normalisedError(run.got, run.expected);
                        QVERIFY2(error < 1e-11,
                                 qPrintable(QStringLiteral("dimension %1, length %2, rows %3, window %4: %5")
                                                .arg(shape.dimension)
                                                .arg(length)
                                                .arg(rows)
                                                .arg(window)
                                                .arg(error)));
                        QVERIFY(run.intact);
                    }
                }
            }
        }
    }
}

void TestBackendAttention::halfCacheIsClose()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const Shape shape : {Shape{9, 3, 64}, Shape{8, 1, 17}}) {
        for (const int rows : {1, 40}) {
            const AttentionParameters p{.heads = 0, .scale = 0.2f, .window = 0, .softCap = 0};
            const Run run = causal(backend, shape, 200, rows, p, KvType::F16);
            QVERIFY(normalisedError(run.got, run.expected) < 1e-5);
            QVERIFY(run.intact);
        }
    }
}

void TestBackendAttention::greatScoresStayFinite()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 1);
    for (const int rows : {1, 30}) {
        const AttentionParameters p{.heads = 0, .scale = 1, .window = 0, .softCap = 0};
        const Run run =
            causal(backend, {2, 1, 64}, 150, rows, p, KvType::F32, 12.0f); // scores up to some thousands
        QVERIFY(normalisedError(run.got, run.expected) < 1e-5); // their own rounding shows in the exponent
    }
}

void TestBackendAttention::withinSeesOneText()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const Shape shape : {Shape{12, 12, 32}, Shape{6, 2, 20}}) {
        const std::vector<int> lengths{7, 1, 0, 70};
        const int rows = 78;
        const int columns = shape.heads * shape.dimension;
        const int kvColumns = shape.kvHeads * shape.dimension;
        const AttentionParameters p{.heads = shape.heads, .scale = 0.2f, .window = 0, .softCap = 0};
        const auto q = randomValues(static_cast<std::size_t>(rows * columns), 1);
        const auto k = randomValues(static_cast<std::size_t>(rows * kvColumns), 2);
        const auto v = randomValues(static_cast<std::size_t>(rows * kvColumns), 3);
        GuardedRows queries(rows, columns, q);
        GuardedRows keys(rows, kvColumns, k);
        GuardedRows values(rows, kvColumns, v);
        GuardedRows out(rows, columns);

        backend.attentionWithin(out.view(), queries.view(), keys.view(), values.view(), lengths, p);

        std::vector<double> expected;
        int first = 0;
        for (const int length : lengths) {
            for (int row = first; row < first + length; ++row) {
                const auto one = reference(q, k, v, shape, row, first, first + length, p);
                expected.insert(expected.end(), one.begin(), one.end());
            }
            first += length;
        }
        QVERIFY(normalisedError(out.packed(), expected) < 1e-11);
        QVERIFY(out.intact());
    }
}

void TestBackendAttention::threadsDoNotMatter()
{
    QFETCH(int, kernels);
    for (const int rows : {1, 25}) {
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 3}) {
            CpuBackend backend(kernelsOf(kernels), threads);
            const AttentionParameters p{.heads = 0, .scale = 0.2f, .window = 0, .softCap = 0};
            results.push_back(causal(backend, {6, 2, 32}, 700, rows, p, KvType::F32).got);
        }
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
    }
}

QTEST_GUILESS_MAIN(TestBackendAttention)
#include "test_backend_attention.moc"
