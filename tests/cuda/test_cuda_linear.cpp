#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/backend_support.h"

#include "cuda_simulator/simulator.h"

using namespace engine;
using namespace backend_support;
using simulator::Simulator;

namespace {

constexpr double kRounded8 = 5e-4;  // activations as int8
constexpr double kRounded16 = 1e-5; // as halves
constexpr double kExact = 1e-10;

std::unique_ptr<cuda::CudaBackend> makeBackend()
{
    return std::make_unique<cuda::CudaBackend>(*cuda::Runtime::open(0));
}

} // namespace

/// Products on the simulated card against double precision, for every type and for rows and shapes that fit
/// nothing.
class TestCudaLinear : public QObject
{
    Q_OBJECT

private slots:
    void products_data();
    void products();
    void decodeReadsTheWeightsOnce_data();
    void decodeReadsTheWeightsOnce();
    void tilesHaveNoBankConflicts();
    void biasAndAccumulate();
    void noRoomIsAnError();
};

void TestCudaLinear::products_data()
{
    QTest::addColumn<int>("type");
    for (int type = 0; type < 64; ++type) {
        const auto layout = layoutOf(static_cast<TensorType>(type));
        const bool numbers = type >= 24 && type <= 28; // whole numbers and doubles are no weights
        if (layout && !numbers && type != int(TensorType::Q8_1) && type != int(TensorType::Q8_K)) {
            QTest::addRow("%s", std::string(layout->name).c_str()) << type;
        }
    }
}

void TestCudaLinear::products()
{
    QFETCH(int, type);
    const auto tensorType = static_cast<TensorType>(type);
    const bool floats = layoutOf(tensorType)->blockValues == 1;
    const auto backend = makeBackend();
    for (const int rows : {1, 2, 8, 9, 37}) {
        for (const int outputs : {5, 16, 75}) {
            const int inputs = floats ? 333 : 512;
            Simulator::instance().reset({.seed = unsigned(rows + outputs)});
            OwnedTensor weights(tensorType, outputs, inputs, unsigned(type + rows));
            if (tensorType == TensorType::IQ1_M || tensorType == TensorType::TQ1_0) {
                for (std::byte &byte : weights.bytes) { // random bits make scales that are no numbers
                    byte &= std::byte{0x3f};
                }
            }
            const Tensor *tensor = &weights.tensor;
            const auto matrix = backend->upload(std::span(&tensor, 1));
            if (!matrix) {
                QCOMPARE(matrix.error().code, ErrorCode::Unsupported);
                QSKIP("no type of weights");
            }
            const auto x = randomValues(std::size_t(rows * inputs), 5);
            const auto in = *backend->allocate(rows * inputs);
            const auto out = *backend->allocate(rows * outputs);
            backend->write(in->data(), x);
            backend->linear({out->data(), rows, outputs, outputs}, **matrix,
                            {in->data(), rows, inputs, inputs}, {}, false);
            std::vector<float> got(std::size_t(rows * outputs));
            backend->read(got, out->data());
            const auto status = backend->status();
            QVERIFY2(status, status ? "" : status.error().detail.c_str());

            const auto w = weights.values();
            std::vector<double> expected;
            for (int row = 0; row < rows; ++row) {
                for (int output = 0; output < outputs; ++output) {
                    double sum = 0;
                    for (int k = 0; k < inputs; ++k) {
                        sum += double(w[std::size_t(output * inputs + k)]) *
                               double(x[std::size_t(row * inputs + k)]);
                    }
                    expected.push_back(sum);
                }
            }
            const double limit = floats ? kExact : rows > 8 ? kRounded16 : kRounded8;
            const double error = normalisedError(got, expected);
            QVERIFY2(error <= limit,
                     qPrintable(QString("%1 rows, %2 outputs: %3").arg(rows).arg(outputs).arg(error)));
        }
    }
}

void TestCudaLinear::decodeReadsTheWeightsOnce_data()
{
    products_data();
}

void TestCudaLinear::decodeReadsTheWeightsOnce()
{
    QFETCH(int, type);
    const int outputs = 512;
    const int inputs = 2048;
    const auto backend = makeBackend();
    const OwnedTensor weights(static_cast<TensorType>(type), outputs, inputs, 1);
    const Tensor *tensor = &weights.tensor;
    const auto matrix = backend->upload(std::span(&tensor, 1));
    if (!matrix) {
        QSKIP("no type of weights");
    }
    std::uint64_t bytes = 0;
    for (const auto &segment : static_cast<const cuda::DeviceMatrix &>(**matrix).segments) {
        bytes += std::uint64_t(segment.stripBytes) * std::uint64_t(outputs / 16);
    }
    const auto in = *backend->allocate(inputs);
    const auto out = *backend->allocate(outputs);
    backend->write(in->data(), randomValues(std::size_t(inputs), 2));
    Simulator::instance().reset({.seed = 0, .checks = false, .counts = true});
    backend->linear({out->data(), 1, outputs, outputs}, **matrix, {in->data(), 1, inputs, inputs}, {}, false);
    const auto &counters = Simulator::instance().counters();
    qInfo("memory sends %.3f of the weights, sectors used %.2f, banks %d",
          double(counters.distinctBytes) / double(bytes), counters.sectorUse(), counters.worstBankConflict);
    QVERIFY(double(counters.distinctBytes) <= 1.05 * double(bytes));
    // Three types read 16 bytes of a sector with one access and the rest with the next.
    const auto tensorType = static_cast<TensorType>(type);
    const bool halfSectors =
        tensorType == TensorType::Q2_K || tensorType == TensorType::Q3_K || tensorType == TensorType::MXFP4;
    QVERIFY(counters.sectorUse() >= (halfSectors ? 0.75 : 0.9));
    QVERIFY(counters.worstBankConflict <= 2);
    QVERIFY(counters.launches <= 2);
}

void TestCudaLinear::tilesHaveNoBankConflicts()
{
    const auto backend = makeBackend();
    for (const TensorType type : {TensorType::Q4_0, TensorType::Q8_0, TensorType::Q6_K}) {
        const OwnedTensor weights(type, 64, 512, 1);
        const Tensor *tensor = &weights.tensor;
        const auto matrix = *backend->upload(std::span(&tensor, 1));
        const auto in = *backend->allocate(64 * 512);
        const auto out = *backend->allocate(64 * 64);
        backend->write(in->data(), randomValues(64 * 512, 2));
        Simulator::instance().reset({.seed = 0, .checks = false, .counts = true});
        backend->linear({out->data(), 64, 64, 64}, *matrix, {in->data(), 64, 512, 512}, {}, false);
        QVERIFY(Simulator::instance().counters().worstBankConflict <= 2);
    }
}

void TestCudaLinear::biasAndAccumulate()
{
    const auto backend = makeBackend();
    for (const TensorType type : {TensorType::F16, TensorType::Q4_0}) {
        for (const int rows : {1, 20}) {
            Simulator::instance().reset({.seed = 9});
            const OwnedTensor first(type, 40, 64, 1);
            const OwnedTensor second(TensorType::Q8_0, 24, 64, 2);
            const Tensor *stacked[] = {&first.tensor, &second.tensor};
            const auto matrix = *backend->upload(stacked);
            const auto in = *backend->allocate(rows * 64);
            const auto out = *backend->allocate(rows * 64);
            const auto bias = *backend->allocate(64);
            backend->write(in->data(), std::vector<float>(std::size_t(rows * 64), 0.0f));
            backend->write(out->data(), std::vector<float>(std::size_t(rows * 64), 2.0f));
            backend->write(bias->data(), std::vector<float>(64, 0.5f));
            const std::span<const float> biases(bias->data(), 64);
            backend->linear({out->data(), rows, 64, 64}, *matrix, {in->data(), rows, 64, 64}, biases, true);
            std::vector<float> got(std::size_t(rows * 64));
            backend->read(got, out->data());
            QVERIFY(backend->status());
            QCOMPARE(got, std::vector<float>(std::size_t(rows * 64), 2.5f));
        }
    }
}

void TestCudaLinear::noRoomIsAnError()
{
    const auto backend = makeBackend();
    Simulator &device = Simulator::instance();
    device.reset();
    const std::size_t before = device.memory();
    device.setMemory(device.used() + 1000);
    const auto buffer = backend->allocate(1 << 20);
    const OwnedTensor weights(TensorType::Q4_0, 512, 512, 1);
    const Tensor *tensor = &weights.tensor;
    const auto matrix = backend->upload(std::span(&tensor, 1));
    device.setMemory(before);
    QVERIFY(!buffer && !matrix);
    QCOMPARE(buffer.error().code, ErrorCode::OutOfMemory);
    QCOMPARE(matrix.error().code, ErrorCode::OutOfMemory);
}

QTEST_APPLESS_MAIN(TestCudaLinear)
#include "test_cuda_linear.moc"
