#include "tests/engine/backend_support.h"

using namespace engine;
using namespace backend_support;

class TestBackendAttention final : public QObject
{
    Q_OBJECT

private slots:
    void causalMatchesDoublePrecision_data();
    void causalMatchesDoublePrecision();

    void roundedCacheIsClose_data() { addKernelRows(); }

    void roundedCacheIsClose();

    void pagesBeforeTheWindowAreNotRead_data() { addKernelRows(); }

    void pagesBeforeTheWindowAreNotRead();

    void pagesCanBeCopiedAndSaved();

    void placesAreZeroedAndReused();

    void refusesImpossibleShapes();

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
    int keySize;
    int valueSize = keySize;
    bool valuesInKeys = false;
};

/// Softmax attention of query row i (heads side by side) over the given keys.
std::vector<double> reference(const std::vector<float> &q, const std::vector<float> &k,
                              const std::vector<float> &v, Shape shape, int row, int first, int last,
                              const AttentionParameters &p)
{
    const auto at = [](const std::vector<float> &values, int r, int h, int heads, int size, int d) {
        return static_cast<double>(values[static_cast<std::size_t>((r * heads + h) * size + d)]);
    };
    std::vector<double> out;
    for (int head = 0; head < shape.heads; ++head) {
        const int kvHead = head / (shape.heads / shape.kvHeads);
        std::vector<double> scores;
        double greatest = -HUGE_VAL;
        for (int key = first; key < last; ++key) {
            double score = 0;
            for (int d = 0; d < shape.keySize; ++d) {
                score += at(q, row, head, shape.heads, shape.keySize, d) *
                         at(k, key, kvHead, shape.kvHeads, shape.keySize, d);
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
        for (int d = 0; d < shape.valueSize; ++d) {
            double value = 0;
            for (int key = first; key < last; ++key) {
                value += scores[static_cast<std::size_t>(key - first)] / sum *
                         (shape.valuesInKeys ? at(k, key, kvHead, shape.kvHeads, shape.keySize, d)
                                             : at(v, key, kvHead, shape.kvHeads, shape.valueSize, d));
            }
            out.push_back(value);
        }
    }
    return out;
}

KvShape kvShapeOf(Shape shape, KvType type, int layers = 1)
{
    return {.layers = layers,
            .heads = shape.kvHeads,
            .keySize = shape.keySize,
            .valueSize = shape.valueSize,
            .valuesInKeys = shape.valuesInKeys,
            .type = type};
}

struct Run
{
    std::vector<float> got;
    std::vector<double> expected;
    bool intact = true;
};

/// Stores `length` positions of layer 1 of 2 in pieces, then asks for the last `rows` of them.
/// @param dropPassed  without the pages that the window has passed
Run causal(CpuBackend &backend, Shape shape, int length, int rows, AttentionParameters p, KvType type,
           float spread = 1, bool dropPassed = false)
{
    const int keyColumns = shape.kvHeads * shape.keySize;
    const int valueColumns = shape.kvHeads * shape.valueSize;
    const auto k = randomValues(static_cast<std::size_t>(length * keyColumns), 1, spread);
    const auto v = randomValues(static_cast<std::size_t>(length * valueColumns), 2);
    const auto q = randomValues(static_cast<std::size_t>(rows * shape.heads * shape.keySize), 3, spread);
    p.heads = shape.heads;
    OwnedPages cache(backend, kvShapeOf(shape, type, 2), length);
    GuardedRows keys(length, keyColumns, k);
    GuardedRows values(length, valueColumns, v);
    for (int first = 0, step = 1; first < length; first += step, step = 37) {
        const int count = std::min(step, length - first);
        const auto part = [&](Rows all) {
            return Rows{all.data + first * all.stride, count, all.columns, all.stride};
        };
        backend.storeKv(cache.layer(1), part(keys.view()), shape.valuesInKeys ? Rows{} : part(values.view()),
                        first);
    }
    if (dropPassed) {
        std::fill_n(cache.view.begin(), std::max(0, length - rows + 1 - p.window) / kKvPage, nullptr);
    }
    GuardedRows queries(rows, shape.heads * shape.keySize, q);
    GuardedRows out(rows, shape.heads * shape.valueSize);

    backend.attention(out.view(), queries.view(), cache.layer(1), length - rows, p);

    Run run;
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
         {Shape{1, 1, 8}, Shape{6, 2, 24}, Shape{9, 3, 64}, Shape{8, 1, 17}, Shape{4, 4, 80},
          Shape{6, 2, 40, 24}, Shape{3, 1, 20, 35}, Shape{20, 1, 44, 33, true}}) {
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
                                 qPrintable(QStringLiteral("key %1, length %2, rows %3, window %4: %5")
                                                .arg(shape.keySize)
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

void TestBackendAttention::roundedCacheIsClose()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const Shape shape :
         {Shape{9, 3, 64}, Shape{8, 1, 17}, Shape{6, 2, 40, 72}, Shape{20, 1, 72, 40, true}}) {
        for (const int rows : {1, 3, 40}) {
            for (const KvType type : {KvType::F16, KvType::Q8_0}) {
                const AttentionParameters p{.heads = 0, .scale = 0.2f, .window = 0, .softCap = 0};
                const Run run = causal(backend, shape, 330, rows, p, type);
                const double error = normalisedError(run.got, run.expected);
                QVERIFY2(error < (type == KvType::F16 ? 1e-6 : 1e-3), qPrintable(QString::number(error)));
                QVERIFY(error > 0);
                QVERIFY(run.intact);
            }
        }
    }
}

void TestBackendAttention::pagesBeforeTheWindowAreNotRead()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const Shape shape : {Shape{6, 2, 24}, Shape{20, 1, 44, 33, true}}) {
        for (const int window : {1, 20, 32, 50}) {
            for (const int rows : {1, 2, 40}) {
                const AttentionParameters p{.heads = 0, .scale = 0.3f, .window = window, .softCap = 0};
                const Run run = causal(backend, shape, 200, rows, p, KvType::F32, 1, true);
                QVERIFY(normalisedError(run.got, run.expected) < 1e-11);
            }
        }
    }
}

void TestBackendAttention::pagesCanBeCopiedAndSaved()
{
    CpuBackend backend(cpu::bestKernels(), 1);
    const KvShape shape = kvShapeOf({4, 2, 24}, KvType::Q8_0, 3);
    OwnedPages cache(backend, shape, 32);
    GuardedRows k(32, 48, randomValues(32 * 48, 1));
    backend.storeKv(cache.layer(2), k.view(), k.view(), 0);
    std::vector<std::byte> saved;
    backend.readKvPage(saved, *cache.pages[0]);
    QVERIFY(std::ranges::any_of(saved, [](std::byte b) { return b != std::byte{0}; }));
    const auto bytesOf = [&](const KvPage &page) {
        std::vector<std::byte> bytes;
        backend.readKvPage(bytes, page);
        return bytes;
    };

    const auto copy = backend.allocateKvPage(shape);
    QVERIFY(copy);
    backend.copyKvPage(**copy, *cache.pages[0]);
    QVERIFY(bytesOf(**copy) == saved);

    const auto restored = backend.allocateKvPage(shape);
    QVERIFY(restored);
    QVERIFY(backend.writeKvPage(**restored, saved));
    QVERIFY(bytesOf(**restored) == saved);
    const auto cut = backend.writeKvPage(**restored, std::span(saved).first(saved.size() - 1));
    QVERIFY(!cut);
    QCOMPARE(cut.error().code, ErrorCode::Damaged);
}

void TestBackendAttention::placesAreZeroedAndReused()
{
    auto backend = std::make_unique<CpuBackend>(cpu::bestKernels(), 1);
    const KvShape shape = kvShapeOf({4, 2, 24}, KvType::F32, 2);
    std::vector<std::shared_ptr<KvPage>> pages;
    for (int i = 0; i < 3; ++i) {
        pages.push_back(*backend->allocateKvPage(shape));
    }
    const std::vector<std::byte> ones(pages[1]->bytes(), std::byte{1});
    QVERIFY(backend->writeKvPage(*pages[1], ones));
    pages.erase(pages.begin() + 1);
    std::vector<std::byte> bytes;
    for (int i = 0; i < 2000; ++i) { // more than a region holds, the released place among them
        pages.push_back(*backend->allocateKvPage(shape));
        backend->readKvPage(bytes, *pages.back());
        QVERIFY(std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; }));
        QVERIFY(backend->writeKvPage(*pages.back(), ones));
    }
    backend.reset(); // pages may live longer
    pages.clear();
}

void TestBackendAttention::refusesImpossibleShapes()
{
    CpuBackend backend(cpu::bestKernels(), 1);
    for (const KvShape shape :
         {KvShape{}, kvShapeOf({1, 0, 64}, KvType::F32), kvShapeOf({1, 1, 0}, KvType::F32),
          kvShapeOf({1, 1, 64, 65, true}, KvType::F32), kvShapeOf({1, 1, 64}, KvType::F32, -1),
          kvShapeOf({1, INT32_MAX, INT32_MAX, INT32_MAX}, KvType::F32, INT32_MAX)}) {
        const auto page = backend.allocateKvPage(shape);
        QVERIFY(!page);
        QCOMPARE(page.error().code, ErrorCode::Unsupported);
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
    for (const Shape shape : {Shape{12, 12, 32}, Shape{6, 2, 20}, Shape{6, 2, 20, 28}}) {
        const std::vector<int> lengths{7, 1, 0, 70};
        const int rows = 78;
        const int columns = shape.heads * shape.keySize;
        const int keyColumns = shape.kvHeads * shape.keySize;
        const int valueColumns = shape.kvHeads * shape.valueSize;
        const AttentionParameters p{.heads = shape.heads, .scale = 0.2f, .window = 0, .softCap = 0};
        const auto q = randomValues(static_cast<std::size_t>(rows * columns), 1);
        const auto k = randomValues(static_cast<std::size_t>(rows * keyColumns), 2);
        const auto v = randomValues(static_cast<std::size_t>(rows * valueColumns), 3);
        GuardedRows queries(rows, columns, q);
        GuardedRows keys(rows, keyColumns, k);
        GuardedRows values(rows, valueColumns, v);
        GuardedRows out(rows, shape.heads * shape.valueSize);

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
            results.push_back(causal(backend, {40, 1, 48, 32, true}, 700, rows, p, KvType::Q8_0).got);
        }
        for (std::size_t i = 2; i < results.size(); ++i) {
            QVERIFY(results[i] == results[i % 2]);
        }
    }
}

QTEST_GUILESS_MAIN(TestBackendAttention)
#include "test_backend_attention.moc"
