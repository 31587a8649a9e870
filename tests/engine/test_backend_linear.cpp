#include "engine/backend/cpu/packing.h"
#include "tests/engine/backend_support.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace engine;
using namespace backend_support;

class TestBackendLinear final : public QObject
{
    Q_OBJECT

private slots:
    void matchesDoublePrecision_data();
    void matchesDoublePrecision();
    void addsBiasAndAccumulates_data();
    void addsBiasAndAccumulates();
    void stackedTensorsFollowEachOther_data();
    void stackedTensorsFollowEachOther();
    void threadsDoNotMatter_data();
    void threadsDoNotMatter();
    void resultsDoNotDependOnTheBatch_data();
    void resultsDoNotDependOnTheBatch();
    void deepInputsAreCutInPanels_data();
    void deepInputsAreCutInPanels();
    void goldenMatrixVector_data();
    void goldenMatrixVector();
    void keptDigitsAreNearlyExact_data();
    void keptDigitsAreNearlyExact();
    void packingLosesNothing_data();
    void packingLosesNothing();
    void embedTakesRows_data();
    void embedTakesRows();
    void refusesWhatItCannotUse();
};

namespace {

const std::vector<TensorType> kTypes{
    TensorType::F32,   TensorType::F16,  TensorType::BF16, TensorType::Q4_0,   TensorType::Q4_1,
    TensorType::Q5_0,  TensorType::Q5_1, TensorType::Q8_0, TensorType::Q2_K,   TensorType::Q3_K,
    TensorType::Q4_K,  TensorType::Q5_K, TensorType::Q6_K, TensorType::IQ4_NL, TensorType::IQ4_XS,
    TensorType::MXFP4, TensorType::TQ2_0}; // the last one is not packed

bool isFloat(TensorType type)
{
    return type == TensorType::F32 || type == TensorType::F16 || type == TensorType::BF16;
}

std::vector<double> reference(const std::vector<float> &weights, const std::vector<float> &x, int rows,
                              int outputs, int inputs)
{
    std::vector<double> y;
    for (int t = 0; t < rows; ++t) {
        for (int o = 0; o < outputs; ++o) {
            double sum = 0;
            for (int k = 0; k < inputs; ++k) {
                sum += static_cast<double>(weights[static_cast<std::size_t>(o * inputs + k)]) *
                       static_cast<double>(x[static_cast<std::size_t>(t * inputs + k)]);
            }
            y.push_back(sum);
        }
    }
    return y;
}

/// Σ |w| |x| of each sum: what its rounding errors are measured by.
std::vector<double> absoluteSums(std::vector<float> weights, std::vector<float> x, int rows, int outputs,
                                 int inputs)
{
    for (auto *values : {&weights, &x}) {
        for (float &value : *values) {
            value = std::fabs(value);
        }
    }
    return reference(weights, x, rows, outputs, inputs);
}

std::unique_ptr<WeightMatrix> uploaded(Backend &backend, const Tensor &tensor)
{
    const Tensor *const tensors[] = {&tensor};
    auto matrix = backend.upload(tensors);
    return matrix ? std::move(*matrix) : nullptr;
}

enum class Rounding { None, Bfloat, Int8 };

/// What activations may be rounded to: nothing for weights that are not quantised.
Rounding roundingOf(TensorType type, int rows, const cpu::Kernels &kernels)
{
    const bool packed = cpu::packingOf(type).has_value();
    if (isFloat(type)) {
        return Rounding::None;
    }
    if (rows <= cpu::kRowTokens) {
        return packed ? Rounding::Int8 : Rounding::None;
    }
    return packed ? (kernels.int8Tile > 0 ? Rounding::Int8 : Rounding::None)
                  : (kernels.bfloatTile > 0 ? Rounding::Bfloat : Rounding::None);
}

/// Normalised squared error of many sums.
double limitOf(Rounding rounding)
{
    return rounding == Rounding::None ? 1e-11 : rounding == Rounding::Int8 ? 1e-4 : 1e-5;
}

/// Error of a single sum, by its absolute sum.
double limitOfOne(Rounding rounding)
{
    return rounding == Rounding::None ? 2e-6 : rounding == Rounding::Int8 ? 1e-2 : 4e-3;
}

} // namespace

void TestBackendLinear::matchesDoublePrecision_data()
{
    QTest::addColumn<int>("kernels");
    QTest::addColumn<int>("type");
    const auto tables = cpu::usableKernels();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        for (const TensorType type : kTypes) {
            QTest::addRow("%s %s", tables[i]->name, std::string(layoutOf(type)->name).c_str())
                << static_cast<int>(i) << static_cast<int>(type);
        }
    }
}

void TestBackendLinear::matchesDoublePrecision()
{
    QFETCH(int, kernels);
    QFETCH(int, type);
    const auto tensorType = static_cast<TensorType>(type);
    const int block = layoutOf(tensorType)->blockValues;
    const cpu::Kernels &table = kernelsOf(kernels);
    CpuBackend backend(table, 2);

    double errors[2] = {}; // of few rows and of many, over all shapes: single sums may come out near 0
    double powers[2] = {};
    for (const int outputs : {1, 15, 16, 50}) {
        for (const int inputs : {block == 1 ? 37 : block, block == 1 ? 96 : 3 * block}) {
            const OwnedTensor weights(tensorType, outputs, inputs, 11);
            const auto values = weights.values();
            const auto matrix = uploaded(backend, weights.tensor);
            QVERIFY(matrix);
            for (int rows = 1; rows <= 40; rows += rows < 20 ? 1 : 5) {
                const auto x =
                    randomValues(static_cast<std::size_t>(rows * inputs), static_cast<unsigned>(rows));
                GuardedRows in(rows, inputs, x);
                GuardedRows out(rows, outputs);

                backend.linear(out.view(), *matrix, in.view(), {}, false);

                const auto expected = reference(values, x, rows, outputs, inputs);
                const auto absolute = absoluteSums(values, x, rows, outputs, inputs);
                const auto got = out.packed();
                const auto path = rows <= cpu::kRowTokens ? 0 : 1;
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    const double error = std::fabs(static_cast<double>(got[i]) - expected[i]);
                    QVERIFY2(
                        error <= limitOfOne(roundingOf(tensorType, rows, table)) * absolute[i],
                        qPrintable(QStringLiteral("%1 rows, %2 x %3").arg(rows).arg(outputs).arg(inputs)));
                    errors[path] += error * error;
                    powers[path] += expected[i] * expected[i];
                }
                QVERIFY(out.intact() && in.intact());
            }
        }
    }
    QVERIFY2(errors[0] / powers[0] < limitOf(roundingOf(tensorType, 1, table)),
             qPrintable(QString::number(errors[0] / powers[0])));
    QVERIFY2(errors[1] / powers[1] < limitOf(roundingOf(tensorType, 8, table)),
             qPrintable(QString::number(errors[1] / powers[1])));
}

void TestBackendLinear::addsBiasAndAccumulates_data()
{
    addKernelRows();
}

void TestBackendLinear::addsBiasAndAccumulates()
{
    QFETCH(int, kernels);
    constexpr int outputs = 27;
    constexpr int inputs = 64;
    CpuBackend backend(kernelsOf(kernels), 2);
    const OwnedTensor weights(TensorType::F32, outputs, inputs, 3);
    const auto matrix = uploaded(backend, weights.tensor);
    const auto bias = randomValues(outputs, 8);
    for (const int rows : {1, 7, 8, 33}) {
        for (const bool withBias : {false, true}) {
            for (const bool accumulate : {false, true}) {
                const auto x = randomValues(static_cast<std::size_t>(rows * inputs), 5);
                const auto before = randomValues(static_cast<std::size_t>(rows * outputs), 6);
                GuardedRows in(rows, inputs, x);
                GuardedRows out(rows, outputs, before);
                auto expected = reference(weights.values(), x, rows, outputs, inputs);
                for (std::size_t i = 0; i < expected.size(); ++i) {
                    expected[i] += withBias ? static_cast<double>(bias[i % outputs]) : 0;
                    expected[i] += accumulate ? static_cast<double>(before[i]) : 0;
                }

                backend.linear(out.view(), *matrix, in.view(),
                               withBias ? std::span(bias) : std::span<const float>{}, accumulate);

                QVERIFY(normalisedError(out.packed(), expected) < 1e-11);
                QVERIFY(out.intact());
            }
        }
    }
}

void TestBackendLinear::stackedTensorsFollowEachOther_data()
{
    addKernelRows();
}

void TestBackendLinear::stackedTensorsFollowEachOther()
{
    QFETCH(int, kernels);
    constexpr int inputs = 256;
    CpuBackend backend(kernelsOf(kernels), 2);
    const OwnedTensor a(TensorType::Q4_1, 21, inputs, 1);
    const OwnedTensor b(TensorType::TQ2_0, 5, inputs, 2); // not packed
    const OwnedTensor c(TensorType::F16, 18, inputs, 3);
    const Tensor *const tensors[] = {&a.tensor, &b.tensor, &c.tensor};
    auto matrix = backend.upload(tensors);
    QVERIFY(matrix);
    QCOMPARE((*matrix)->outputs, 44);
    auto all = a.values();
    const auto append = [&all](const std::vector<float> &more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    append(b.values());
    append(c.values());

    for (const int rows : {1, 5, 19}) {
        const auto x = randomValues(static_cast<std::size_t>(rows * inputs), 5);
        GuardedRows in(rows, inputs, x);
        GuardedRows out(rows, 44);

        backend.linear(out.view(), **matrix, in.view(), {}, false);

        QVERIFY(normalisedError(out.packed(), reference(all, x, rows, 44, inputs)) < 1e-4);
        QVERIFY(out.intact());
    }
}

void TestBackendLinear::threadsDoNotMatter_data()
{
    addKernelRows();
}

void TestBackendLinear::threadsDoNotMatter()
{
    QFETCH(int, kernels);
    constexpr int outputs = 75;
    constexpr int inputs = 512;
    for (const TensorType type : kTypes) {
        const OwnedTensor weights(type, outputs, inputs, 4);
        for (const int rows : {1, 3, 21}) {
            const auto x = randomValues(static_cast<std::size_t>(rows * inputs), 5);
            std::vector<std::vector<float>> results;
            for (const int threads : {1, 2, 3}) {
                CpuBackend backend(kernelsOf(kernels), threads);
                GuardedRows in(rows, inputs, x);
                GuardedRows out(rows, outputs);
                const auto matrix = uploaded(backend, weights.tensor);
                backend.linear(out.view(), *matrix, in.view(), {}, false);
                results.push_back(out.packed());
            }
            QVERIFY(results[0] == results[1]);
            QVERIFY(results[0] == results[2]);
        }
    }
}

void TestBackendLinear::resultsDoNotDependOnTheBatch_data()
{
    addKernelRows();
}

void TestBackendLinear::resultsDoNotDependOnTheBatch()
{
    QFETCH(int, kernels);
    constexpr int outputs = 33;
    constexpr int inputs = 512;
    constexpr int rows = 29;
    const cpu::Kernels &table = kernelsOf(kernels);
    CpuBackend backend(table, 2);
    for (const TensorType type : kTypes) {
        if (roundingOf(type, 1, table) != roundingOf(type, rows, table) || type == TensorType::TQ2_0) {
            continue; // few rows are rounded to int8, many are not; or summed in another order
        }
        const OwnedTensor weights(type, outputs, inputs, 4);
        const auto matrix = uploaded(backend, weights.tensor);
        const auto bias = randomValues(outputs, 8);
        GuardedRows in(rows, inputs, randomValues(rows * inputs, 5));
        GuardedRows together(rows, outputs, randomValues(rows * outputs, 6));
        GuardedRows alone(rows, outputs, randomValues(rows * outputs, 6));

        backend.linear(together.view(), *matrix, in.view(), bias, true);
        for (int row = 0; row < rows; ++row) {
            const auto one = [row](Rows all) {
                return Rows{all.data + row * all.stride, 1, all.columns, all.stride};
            };
            backend.linear(one(alone.view()), *matrix, one(in.view()), bias, true);
        }

        QVERIFY(together.packed() == alone.packed());
    }
}

void TestBackendLinear::deepInputsAreCutInPanels_data()
{
    addKernelRows();
}

void TestBackendLinear::deepInputsAreCutInPanels()
{
    QFETCH(int, kernels);
    constexpr int outputs = 19;
    constexpr int inputs = 4096 + 512;
    constexpr int rows = 18;
    CpuBackend backend(kernelsOf(kernels), 2);
    const auto bias = randomValues(outputs, 8);
    for (const TensorType type :
         {TensorType::F32, TensorType::Q4_0, TensorType::Q4_K, TensorType::Q6_K, TensorType::TQ2_0}) {
        const OwnedTensor weights(type, outputs, inputs, 4);
        const auto matrix = uploaded(backend, weights.tensor);
        const auto x = randomValues(rows * inputs, 5);
        const auto before = randomValues(rows * outputs, 6);
        GuardedRows in(rows, inputs, x);
        GuardedRows out(rows, outputs, before);
        auto expected = reference(weights.values(), x, rows, outputs, inputs);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            expected[i] += static_cast<double>(bias[i % outputs]) + static_cast<double>(before[i]);
        }

        backend.linear(out.view(), *matrix, in.view(), bias, true);

        QVERIFY(normalisedError(out.packed(), expected) <
                limitOf(roundingOf(type, rows, kernelsOf(kernels))));
        QVERIFY(out.intact());
    }
}

void TestBackendLinear::goldenMatrixVector_data()
{
    QTest::addColumn<int>("kernels");
    QTest::addColumn<QString>("type");
    const auto tables = cpu::usableKernels();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        for (const char *type : {"F16", "BF16", "Q4_0", "Q4_1", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K",
                                 "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"}) {
            QTest::addRow("%s %s", tables[i]->name, type) << static_cast<int>(i) << QString::fromLatin1(type);
        }
    }
}

void TestBackendLinear::goldenMatrixVector()
{
    QFETCH(int, kernels);
    QFETCH(QString, type);
    const QString folder = QStringLiteral(SHARED_DATA "/golden/quant/");
    QFile index(folder + "quant.json");
    if (!index.open(QIODevice::ReadOnly)) {
        QSKIP("needs ../shared");
    }
    QJsonObject entry;
    for (const QJsonValue &value : QJsonDocument::fromJson(index.readAll())["types"].toArray()) {
        entry = value["type"].toString() == type ? value.toObject() : entry;
    }
    if (entry.isEmpty()) {
        QSKIP("no golden of this type");
    }
    const QJsonObject golden = entry["matvec"].toObject();
    QFile file(folder + golden["file"].toString());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    const int rows = golden["rows"].toInt();
    const int columns = golden["cols"].toInt();
    const auto tensorType = static_cast<TensorType>(entry["ggml_type_id"].toInt());
    const Tensor tensor{
        "golden",
        tensorType,
        {rows, columns},
        std::as_bytes(std::span(bytes.data(), static_cast<std::size_t>(golden["w_bytes"].toInt())))};
    std::vector<float> weights(static_cast<std::size_t>(rows * columns));
    QVERIFY(layoutOf(tensorType));
    QVERIFY(dequantize(tensorType, tensor.data, weights));
    std::vector<float> x(static_cast<std::size_t>(columns));
    std::vector<double> y(static_cast<std::size_t>(rows));
    std::vector<double> absolute(y.size());
    std::memcpy(x.data(), bytes.data() + golden["x_offset"].toInt(), x.size() * 4);
    std::memcpy(y.data(), bytes.data() + golden["y_offset"].toInt(), y.size() * 8);
    std::memcpy(absolute.data(), bytes.data() + golden["abs_sum_offset"].toInt(), y.size() * 8);
    CpuBackend backend(kernelsOf(kernels), 1);
    const auto matrix = uploaded(backend, tensor);
    QVERIFY(matrix);

    for (const int copies : {1, 3, 20}) { // one row, few rows, many rows
        std::vector<float> many;
        for (int i = 0; i < copies; ++i) {
            many.insert(many.end(), x.begin(), x.end());
        }
        GuardedRows in(copies, columns, many);
        GuardedRows out(copies, rows);
        backend.linear(out.view(), *matrix, in.view(), {}, false);
        for (int copy = 0; copy < copies; ++copy) {
            for (int row = 0; row < rows; ++row) {
                const auto i = static_cast<std::size_t>(row);
                const double limit = (isFloat(tensorType) ? 1e-5 : 1e-2) * absolute[i];
                QVERIFY(std::fabs(static_cast<double>(out.at(copy, row)) - y[i]) <= limit);
            }
        }
    }
}

void TestBackendLinear::keptDigitsAreNearlyExact_data()
{
    matchesDoublePrecision_data();
}

void TestBackendLinear::keptDigitsAreNearlyExact()
{
    QFETCH(int, kernels);
    QFETCH(int, type);
    const auto tensorType = static_cast<TensorType>(type);
    if (!cpu::packingOf(tensorType)) {
        QSKIP("never meets whole numbers");
    }
    constexpr int kInputs = 512;
    constexpr int kOutputs = 40;
    CpuBackend backend(kernelsOf(kernels), 2);
    backend.keepDigits();
    const OwnedTensor weights(tensorType, kOutputs, kInputs, 12);
    const auto values = weights.values();
    const auto matrix = uploaded(backend, weights.tensor);
    QVERIFY(matrix);
    for (const int rows : {1, 3, 7, 8, 14, 33}) {
        const auto x = randomValues(static_cast<std::size_t>(rows * kInputs), static_cast<unsigned>(rows));
        GuardedRows in(rows, kInputs, x);
        GuardedRows out(rows, kOutputs);

        backend.linear(out.view(), *matrix, in.view(), {}, false);

        double errors = 0;
        double powers = 0;
        for (int row = 0; row < rows; ++row) {
            for (int output = 0; output < kOutputs; ++output) {
                double sum = 0;
                for (int k = 0; k < kInputs; ++k) {
                    sum += static_cast<double>(x[static_cast<std::size_t>(row * kInputs + k)]) *
                           static_cast<double>(values[static_cast<std::size_t>(output * kInputs + k)]);
                }
                errors += (static_cast<double>(out.at(row, output)) - sum) *
                          (static_cast<double>(out.at(row, output)) - sum);
                powers += sum * sum;
            }
        }
        // 8 bits give up to 1e-4, and eight bits more 2^-16 of it
        QVERIFY2(errors <= 4e-9 * powers, qPrintable(QString::number(errors / powers)));
    }
}

void TestBackendLinear::packingLosesNothing_data()
{
    QTest::addColumn<int>("type");
    for (const TensorType type : kTypes) {
        if (cpu::packingOf(type)) {
            QTest::addRow("%s", std::string(layoutOf(type)->name).c_str()) << static_cast<int>(type);
        }
    }
}

void TestBackendLinear::packingLosesNothing()
{
    QFETCH(int, type);
    const auto tensorType = static_cast<TensorType>(type);
    const auto packing = *cpu::packingOf(tensorType);
    QCOMPARE(cpu::typeOf(packing), tensorType);
    constexpr int rows = 13;
    constexpr int columns = 768;
    const OwnedTensor weights(tensorType, rows, columns, 7);
    const std::size_t rowBytes = weights.tensor.data.size() / rows;
    std::vector<std::byte> strip(cpu::stripBytesOf(packing, columns));
    QVERIFY(static_cast<double>(strip.size()) <= 1.04 * 16 * static_cast<double>(rowBytes));

    cpu::packStrip(strip.data(), packing, weights.tensor.data.data(), rowBytes, rows);

    for (int row = 0; row < rows; ++row) {
        std::vector<std::byte> back(rowBytes, std::byte{0x5a});
        cpu::unpackRow(back.data(), rowBytes, packing, strip.data(), row);
        QVERIFY(std::ranges::equal(
            back, weights.tensor.data.subspan(static_cast<std::size_t>(row) * rowBytes, rowBytes)));
    }
}

void TestBackendLinear::embedTakesRows_data()
{
    addKernelRows();
}

void TestBackendLinear::embedTakesRows()
{
    QFETCH(int, kernels);
    constexpr int inputs = 256;
    CpuBackend backend(kernelsOf(kernels), 2);
    for (const TensorType type : kTypes) {
        const OwnedTensor table(type, 37, inputs, 2);
        const auto matrix = uploaded(backend, table.tensor);
        const auto values = table.values();
        const std::vector<TokenId> tokens{0, 36, 17, 17, -1, 37};
        GuardedRows out(6, inputs);

        backend.embed(out.view(), *matrix, tokens, 2.0f);

        for (int row = 0; row < 6; ++row) {
            for (int column = 0; column < inputs; ++column) {
                const auto at =
                    static_cast<std::size_t>(tokens[static_cast<std::size_t>(row)] * inputs + column);
                QCOMPARE(out.at(row, column), row < 4 ? values[at] * 2.0f : 0.0f); // no such token: zeros
            }
        }
        QVERIFY(out.intact());
    }
}

void TestBackendLinear::refusesWhatItCannotUse()
{
    CpuBackend backend(cpu::bestKernels(), 1);
    const auto codeOf = [&](const Tensor &tensor) {
        const Tensor *const tensors[] = {&tensor};
        const auto matrix = backend.upload(tensors);
        return matrix ? -1 : static_cast<int>(matrix.error().code);
    };
    OwnedTensor good(TensorType::Q4_0, 4, 64, 1);
    QCOMPARE(codeOf(good.tensor), -1);

    Tensor wrongShape = good.tensor;
    wrongShape.shape = {4, 32};
    QCOMPARE(codeOf(wrongShape), static_cast<int>(ErrorCode::Damaged));
    Tensor partOfABlock = good.tensor;
    partOfABlock.shape = {8, 33};
    QCOMPARE(codeOf(partOfABlock), static_cast<int>(ErrorCode::Damaged));
    Tensor empty = good.tensor;
    empty.data = {};
    QVERIFY(codeOf(empty) >= 0);
    Tensor integers = good.tensor;
    integers.type = static_cast<TensorType>(9999);
    QCOMPARE(codeOf(integers), static_cast<int>(ErrorCode::Unsupported));
    QVERIFY(!backend.allocate(-1));
}

QTEST_GUILESS_MAIN(TestBackendLinear)
#include "test_backend_linear.moc"
