#include "engine/weights/model_file.h"
#include "engine/weights/quant.h"
#include "engine/weights/quantize.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using engine::TensorType;

namespace {

std::size_t bytesFor(TensorType type, std::size_t values)
{
    const auto layout = *engine::layoutOf(type);
    return values / std::size_t(layout.blockValues) * std::size_t(layout.blockBytes);
}

std::vector<float> valuesOf(TensorType type, std::span<const std::byte> blocks, std::size_t count)
{
    std::vector<float> values(count);
    return engine::dequantize(type, blocks, values) ? values : std::vector<float>();
}

/// What is left after writing and reading.
std::vector<float> thereAndBack(TensorType type, const std::vector<float> &values)
{
    std::vector<std::byte> blocks(bytesFor(type, values.size()));
    return engine::quantize(type, values, blocks) ? valuesOf(type, blocks, values.size())
                                                  : std::vector<float>();
}

double squaredError(const std::vector<float> &a, const std::vector<float> &b)
{
    double sum = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        sum += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    }
    return sum;
}

std::vector<float> normalValues(std::size_t count, float scale, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(count);
    for (float &value : values) {
        value = normal(random);
    }
    return values;
}

constexpr TensorType kTypes[] = {TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q8_0,
                                 TensorType::Q4_0, TensorType::Q4_1, TensorType::Q4_K, TensorType::Q6_K};

} // namespace

class TestQuantize : public QObject
{
    Q_OBJECT

private slots:
    void losesLittle_data();
    void losesLittle();
    void keepsWhatTheTypeCanHold_data();
    void keepsWhatTheTypeCanHold();
    void isNoWorseThanTheGoldenFiles_data();
    void isNoWorseThanTheGoldenFiles();
    void refusesWhatCannotBeWritten();
    void takesExtremesOfEveryKind_data();
    void takesExtremesOfEveryKind();
};

void TestQuantize::losesLittle_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<double>("most"); // root of the mean square, of values of spread 1
    QTest::newRow("F32") << int(TensorType::F32) << 0.0;
    QTest::newRow("F16") << int(TensorType::F16) << 3e-4;
    QTest::newRow("BF16") << int(TensorType::BF16) << 2e-3;
    QTest::newRow("Q8_0") << int(TensorType::Q8_0) << 6e-3;
    QTest::newRow("Q6_K") << int(TensorType::Q6_K) << 0.018;
    QTest::newRow("Q4_K") << int(TensorType::Q4_K) << 0.072;
    QTest::newRow("Q4_1") << int(TensorType::Q4_1) << 0.076;
    QTest::newRow("Q4_0") << int(TensorType::Q4_0) << 0.086;
}

void TestQuantize::losesLittle()
{
    QFETCH(int, type);
    QFETCH(double, most);
    const std::vector<float> values = normalValues(256 * 64, 1, 3);

    const auto back = thereAndBack(TensorType(type), values);

    const double rms = std::sqrt(squaredError(values, back) / double(values.size()));
    QVERIFY2(rms <= most, QByteArray::number(rms).constData());
}

void TestQuantize::keepsWhatTheTypeCanHold_data()
{
    QTest::addColumn<int>("type");
    for (const TensorType type : kTypes) {
        QTest::newRow(engine::layoutOf(type)->name.data()) << int(type);
    }
}

/// Values that came out of blocks go back without a loss worth the name.
void TestQuantize::keepsWhatTheTypeCanHold()
{
    QFETCH(int, type);
    const auto once = thereAndBack(TensorType(type), normalValues(256 * 16, 0.3f, 5));

    const auto twice = thereAndBack(TensorType(type), once);

    double power = 0;
    for (const float value : once) {
        power += double(value) * double(value);
    }
    const double lost = squaredError(once, twice) / power;
    QVERIFY2(lost < 1e-4, QByteArray::number(lost).constData());
}

void TestQuantize::isNoWorseThanTheGoldenFiles_data()
{
    QTest::addColumn<QString>("quantised");
    const QDir folder(QStringLiteral(SHARED_DATA "/golden/models/llama-quant"));
    for (const QString &name : folder.entryList({QStringLiteral("*.gguf")})) {
        QTest::newRow(qPrintable(name)) << folder.filePath(name);
    }
    if (!folder.exists()) {
        QTest::newRow("none") << QString();
    }
}

/// Each tensor of a golden file that has a type we write, against the float32 tensor it came from: rows of q
/// and k are permuted on the way, so errors are compared over whole tensors, whose values are the same but
/// for their order.
void TestQuantize::isNoWorseThanTheGoldenFiles()
{
    QFETCH(QString, quantised);
    if (quantised.isEmpty()) {
        QSKIP("needs ../shared");
    }
    const auto golden = engine::ModelFile::open(quantised.toStdString());
    const auto original = engine::ModelFile::open(SHARED_DATA "/golden/models/llama-quant/hf");
    QVERIFY(golden && original);
    const std::pair<const char *, const char *> kNames[] = {
        {"attn_v", "self_attn.v_proj"}, {"attn_output", "self_attn.o_proj"}, {"ffn_gate", "mlp.gate_proj"},
        {"ffn_up", "mlp.up_proj"},      {"ffn_down", "mlp.down_proj"},
    };
    for (int layer = 0; layer < 2; ++layer) {
        for (const auto &[ours, theirs] : kNames) {
            const std::string number = std::to_string(layer);
            const auto *tensor = (*golden)->tensor("blk." + number + "." + ours + ".weight");
            const auto *source = (*original)->tensor("model.layers." + number + "." + theirs + ".weight");
            QVERIFY(tensor && source);
            if (!engine::canQuantize(tensor->type)) {
                continue;
            }
            const auto count = std::size_t(source->rows() * source->columns());
            const auto exact = valuesOf(source->type, source->data, count);

            const double error = squaredError(exact, thereAndBack(tensor->type, exact));
            const double goldenError = squaredError(exact, valuesOf(tensor->type, tensor->data, count));

            QVERIFY2(error <= goldenError * 1.0001, qPrintable(QStringLiteral("%1: %2, golden %3")
                                                                   .arg(QString::fromStdString(tensor->name))
                                                                   .arg(error)
                                                                   .arg(goldenError)));
        }
    }
}

void TestQuantize::refusesWhatCannotBeWritten()
{
    std::vector<float> values(256, 1.0f);
    std::vector<std::byte> blocks(144);
    QVERIFY(engine::quantize(TensorType::Q4_K, values, blocks));
    QVERIFY(!engine::quantize(TensorType::Q4_K, std::span(values).first(255), blocks));
    QCOMPARE(engine::quantize(TensorType::IQ4_NL, values, blocks).error().detail,
             std::string("no way to write IQ4_NL"));
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 7e4f}) {
        values[77] = bad;
        QVERIFY(!engine::quantize(TensorType::Q4_K, values, blocks));
    }
    std::vector<std::byte> halves(512);
    QVERIFY(!engine::quantize(TensorType::F16, values, halves)); // 7e4 is beyond it
    QVERIFY(engine::quantize(TensorType::BF16, values, halves));
}

void TestQuantize::takesExtremesOfEveryKind_data()
{
    keepsWhatTheTypeCanHold_data();
}

void TestQuantize::takesExtremesOfEveryKind()
{
    QFETCH(int, type);
    const float tiny = std::numeric_limits<float>::denorm_min();
    const std::vector<std::vector<float>> kinds{
        {0.0f},        {1.0f},   {-1.0f},         {65000.0f},       {-65000.0f, 65000.0f},
        {tiny, -tiny}, {1e-30f}, {1e-6f, -1e-6f}, {0.0f, 65000.0f}, {1.0f, 1.0f, 1.0f, -1000.0f},
    };
    for (const auto &kind : kinds) {
        std::vector<float> values(512);
        float largest = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = kind[i % kind.size()];
            largest = std::max(largest, std::abs(values[i]));
        }

        const auto back = thereAndBack(TensorType(type), values);

        QCOMPARE(back.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            // A step of the coarsest type, or what halves cannot tell from 0.
            QVERIFY2(std::abs(back[i] - values[i]) <= largest / 7 + 6e-5f,
                     QByteArray::number(back[i]).constData());
        }
    }
}

QTEST_APPLESS_MAIN(TestQuantize)
#include "test_quantize.moc"
