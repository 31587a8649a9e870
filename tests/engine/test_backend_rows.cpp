#include "tests/engine/backend_support.h"

using namespace engine;
using namespace backend_support;

class TestBackendRows final : public QObject
{
    Q_OBJECT

private slots:

    void normsRows_data() { addKernelRows(); }

    void normsRows();

    void normsHeads_data() { addKernelRows(); }

    void normsHeads();
    void activationsAreAccurate_data();
    void activationsAreAccurate();

    void gatesHalves_data() { addKernelRows(); }

    void gatesHalves();

    void addsRows_data() { addKernelRows(); }

    void addsRows();

    void rotatesHeads_data() { addKernelRows(); }

    void rotatesHeads();
    void poolsTexts();
    void environmentCapsTheKernels();
};

namespace {

double curve(double x, Activation activation)
{
    switch (activation) {
    case Activation::Silu:
        return x / (1 + std::exp(-x));
    case Activation::GeluExact:
        return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::GeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::Relu:
        return std::max(x, 0.0);
    case Activation::Tanh:
        return std::tanh(x);
    }
    return 0;
}

constexpr Activation kActivations[] = {Activation::Silu, Activation::GeluExact, Activation::GeluTanh,
                                       Activation::Relu, Activation::Tanh};
constexpr int kWidths[] = {1, 7, 16, 31, 64, 385};

std::vector<double> normalised(const std::vector<float> &x, const std::vector<float> &weight,
                               const std::vector<float> &bias, std::size_t n, NormKind kind, double epsilon)
{
    std::vector<double> y;
    for (std::size_t first = 0; first < x.size(); first += n) {
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i) {
            mean += kind == NormKind::Layer ? static_cast<double>(x[first + i]) / static_cast<double>(n) : 0;
        }
        double variance = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double d = static_cast<double>(x[first + i]) - mean;
            variance += d * d / static_cast<double>(n);
        }
        for (std::size_t i = 0; i < n; ++i) {
            y.push_back((static_cast<double>(x[first + i]) - mean) / std::sqrt(variance + epsilon) *
                            static_cast<double>(weight[i]) +
                        (bias.empty() ? 0 : static_cast<double>(bias[i])));
        }
    }
    return y;
}

} // namespace

void TestBackendRows::normsRows()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const int n : kWidths) {
        for (const NormKind kind : {NormKind::Rms, NormKind::Layer}) {
            for (const bool withBias : {false, true}) {
                const auto count = static_cast<std::size_t>(n);
                auto x = randomValues(3 * count, 1);
                for (float &value : x) {
                    value = value * 3 + 10; // a mean that a careless variance would drown in
                }
                const auto weight = randomValues(count, 2);
                const auto bias = withBias ? randomValues(count, 3) : std::vector<float>{};
                GuardedRows in(3, n, x);
                GuardedRows out(3, n);

                backend.norm(out.view(), in.view(), {kind, weight, bias, 1e-5f});

                QVERIFY(normalisedError(out.packed(), normalised(x, weight, bias, count, kind, 1e-5)) <
                        1e-11);
                QVERIFY(out.intact());
                backend.norm(in.view(), in.view(), {kind, weight, bias, 1e-5f});
                QVERIFY(in.packed() == out.packed());
            }
        }
    }
}

void TestBackendRows::normsHeads()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    const auto x = randomValues(4 * 3 * 24, 1);
    const auto weight = randomValues(24, 2);
    GuardedRows rows(4, 72, x);

    backend.headNorm(rows.view(), 3, {NormKind::Rms, weight, {}, 1e-6f});

    QVERIFY(normalisedError(rows.packed(), normalised(x, weight, {}, 24, NormKind::Rms, 1e-6)) < 1e-11);
    QVERIFY(rows.intact());
}

void TestBackendRows::activationsAreAccurate_data()
{
    addKernelRows();
}

void TestBackendRows::activationsAreAccurate()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 1);
    std::vector<float> x{0.0f, -0.0f, 1e-30f, -1e-30f, 1e4f, -1e4f, 88.0f, -88.0f, -104.0f, 3e38f, -3e38f};
    for (float value = -20; value < 20; value += 0.0037f) {
        x.push_back(value);
    }
    const int n = static_cast<int>(x.size());
    for (const Activation activation : kActivations) {
        GuardedRows rows(1, n, x);

        backend.activate(rows.view(), activation);

        for (int i = 0; i < n; ++i) {
            const double value = static_cast<double>(x[static_cast<std::size_t>(i)]);
            const double expected = curve(value, activation);
            const double error = std::fabs(static_cast<double>(rows.at(0, i)) - expected);
            QVERIFY2(error <= 2e-7 + 5e-7 * std::fabs(expected),
                     qPrintable(QStringLiteral("activation %1 of %2: %3, not %4")
                                    .arg(static_cast<int>(activation))
                                    .arg(value)
                                    .arg(static_cast<double>(rows.at(0, i)))
                                    .arg(expected)));
        }
        QVERIFY(rows.intact());
    }
}

void TestBackendRows::gatesHalves()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const int n : kWidths) {
        for (const Activation activation : kActivations) {
            GuardedRows in(3, 2 * n, randomValues(static_cast<std::size_t>(6 * n), 1));
            GuardedRows out(3, n);
            std::vector<double> expected;
            for (int row = 0; row < 3; ++row) {
                for (int i = 0; i < n; ++i) {
                    expected.push_back(curve(static_cast<double>(in.at(row, i)), activation) *
                                       static_cast<double>(in.at(row, n + i)));
                }
            }

            backend.gate(out.view(), in.view(), activation);

            QVERIFY(normalisedError(out.packed(), expected) < 1e-12);
            QVERIFY(out.intact() && in.intact());
        }
    }
}

void TestBackendRows::addsRows()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const int n : kWidths) {
        GuardedRows x(5, n, randomValues(static_cast<std::size_t>(5 * n), 1));
        GuardedRows y(5, n, randomValues(static_cast<std::size_t>(5 * n), 2));
        const auto before = x.packed();

        backend.add(x.view(), y.view());

        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(x.packed()[i], before[i] + y.packed()[i]);
        }
        QVERIFY(x.intact() && y.intact());
    }
}

void TestBackendRows::rotatesHeads()
{
    QFETCH(int, kernels);
    CpuBackend backend(kernelsOf(kernels), 2);
    const std::vector<std::int32_t> positions{0, 1, 77, 4095};
    for (const RopeKind kind : {RopeKind::Pairs, RopeKind::Halves}) {
        for (const int rotated : {2, 10, 24, 64}) {
            constexpr int dimension = 64;
            const int pairs = rotated / 2;
            std::vector<float> frequencies;
            for (int i = 0; i < pairs; ++i) {
                frequencies.push_back(std::pow(10000.0f, -static_cast<float>(i) / static_cast<float>(pairs)));
            }
            const auto x = randomValues(4 * 3 * dimension, 1);
            GuardedRows rows(4, 3 * dimension, x);
            std::vector<double> expected(x.begin(), x.end());
            for (std::size_t head = 0; head < 12; ++head) {
                for (int i = 0; i < pairs; ++i) {
                    const std::size_t a =
                        head * dimension + static_cast<std::size_t>(kind == RopeKind::Pairs ? 2 * i : i);
                    const std::size_t b =
                        kind == RopeKind::Pairs ? a + 1 : a + static_cast<std::size_t>(pairs);
                    const auto angle = static_cast<double>(static_cast<float>(positions[head / 3]) *
                                                           frequencies[static_cast<std::size_t>(i)]);
                    const double u = static_cast<double>(x[a]);
                    const double v = static_cast<double>(x[b]);
                    expected[a] = 1.5 * (u * std::cos(angle) - v * std::sin(angle));
                    expected[b] = 1.5 * (u * std::sin(angle) + v * std::cos(angle));
                }
            }

            backend.rope(rows.view(), 3, positions, {kind, rotated, frequencies, 1.5f});

            QVERIFY(normalisedError(rows.packed(), expected) < 1e-12);
            QVERIFY(rows.intact());
        }
    }
}

void TestBackendRows::poolsTexts()
{
    CpuBackend backend(cpu::bestKernels(), 1);
    const std::vector<int> lengths{1, 3};
    const std::vector<float> x{3, 4, 1, 2, 5, 6, 9, 1};
    GuardedRows in(4, 2, x);
    GuardedRows out(2, 2);

    backend.pool(out.view(), in.view(), lengths, Backend::Pooling::Mean, false);
    QCOMPARE(out.packed(), (std::vector<float>{3, 4, 5, 3}));
    backend.pool(out.view(), in.view(), lengths, Backend::Pooling::First, false);
    QCOMPARE(out.packed(), (std::vector<float>{3, 4, 1, 2}));
    backend.pool(out.view(), in.view(), lengths, Backend::Pooling::Last, true);
    QVERIFY(greatestError(out.packed(), {0.6, 0.8, 9 / std::sqrt(82.0), 1 / std::sqrt(82.0)}) < 1e-6);
    QVERIFY(out.intact());
}

void TestBackendRows::environmentCapsTheKernels()
{
    const auto tables = cpu::usableKernels();

    qputenv("WARRAQ_CPU", "plain");
    QCOMPARE(std::string(cpu::bestKernels().name), std::string("plain"));
    QVERIFY(makeCpuBackend(1)->name().starts_with("CPU (plain, 1 thread"));
    qputenv("WARRAQ_CPU", "no such thing");
    QCOMPARE(cpu::bestKernels().name, tables.back()->name);
    for (const cpu::Kernels *table : tables) {
        if (std::string(table->name) == "AVX2") {
            qputenv("WARRAQ_CPU", "avx2");
            QCOMPARE(std::string(cpu::bestKernels().name), std::string("AVX2"));
        }
    }
    qunsetenv("WARRAQ_CPU");
    QCOMPARE(cpu::bestKernels().name, tables.back()->name);
}

QTEST_GUILESS_MAIN(TestBackendRows)
#include "test_backend_rows.moc"
