#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/backend_support.h"

#include "cuda_simulator/simulator.h"

#include <functional>
#include <numeric>

using namespace engine;
using namespace backend_support;
using simulator::Simulator;

namespace {

/// The same values on the card and in plain memory.
struct Pair
{
    std::unique_ptr<Buffer> card;
    std::unique_ptr<Buffer> plain;
};

/// Both backends, which must say the same.
class Both
{
public:
    Both()
        : m_card(*cuda::Runtime::open(0))
        , m_plain(makeCpuBackend(1))
    {
    }

    Pair values(std::size_t count, unsigned seed, float spread = 1)
    {
        Pair pair{*m_card.allocate(std::int64_t(count)), *m_plain->allocate(std::int64_t(count))};
        const auto numbers = randomValues(count, seed, spread);
        m_card.write(pair.card->data(), numbers);
        m_plain->write(pair.plain->data(), numbers);
        return pair;
    }

    /// Does `work` on each, with the data of the pairs; then both `out` must agree.
    using Work = std::function<void(Backend &backend, bool onCard)>;

    void compare(const Pair &out, double limit, const Work &work)
    {
        work(m_card, true);
        work(*m_plain, false);
        std::vector<float> got(std::size_t(out.card->size()));
        std::vector<float> expected(got.size());
        m_card.read(got, out.card->data());
        m_plain->read(expected, out.plain->data());
        const auto status = m_card.status();
        QVERIFY2(status, status ? "" : status.error().detail.c_str());
        const double error = greatestError(got, std::vector<double>(expected.begin(), expected.end()));
        QVERIFY2(error <= limit, qPrintable(QString::number(error)));
    }

    Backend &backend(bool onCard) { return onCard ? static_cast<Backend &>(m_card) : *m_plain; }

private:
    cuda::CudaBackend m_card;
    std::unique_ptr<Backend> m_plain;
};

Rows view(const Pair &pair, bool onCard, int rows, int columns, int stride = 0)
{
    return {(onCard ? pair.card : pair.plain)->data(), rows, columns, stride > 0 ? stride : columns};
}

std::span<const float> span(const Pair &pair, bool onCard)
{
    const Buffer &buffer = *(onCard ? pair.card : pair.plain);
    return {buffer.data(), std::size_t(buffer.size())};
}

} // namespace

/// Every other operation on the simulated card against the CPU's, checked for races and bounds, with odd
/// shapes.
class TestCudaOperations : public QObject
{
    Q_OBJECT

private slots:

    void init() { Simulator::instance().reset({.seed = ++m_seed}); }

    void norms();
    void activations();
    void rotations();
    void embeddings();
    void pools();
    void attention_data();
    void attention();
    void attentionWithinTexts();
    void pagesComeBack();
    void routes_data();
    void routes();
    void headsAndSigmoid();

private:
    unsigned m_seed = 0;
};

void TestCudaOperations::norms()
{
    Both both;
    for (const int columns : {1, 33, 64, 700}) {
        const Pair in = both.values(std::size_t(3 * columns), 1);
        const Pair out = both.values(std::size_t(3 * columns), 2);
        const Pair weight = both.values(std::size_t(columns), 3);
        const Pair bias = both.values(std::size_t(columns), 4);
        for (const NormKind kind : {NormKind::Rms, NormKind::Layer}) {
            both.compare(out, 2e-5, [&](Backend &backend, bool card) {
                NormWeights weights{kind, span(weight, card), {}, 1e-5f};
                if (kind == NormKind::Layer) {
                    weights.bias = span(bias, card);
                }
                backend.norm(view(out, card, 3, columns), view(in, card, 3, columns), weights);
            });
        }
    }
    const Pair heads = both.values(2 * 6 * 20, 5);
    const Pair weight = both.values(20, 6);
    both.compare(heads, 2e-5, [&](Backend &backend, bool card) {
        backend.headNorm(view(heads, card, 2, 120), 6, {NormKind::Rms, span(weight, card), {}, 1e-6f});
    });
}

void TestCudaOperations::activations()
{
    Both both;
    for (const Activation activation : {Activation::Silu, Activation::GeluExact, Activation::GeluTanh,
                                        Activation::Relu, Activation::Tanh}) {
        const Pair in = both.values(3 * 2 * 77, 1, 3);
        const Pair out = both.values(3 * 77, 2);
        both.compare(out, 2e-5, [&](Backend &backend, bool card) {
            backend.gate(view(out, card, 3, 77), view(in, card, 3, 154), activation);
            backend.activate(view(out, card, 3, 77), activation);
            backend.add(view(out, card, 3, 77), view(in, card, 3, 77, 154));
        });
    }
}

void TestCudaOperations::rotations()
{
    Both both;
    const std::vector<std::int32_t> positions{0, 7, 5000};
    for (const RopeKind kind : {RopeKind::Pairs, RopeKind::Halves}) {
        const Pair x = both.values(3 * 5 * 24, 1);
        Pair frequencies = both.values(8, 2);
        std::vector<float> numbers(8);
        for (int i = 0; i < 8; ++i) {
            numbers[std::size_t(i)] = std::pow(10000.0f, -float(i) / 8);
        }
        for (const bool card : {true, false}) {
            both.backend(card).write((card ? frequencies.card : frequencies.plain)->data(), numbers);
        }
        both.compare(x, 1e-4, [&](Backend &backend, bool card) {
            backend.rope(view(x, card, 3, 120), 5, positions, {kind, 16, span(frequencies, card), 1.2f});
        });
    }
}

void TestCudaOperations::embeddings()
{
    Both both;
    for (const TensorType type : {TensorType::F32, TensorType::BF16, TensorType::Q8_0, TensorType::Q6_K}) {
        const OwnedTensor table(type, 50, 256, 3);
        const Tensor *tensor = &table.tensor;
        const auto onCard = *both.backend(true).upload(std::span(&tensor, 1));
        const auto plain = *both.backend(false).upload(std::span(&tensor, 1));
        const std::vector<TokenId> tokens{0, 49, 17, -1, 50};
        const Pair out = both.values(5 * 256, 1);
        both.compare(out, 1e-6, [&](Backend &backend, bool card) {
            backend.embed(view(out, card, 5, 256), card ? *onCard : *plain, tokens, 1.5f);
        });
    }
}

void TestCudaOperations::pools()
{
    Both both;
    const std::vector<int> lengths{1, 5, 3};
    for (const auto pooling : {Backend::Pooling::Mean, Backend::Pooling::First, Backend::Pooling::Last}) {
        const Pair in = both.values(9 * 40, 1);
        const Pair out = both.values(3 * 40, 2);
        both.compare(out, 1e-5, [&](Backend &backend, bool card) {
            backend.pool(view(out, card, 3, 40), view(in, card, 9, 40), lengths, pooling, true);
        });
    }
}

void TestCudaOperations::attention_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("heads");
    QTest::addColumn<int>("kvHeads");
    QTest::addColumn<int>("keySize");
    QTest::addColumn<int>("valueSize");
    QTest::addColumn<bool>("shared");
    QTest::addColumn<int>("length");
    QTest::addColumn<int>("window");
    QTest::addColumn<float>("softCap");
    QTest::newRow("floats") << 0 << 6 << 2 << 40 << 40 << false << 70 << 0 << 0.0f;
    QTest::newRow("halves") << 1 << 4 << 4 << 64 << 64 << false << 70 << 0 << 0.0f;
    QTest::newRow("bytes") << 2 << 4 << 1 << 96 << 96 << false << 70 << 0 << 0.0f;
    QTest::newRow("window and cap") << 0 << 9 << 1 << 128 << 128 << false << 90 << 33 << 20.0f;
    QTest::newRow("latent") << 0 << 5 << 1 << 80 << 64 << true << 40 << 0 << 0.0f;
    QTest::newRow("splits") << 0 << 4 << 2 << 32 << 32 << false << 1100 << 0 << 0.0f;
    QTest::newRow("splits and window") << 1 << 2 << 2 << 32 << 32 << false << 1100 << 600 << 0.0f;
}

void TestCudaOperations::attention()
{
    QFETCH(int, type);
    QFETCH(int, heads);
    QFETCH(int, kvHeads);
    QFETCH(int, keySize);
    QFETCH(int, valueSize);
    QFETCH(bool, shared);
    QFETCH(int, length);
    QFETCH(int, window);
    QFETCH(float, softCap);
    constexpr int kRows = 3;
    Both both;
    const KvShape shape{2, kvHeads, keySize, valueSize, shared, static_cast<KvType>(type)};
    const OwnedPages onCard(both.backend(true), shape, length);
    const OwnedPages plain(both.backend(false), shape, length);
    const Pair k = both.values(std::size_t(length * kvHeads * keySize), 1);
    const Pair v = both.values(std::size_t(length * kvHeads * valueSize), 2);
    const Pair q = both.values(std::size_t(kRows * heads * keySize), 3);
    const Pair out = both.values(std::size_t(kRows * heads * valueSize), 4);
    both.compare(out, type == 0 ? 2e-5 : 5e-3, [&](Backend &backend, bool card) {
        const KvView view1 = (card ? onCard : plain).layer(1);
        backend.storeKv(view1, view(k, card, length, kvHeads * keySize),
                        shared ? Rows{} : view(v, card, length, kvHeads * valueSize), 0);
        backend.attention(view(out, card, kRows, heads * valueSize), view(q, card, kRows, heads * keySize),
                          view1, length - kRows, {heads, 0.2f, window, softCap});
    });
}

void TestCudaOperations::attentionWithinTexts()
{
    Both both;
    const std::vector<int> lengths{4, 1, 37};
    const Pair q = both.values(42 * 96, 1);
    const Pair k = both.values(42 * 96, 2);
    const Pair v = both.values(42 * 96, 3);
    const Pair out = both.values(42 * 96, 4);
    both.compare(out, 2e-5, [&](Backend &backend, bool card) {
        backend.attentionWithin(view(out, card, 42, 96), view(q, card, 42, 96), view(k, card, 42, 96),
                                view(v, card, 42, 96), lengths, {3, 0.18f, 0, 0});
    });
}

void TestCudaOperations::pagesComeBack()
{
    Both both;
    Backend &card = both.backend(true);
    const KvShape shape{1, 2, 32, 32, false, KvType::F16};
    const OwnedPages pages(card, shape, 64);
    const Pair k = both.values(64 * 64, 1);
    card.storeKv(pages.layer(0), view(k, true, 64, 64), view(k, true, 64, 64), 0);
    card.copyKvPage(*pages.pages[0], *pages.pages[1]);
    std::vector<std::byte> first;
    std::vector<std::byte> second;
    card.readKvPage(first, *pages.pages[0]);
    card.readKvPage(second, *pages.pages[1]);
    QCOMPARE(first, second);
    QVERIFY(card.writeKvPage(*pages.pages[0], first));
    QVERIFY(!card.writeKvPage(*pages.pages[0], std::span(first).first(10)));
}

void TestCudaOperations::routes_data()
{
    QTest::addColumn<int>("scoring");
    QTest::addColumn<int>("groups");
    QTest::addColumn<bool>("bias");
    QTest::newRow("softmax") << 0 << 1 << false;
    QTest::newRow("softmax, groups") << 0 << 4 << false;
    QTest::newRow("sigmoid, groups, bias") << 1 << 4 << true;
}

/// Rows go to experts and come back through their matrices.
void TestCudaOperations::routes()
{
    QFETCH(int, scoring);
    QFETCH(int, groups);
    QFETCH(bool, bias);
    constexpr int kRows = 11;
    constexpr int kExperts = 16;
    constexpr int kChosen = 3;
    Both both;
    std::vector<OwnedTensor> tensors;
    for (int expert = 0; expert < kExperts; ++expert) { // of two types
        tensors.emplace_back(expert % 2 == 0 ? TensorType::F16 : TensorType::F32, 40, 64, unsigned(expert));
    }
    std::vector<std::vector<Tensor>> members;
    for (const OwnedTensor &tensor : tensors) {
        members.push_back({tensor.tensor});
    }
    const auto onCard = both.backend(true).uploadStack(members, false);
    const auto plain = both.backend(false).uploadStack(members, false);
    QVERIFY(onCard && plain);
    RouteParameters parameters;
    parameters.scoring = static_cast<RouteParameters::Scoring>(scoring);
    parameters.chosen = kChosen;
    parameters.groups = groups;
    parameters.chosenGroups = groups == 1 ? 1 : 2;
    parameters.normalize = bias;
    parameters.scale = 2.5f;
    const Pair logits = both.values(kRows * kExperts, 1);
    const Pair biases = both.values(kExperts, 2, 0.3f);
    const Pair in = both.values(kRows * 64, 3);
    const Pair spread = both.values(kRows * kChosen * 64, 4);
    const Pair inner = both.values(kRows * kChosen * 40, 5);
    const Pair out = both.values(kRows * 40, 6);
    both.compare(out, 1e-4, [&](Backend &backend, bool card) {
        const auto routes = backend.makeRoutes();
        if (bias) {
            parameters.selectionBias = span(biases, card);
        }
        backend.route(*routes, view(logits, card, kRows, kExperts), parameters);
        backend.spread(view(spread, card, kRows * kChosen, 64), view(in, card, kRows, 64), *routes);
        backend.linearExperts(view(inner, card, kRows * kChosen, 40), card ? **onCard : **plain,
                              view(spread, card, kRows * kChosen, 64), *routes);
        backend.gather(view(out, card, kRows, 40), view(inner, card, kRows * kChosen, 40), *routes);
    });
}

void TestCudaOperations::headsAndSigmoid()
{
    Both both;
    std::vector<OwnedTensor> tensors;
    std::vector<std::vector<Tensor>> members;
    for (unsigned head = 0; head < 3; ++head) {
        tensors.emplace_back(TensorType::F32, 20, 32, head);
    }
    for (const OwnedTensor &tensor : tensors) {
        members.push_back({tensor.tensor});
    }
    for (const bool transposed : {false, true}) {
        const auto onCard = both.backend(true).uploadStack(members, transposed);
        const auto plain = both.backend(false).uploadStack(members, transposed);
        QVERIFY(onCard && plain);
        const int inputs = transposed ? 20 : 32;
        const int outputs = transposed ? 32 : 20;
        const Pair in = both.values(std::size_t(10 * 3 * (inputs + 4)), 1);
        const Pair out = both.values(std::size_t(10 * 3 * (outputs + 2)), 2);
        const Pair logits = both.values(10, 3);
        both.compare(out, 2e-5, [&](Backend &backend, bool card) {
            backend.linearHeads(view(out, card, 10, 3 * (outputs + 2)), card ? **onCard : **plain,
                                view(in, card, 10, 3 * (inputs + 4)));
            backend.copyHeads(view(out, card, 10, 3 * (outputs + 2)), view(in, card, 10, 3 * (inputs + 4)), 3,
                              5);
            backend.scaleBySigmoid(view(out, card, 10, 3 * (outputs + 2)), view(logits, card, 10, 1));
        });
    }
}

QTEST_APPLESS_MAIN(TestCudaOperations)
#include "test_cuda_operations.moc"
