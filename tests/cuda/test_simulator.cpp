#include "engine/backend/cuda/device.h"

#include <QtTest>

using namespace engine::cuda;
using simulator::Simulator;

namespace {

constexpr int kThreads = 96;

/// Values of the device that go with their owner.
class Values
{
public:
    explicit Values(int count)
        : m_values(static_cast<float *>(Simulator::instance().allocate(std::size_t(count) * sizeof(float))))
    {
    }

    ~Values() { Simulator::instance().release(m_values); }

    Values(const Values &) = delete;
    Values &operator=(const Values &) = delete;

    float *data() const { return m_values; }

private:
    float *m_values;
};

/// Each warp turns 32 values round by way of shared memory.
GPU_KERNEL reverse(float *values, bool forgetsBarrier)
{
    GPU_SHARED(float, kept, kThreads);
    const int i = gpu::threadIndex();
    kept[i] = gpu::load(values + i);
    if (!forgetsBarrier) {
        gpu::sync();
    }
    gpu::store(values + i, kept[gpu::blockThreads() - 1 - i]);
}

GPU_KERNEL sumAll(float *values, int count)
{
    GPU_SHARED(float, partial, gpu::kWarp);
    float sum = 0;
    for (int i = gpu::threadIndex(); i < count; i += gpu::blockThreads()) {
        sum += gpu::load(values + i);
    }
    sum = gpu::blockSum(sum, partial);
    if (gpu::threadIndex() == 0) {
        gpu::store(values, sum);
    }
}

GPU_KERNEL readBehind(float *values, int count)
{
    if (gpu::threadIndex() == 0) {
        gpu::store(values, gpu::load(values + count));
    }
}

GPU_KERNEL misaligned(float *values)
{
    if (gpu::threadIndex() == 0) {
        (void)gpu::load(reinterpret_cast<const gpu::Words4 *>(values + 1));
    }
}

GPU_KERNEL divergentBarrier()
{
    if (gpu::threadIndex() < 40) {
        gpu::sync();
    }
}

GPU_KERNEL differentBarriers()
{
    if (gpu::threadIndex() < 40) {
        gpu::sync();
    } else {
        gpu::sync();
    }
}

GPU_KERNEL missingLane(float *values)
{
    if (gpu::lane() != 5) {
        gpu::store(values + gpu::threadIndex(), gpu::shuffle(1.0f, 5));
    }
}

GPU_KERNEL allWriteOne(float *values)
{
    gpu::store(values, float(gpu::threadIndex()));
}

/// Relies on lanes going in step, which no card since Volta promises.
GPU_KERNEL warpInStep(float *values)
{
    GPU_SHARED(float, kept, kThreads);
    kept[gpu::threadIndex()] = gpu::load(values + gpu::threadIndex());
    gpu::store(values + gpu::threadIndex(), kept[gpu::threadIndex() ^ 1]);
}

GPU_KERNEL usesUnwritten(float *values)
{
    GPU_SHARED(float, kept, kThreads);
    gpu::store(values + gpu::threadIndex(), kept[gpu::threadIndex()]);
}

GPU_KERNEL strided(float *values, int step)
{
    GPU_SHARED(float, kept, kThreads * 32);
    kept[gpu::threadIndex() * step] = gpu::load(values + gpu::threadIndex() * step);
}

/// One tile product: the fragments come from plain matrices.
GPU_KERNEL tile(float *out, const float *left, const float *right)
{
    const int lane = gpu::lane();
    const auto pair = [](float low, float high) {
        return std::uint32_t(gpu::floatToHalf(low)) | std::uint32_t(gpu::floatToHalf(high)) << 16;
    };
    std::uint32_t a[4];
    std::uint32_t b[2];
    for (int i = 0; i < 4; ++i) {
        const float *row = left + (lane / 4 + i % 2 * 8) * 16 + lane % 4 * 2 + i / 2 * 8;
        a[i] = pair(gpu::load(row), gpu::load(row + 1));
    }
    for (int i = 0; i < 2; ++i) {
        const float *column = right + (lane / 4) * 16 + lane % 4 * 2 + i * 8;
        b[i] = pair(gpu::load(column), gpu::load(column + 1));
    }
    float d[4] = {};
    gpu::multiplyTile(d, a, b);
    for (int i = 0; i < 4; ++i) {
        gpu::store(out + (lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2, d[i]);
    }
}

} // namespace

/// The simulator finds each kind of mistake, and only mistakes: tests that the kernels' tests can fail.
class TestSimulator : public QObject
{
    Q_OBJECT

private slots:

    void init() { Simulator::instance().reset({.seed = 3}); }

    void rightKernelsAreQuiet();
    void reports_data();
    void reports();
    void unwrittenSharedMemoryIsNaN();
    void countsSectorsAndBanks();
    void tileIsAMatrixProduct();
    void halvesRoundAsTheCardDoes();
};

void TestSimulator::rightKernelsAreQuiet()
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        Simulator &device = Simulator::instance();
        device.reset({.seed = seed});
        const Values values(1000);
        for (int i = 0; i < 1000; ++i) {
            values.data()[i] = float(i);
        }
        device.launch({}, kThreads, [&] { reverse(values.data(), false); });
        QCOMPARE(values.data()[0], 95.0f);
        QCOMPARE(values.data()[95], 0.0f);
        device.launch({}, kThreads, [&] { sumAll(values.data(), 1000); });
        QCOMPARE(values.data()[0], 499500.0f);
        QVERIFY2(device.reports().empty(), device.reports().empty() ? "" : device.reports().front().c_str());
    }
}

void TestSimulator::reports_data()
{
    QTest::addColumn<int>("mistake");
    QTest::addColumn<QString>("report");
    const char *reports[] = {"race on the shared memory",
                             "out of bounds",
                             "misaligned",
                             "not all threads reach",
                             "meet at different barriers",
                             "lanes that never come",
                             "race on global memory",
                             "race on the shared memory"};
    for (int i = 0; i < 8; ++i) {
        QTest::addRow("%d %s", i, reports[i]) << i << QString(reports[i]);
    }
}

void TestSimulator::reports()
{
    QFETCH(int, mistake);
    QFETCH(QString, report);
    const Values values(kThreads);
    std::fill_n(values.data(), kThreads, 1.0f);
    const auto kernel = [&] {
        switch (mistake) {
        case 0:
            return reverse(values.data(), true);
        case 1:
            return readBehind(values.data(), kThreads);
        case 2:
            return misaligned(values.data());
        case 3:
            return divergentBarrier();
        case 4:
            return differentBarriers();
        case 5:
            return missingLane(values.data());
        case 6:
            return allWriteOne(values.data());
        default:
            return warpInStep(values.data());
        }
    };
    Simulator &device = Simulator::instance();
    device.launch({}, kThreads, kernel);
    QVERIFY(!device.reports().empty());
    QVERIFY2(QString::fromStdString(device.reports().front()).contains(report),
             device.reports().front().c_str());
}

void TestSimulator::unwrittenSharedMemoryIsNaN()
{
    const Values values(kThreads);
    Simulator::instance().launch({}, kThreads, [&] { usesUnwritten(values.data()); });
    QVERIFY(std::isnan(values.data()[0]) && std::isnan(values.data()[95]));
}

void TestSimulator::countsSectorsAndBanks()
{
    const Values values(kThreads * 32);
    Simulator &device = Simulator::instance();
    for (const int step : {1, 2, 8, 32}) {
        device.reset({.counts = true});
        device.launch({}, kThreads, [&] { strided(values.data(), step); });
        QCOMPARE(device.counters().loadedBytes, std::uint64_t(kThreads * 4));
        QCOMPARE(device.counters().sectorUse(), 1.0 / std::min(step, 8));
        QCOMPARE(device.counters().worstBankConflict, step);
        QCOMPARE(device.counters().distinctBytes, std::uint64_t(kThreads * 4 * std::min(step, 8)));
    }
}

void TestSimulator::tileIsAMatrixProduct()
{
    const Values left(16 * 16);
    const Values right(16 * 8);
    const Values out(16 * 8);
    for (int i = 0; i < 256; ++i) {
        left.data()[i] = float(i % 13 - 6);
    }
    for (int i = 0; i < 128; ++i) {
        right.data()[i] = float(i % 7 - 3);
    }
    Simulator::instance().launch({}, 32, [&] { tile(out.data(), left.data(), right.data()); });
    for (int row = 0; row < 16; ++row) {
        for (int column = 0; column < 8; ++column) {
            float sum = 0;
            for (int k = 0; k < 16; ++k) {
                sum += left.data()[row * 16 + k] * right.data()[column * 16 + k];
            }
            QCOMPARE(out.data()[row * 8 + column], sum);
        }
    }
}

void TestSimulator::halvesRoundAsTheCardDoes()
{
    for (int bits = 0; bits < 65536; ++bits) {
        const float value = gpu::halfToFloat(std::uint16_t(bits));
        if (!std::isnan(value)) {
            QCOMPARE(int(gpu::floatToHalf(value)), bits);
        }
    }
    // IEEE 754, 4.3.1: halfway goes to the even neighbour.
    QCOMPARE(int(gpu::floatToHalf(1.0f + 0x1p-11f)), 0x3c00);
    QCOMPARE(int(gpu::floatToHalf(1.0f + 3 * 0x1p-11f)), 0x3c02);
    QCOMPARE(int(gpu::floatToHalf(65519.0f)), 0x7bff);
    QCOMPARE(int(gpu::floatToHalf(65520.0f)), 0x7c00);
    QCOMPARE(int(gpu::floatToHalf(0x1p-25f)), 0);
    QCOMPARE(int(gpu::floatToHalf(0x1.8p-25f)), 1);
}

QTEST_APPLESS_MAIN(TestSimulator)
#include "test_simulator.moc"
