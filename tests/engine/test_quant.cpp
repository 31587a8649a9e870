#include "engine/weights/quant.h"
#include "engine/weights/quant_file.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <cmath>
#include <limits>

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::span<const std::byte> bytesOf(const QByteArray &array)
{
    return std::as_bytes(std::span(array.constData(), std::size_t(array.size())));
}

/// Number of values whose bits differ from the expected ones; -1: the conversion failed.
int differences(engine::TensorType type, const QByteArray &blocks, const QByteArray &expected)
{
    std::vector<float> values(std::size_t(expected.size()) / sizeof(float));
    if (!engine::dequantize(type, bytesOf(blocks), values)) {
        return -1;
    }
    int count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        float wanted;
        std::memcpy(&wanted, expected.constData() + i * sizeof(float), sizeof wanted);
        count += values[i] == wanted ? 0 : 1;
    }
    return count;
}

QJsonArray goldenTypes()
{
    const auto json =
        QJsonDocument::fromJson(contentOf(QStringLiteral(SHARED_DATA "/golden/quant/quant.json")));
    return json.object()[QStringLiteral("types")].toArray();
}

} // namespace

class TestQuant : public QObject
{
    Q_OBJECT

private slots:
    void equalsTheReference_data();
    void equalsTheReference();
    void equalsTheWholeReference_data();
    void equalsTheWholeReference();
    void multipliesLikeTheReference_data();
    void multipliesLikeTheReference();
    void readsUnalignedBlocks();
    void refusesSizesThatDoNotFit();
    void knowsNoRemovedTypes();
    void namesGoBothWays();
    void convertsEveryHalfThereAndBack();
    void roundsToHalfToNearestEven_data();
    void roundsToHalfToNearestEven();
    void convertsBfloats();
    void dequantizesFiles();
};

void TestQuant::equalsTheReference_data()
{
    QTest::addColumn<QString>("path");
    const QDir folder(QStringLiteral(TEST_DATA "/quant"));
    for (const QString &name : folder.entryList({QStringLiteral("*.bin")})) {
        QTest::newRow(qPrintable(name.chopped(4))) << folder.filePath(name);
    }
}

void TestQuant::equalsTheReference()
{
    QFETCH(QString, path);
    const auto type = engine::typeNamed(QTest::currentDataTag());
    QVERIFY(type);
    const auto layout = *engine::layoutOf(*type);
    const QByteArray content = contentOf(path);
    const auto count = content.size() / (layout.blockBytes + 4 * layout.blockValues);
    QVERIFY(count >= 8);
    QCOMPARE(count * (layout.blockBytes + 4 * layout.blockValues), content.size());

    const auto blockBytes = count * layout.blockBytes;
    QCOMPARE(differences(*type, content.left(blockBytes), content.mid(blockBytes)), 0);
}

void TestQuant::equalsTheWholeReference_data()
{
    QTest::addColumn<QJsonObject>("entry");
    for (const auto entry : goldenTypes()) {
        QTest::newRow(qPrintable(entry[QStringLiteral("type")].toString())) << entry.toObject();
    }
    if (goldenTypes().isEmpty()) {
        QTest::newRow("none") << QJsonObject();
    }
}

void TestQuant::equalsTheWholeReference()
{
    QFETCH(QJsonObject, entry);
    if (entry.isEmpty()) {
        QSKIP("needs ../shared");
    }
    const auto type = engine::TensorType(entry[QStringLiteral("ggml_type_id")].toInt());
    const auto layout = engine::layoutOf(type);
    QVERIFY(layout);
    QCOMPARE(layout->name, std::string_view(QTest::currentDataTag()));
    QCOMPARE(layout->blockBytes, entry[QStringLiteral("block_bytes")].toInt());
    QCOMPARE(layout->blockValues, entry[QStringLiteral("block_values")].toInt());

    const QString stem =
        QStringLiteral(SHARED_DATA "/golden/quant/") + QLatin1String(QTest::currentDataTag());
    QCOMPARE(differences(type, contentOf(stem + QStringLiteral(".blocks.bin")),
                         contentOf(stem + QStringLiteral(".values.bin"))),
             0);
}

void TestQuant::multipliesLikeTheReference_data()
{
    equalsTheWholeReference_data();
}

void TestQuant::multipliesLikeTheReference()
{
    QFETCH(QJsonObject, entry);
    if (entry.isEmpty()) {
        QSKIP("needs ../shared");
    }
    const QJsonObject matvec = entry[QStringLiteral("matvec")].toObject();
    const auto number = [&](const char *key) { return std::size_t(matvec[QLatin1String(key)].toInteger()); };
    const QByteArray content =
        contentOf(QStringLiteral(SHARED_DATA "/golden/quant/") + matvec[QStringLiteral("file")].toString());
    const std::size_t rows = number("rows");
    const std::size_t columns = number("cols");
    std::vector<float> x(columns);
    std::vector<double> y(rows);
    std::vector<double> sums(rows);
    std::memcpy(x.data(), content.constData() + number("x_offset"), columns * sizeof(float));
    std::memcpy(y.data(), content.constData() + number("y_offset"), rows * sizeof(double));
    std::memcpy(sums.data(), content.constData() + number("abs_sum_offset"), rows * sizeof(double));

    std::vector<float> weights(rows * columns);
    const auto type = engine::TensorType(entry[QStringLiteral("ggml_type_id")].toInt());
    QVERIFY(engine::dequantize(type, bytesOf(content).first(number("w_bytes")), weights));

    for (std::size_t row = 0; row < rows; ++row) {
        double product = 0;
        for (std::size_t i = 0; i < columns; ++i) {
            product += double(weights[row * columns + i]) * double(x[i]);
        }
        QVERIFY(std::abs(product - y[row]) <= 1e-9 * sums[row]);
    }
}

void TestQuant::readsUnalignedBlocks()
{
    const QByteArray content = contentOf(QStringLiteral(TEST_DATA "/quant/Q4_K.bin"));
    const QByteArray shifted = QByteArray(1, 'x') + content.left(144);
    std::vector<float> straight(256);
    std::vector<float> unaligned(256);

    QVERIFY(engine::dequantize(engine::TensorType::Q4_K, bytesOf(content).first(144), straight));
    QVERIFY(engine::dequantize(engine::TensorType::Q4_K, bytesOf(shifted).subspan(1), unaligned));

    QVERIFY(straight == unaligned);
}

void TestQuant::refusesSizesThatDoNotFit()
{
    const std::vector<std::byte> bytes(18 * 2);
    std::vector<float> values(64);

    QVERIFY(engine::dequantize(engine::TensorType::Q4_0, bytes, values));
    QVERIFY(!engine::dequantize(engine::TensorType::Q4_0, bytes, std::span(values).first(63)));
    QVERIFY(!engine::dequantize(engine::TensorType::Q4_0, std::span(bytes).first(35), values));
    QVERIFY(engine::dequantize(engine::TensorType::Q4_0, {}, {}));
}

void TestQuant::knowsNoRemovedTypes()
{
    for (const std::uint32_t number :
         {4u, 5u, 31u, 32u, 33u, 36u, 37u, 38u, 41u, 200u, 0x7fffffffu, 0xffffffffu}) {
        QVERIFY(!engine::layoutOf(engine::TensorType(number)));
        const auto result = engine::dequantize(engine::TensorType(number), {}, {});
        QVERIFY(!result);
        QCOMPARE(result.error().code, engine::ErrorCode::Unsupported);
    }
}

void TestQuant::namesGoBothWays()
{
    for (std::uint32_t number = 0; number <= 40; ++number) {
        const auto type = engine::TensorType(number);
        if (const auto layout = engine::layoutOf(type)) {
            QCOMPARE(engine::typeNamed(layout->name), type);
        }
    }
    QVERIFY(!engine::typeNamed("Q4_2"));
}

void TestQuant::convertsEveryHalfThereAndBack()
{
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float value = engine::halfToFloat(std::uint16_t(bits));
        const bool nan = (bits & 0x7c00) == 0x7c00 && (bits & 0x3ff) != 0;
        QCOMPARE(std::isnan(value), nan);
        if (!nan) {
            QCOMPARE(engine::floatToHalf(value), std::uint16_t(bits));
        }
    }
    QCOMPARE(engine::halfToFloat(0x3c00), 1.0f);
    QCOMPARE(engine::halfToFloat(0x7bff), 65504.0f);
    QCOMPARE(engine::halfToFloat(0x0001), 0x1p-24f);
}

void TestQuant::roundsToHalfToNearestEven_data()
{
    QTest::addColumn<float>("value");
    QTest::addColumn<int>("bits");
    QTest::newRow("tie to even, down") << 1.0f + 0x1p-11f << 0x3c00;
    QTest::newRow("tie to even, up") << 1.0f + 0x1.8p-10f << 0x3c02;
    QTest::newRow("just above the tie") << 1.0f + 0x1.002p-11f << 0x3c01;
    QTest::newRow("largest that stays finite") << 65519.996f << 0x7bff;
    QTest::newRow("smallest infinity") << 65520.0f << 0x7c00;
    QTest::newRow("huge") << 1e30f << 0x7c00;
    QTest::newRow("minus infinity") << -std::numeric_limits<float>::infinity() << 0xfc00;
    QTest::newRow("subnormal tie") << 0x1.8p-24f << 0x0002;
    QTest::newRow("half of the smallest") << 0x1p-25f << 0x0000;
    QTest::newRow("above half of the smallest") << 0x1.1p-25f << 0x0001;
    QTest::newRow("rounds up to the smallest normal") << 0x1.ffcp-15f << 0x0400;
    QTest::newRow("minus zero") << -0.0f << 0x8000;
}

void TestQuant::roundsToHalfToNearestEven()
{
    QFETCH(float, value);
    QFETCH(int, bits);

    QCOMPARE(int(engine::floatToHalf(value)), bits);
}

void TestQuant::convertsBfloats()
{
    QCOMPARE(engine::bfloatToFloat(0x3f80), 1.0f);
    QCOMPARE(int(engine::floatToBfloat(1.0f + 0x1p-8f)), 0x3f80);
    QCOMPARE(int(engine::floatToBfloat(1.0f + 0x1.8p-7f)), 0x3f82);
    QCOMPARE(int(engine::floatToBfloat(std::numeric_limits<float>::max())), 0x7f80);
    QVERIFY(std::isnan(engine::bfloatToFloat(engine::floatToBfloat(std::bit_cast<float>(0x7f800001u)))));
}

void TestQuant::dequantizesFiles()
{
    const QTemporaryDir folder;
    const auto path = [&](const char *name) {
        return std::filesystem::path(folder.path().toStdString()) / name;
    };
    const QByteArray golden = contentOf(QStringLiteral(TEST_DATA "/quant/Q6_K.bin"));
    const auto count = golden.size() / (210 + 1024);
    QByteArray blocks;
    QByteArray values;
    for (int i = 0; i < 1000; ++i) { // more than are converted at once
        blocks += golden.left(count * 210);
        values += golden.mid(count * 210);
    }
    QFile in(QString::fromStdString(path("in").string()));
    QVERIFY(in.open(QIODevice::WriteOnly) && in.write(blocks) == blocks.size());
    in.close();

    QVERIFY(engine::dequantizeFile(engine::TensorType::Q6_K, path("in"), path("out")));
    QVERIFY(contentOf(QString::fromStdString(path("out").string())) == values);
    QCOMPARE(engine::dequantizeFile(engine::TensorType::Q8_0, path("in"), path("out")).error().code,
             engine::ErrorCode::Damaged);
    QCOMPARE(engine::dequantizeFile(engine::TensorType::Q6_K, path("none"), path("out")).error().code,
             engine::ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(TestQuant)
#include "test_quant.moc"
