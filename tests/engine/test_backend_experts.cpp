#include "engine/backend/cpu/experts.h"
#include "tests/engine/backend_support.h"

#include <algorithm>
#include <numeric>

using namespace engine;
using namespace backend_support;

/// Mixtures of experts and products of heads, against plain loops in double precision.
class TestBackendExperts final : public QObject
{
    Q_OBJECT

private slots:
    void routesAsTheFormulasSay_data();
    void routesAsTheFormulasSay();
    void biasCountsForTheChoiceOnly();
    void groupsCountByTheirBestOrTheirTwoBest();
    void firstOfEqualsIsChosen();
    void routesStayInRangeWithoutNumbers();
    void expertsMeetTheirRows_data();
    void expertsMeetTheirRows();
    void gatherAddsWeightedRows();
    void headsMeetTheirColumns_data();
    void headsMeetTheirColumns();
    void turnedTensorsAreTheSameMatrix_data();
    void turnedTensorsAreTheSameMatrix();
    void threadsDoNotMatter();
    void copiesHeads();
    void scalesRowsBySigmoid();
    void refusesSiblingsOfOtherShapes();
    void takesNoMoreMemoryThanTheFile();
};

namespace {

using Scoring = RouteParameters::Scoring;

const std::vector<TensorType> kTypes{TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q4_0,
                                     TensorType::Q8_0, TensorType::Q5_0, TensorType::Q4_K, TensorType::Q6_K};

bool isFloat(TensorType type)
{
    return type == TensorType::F32 || type == TensorType::F16 || type == TensorType::BF16;
}

struct Choice
{
    int expert;
    double weight;
};

/// The formulas as they stand in the papers, one token.
std::vector<Choice> reference(const std::vector<float> &logits, const RouteParameters &p)
{
    const std::size_t experts = logits.size();
    std::vector<double> scores(experts);
    double sum = 0;
    for (const float logit : logits) {
        sum += std::exp(double(logit));
    }
    for (std::size_t i = 0; i < experts; ++i) {
        scores[i] = p.scoring == Scoring::Softmax ? std::exp(double(logits[i])) / sum
                                                  : 1 / (1 + std::exp(-double(logits[i])));
    }
    std::vector<double> ranks = scores;
    for (std::size_t i = 0; i < p.selectionBias.size(); ++i) {
        ranks[i] += double(p.selectionBias[i]);
    }
    const std::size_t size = experts / std::size_t(p.groups);
    std::vector<std::pair<double, std::size_t>> groups;
    for (std::size_t group = 0; group < std::size_t(p.groups); ++group) {
        std::vector<double> members(ranks.begin() + std::ptrdiff_t(group * size),
                                    ranks.begin() + std::ptrdiff_t((group + 1) * size));
        std::ranges::sort(members, std::greater());
        const bool two = p.scoring == Scoring::Sigmoid && size > 1;
        groups.emplace_back(members[0] + (two ? members[1] : 0), group);
    }
    std::ranges::sort(groups, std::greater());
    std::vector<std::pair<double, int>> allowed;
    for (int i = 0; i < p.chosenGroups; ++i) {
        for (std::size_t e = groups[std::size_t(i)].second * size;
             e < (groups[std::size_t(i)].second + 1) * size; ++e) {
            allowed.emplace_back(ranks[e], int(e));
        }
    }
    std::ranges::sort(allowed, std::greater());
    std::vector<Choice> choices;
    double total = 0;
    for (int i = 0; i < p.chosen; ++i) {
        const int expert = allowed[std::size_t(i)].second;
        choices.push_back({expert, scores[std::size_t(expert)]});
        total += scores[std::size_t(expert)];
    }
    for (Choice &choice : choices) {
        choice.weight *= double(p.scale) / (p.normalize ? total : 1);
    }
    return choices;
}

Rows rowsOf(std::vector<float> &values, int rows)
{
    const int columns = int(values.size()) / rows;
    return {values.data(), rows, columns, columns};
}

RouteParameters parametersOf(Scoring scoring, int chosen)
{
    RouteParameters p;
    p.scoring = scoring;
    p.chosen = chosen;
    return p;
}

cpu::RouteTable routed(std::vector<float> logits, int rows, const RouteParameters &p)
{
    cpu::RouteTable routes;
    routes.fill(rowsOf(logits, rows), p);
    return routes;
}

/// `count` matrices of one tensor [count, outputs, inputs], one above the other in `tensor`.
std::vector<std::vector<Tensor>> slices(const Tensor &tensor, int count)
{
    std::vector<std::vector<Tensor>> members;
    const std::size_t bytes = tensor.data.size() / std::size_t(count);
    for (std::size_t i = 0; i < std::size_t(count); ++i) {
        members.push_back({{tensor.name,
                            tensor.type,
                            {tensor.rows() / count, tensor.columns()},
                            tensor.data.subspan(i * bytes, bytes)}});
    }
    return members;
}

std::vector<double> product(const std::vector<float> &weights, std::size_t first, const float *x, int outputs,
                            int inputs)
{
    std::vector<double> y(static_cast<std::size_t>(outputs), 0.0);
    for (std::size_t o = 0; o < y.size(); ++o) {
        for (std::size_t k = 0; k < std::size_t(inputs); ++k) {
            y[o] += double(weights[(first + o) * std::size_t(inputs) + k]) * double(x[k]);
        }
    }
    return y;
}

/// What rounded activations may do to a product of many sums.
double limitOf(TensorType type)
{
    return isFloat(type) ? 1e-11 : 1e-4;
}

void addKernelAndTypeRows()
{
    QTest::addColumn<int>("kernels");
    QTest::addColumn<int>("type");
    const auto tables = cpu::usableKernels();
    for (std::size_t i = 0; i < tables.size(); ++i) {
        for (const TensorType type : kTypes) {
            QTest::addRow("%s %s", tables[i]->name, std::string(layoutOf(type)->name).c_str())
                << int(i) << int(type);
        }
    }
}

std::unique_ptr<WeightStack> uploaded(Backend &backend, std::span<const std::vector<Tensor>> members,
                                      bool transposed = false)
{
    auto stack = backend.uploadStack(members, transposed);
    return stack ? std::move(*stack) : nullptr;
}

} // namespace

void TestBackendExperts::routesAsTheFormulasSay_data()
{
    QTest::addColumn<int>("scoring");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("chosen");
    QTest::addColumn<int>("groups");
    QTest::addColumn<int>("chosenGroups");
    QTest::addColumn<bool>("normalize");
    QTest::addColumn<bool>("biased");
    const int softmax = int(Scoring::Softmax);
    const int sigmoid = int(Scoring::Sigmoid);
    QTest::addRow("mixtral") << softmax << 8 << 2 << 1 << 1 << true << false;
    QTest::addRow("qwen2-moe") << softmax << 60 << 4 << 1 << 1 << false << false;
    QTest::addRow("deepseek-v2") << softmax << 160 << 6 << 8 << 3 << false << false;
    QTest::addRow("deepseek-v3") << sigmoid << 256 << 8 << 8 << 4 << true << true;
    QTest::addRow("all experts") << sigmoid << 6 << 6 << 1 << 1 << true << true;
    QTest::addRow("groups of one") << sigmoid << 8 << 3 << 8 << 3 << true << false;
    QTest::addRow("one expert") << softmax << 1 << 1 << 1 << 1 << true << false;
}

void TestBackendExperts::routesAsTheFormulasSay()
{
    QFETCH(int, scoring);
    QFETCH(int, experts);
    QFETCH(int, chosen);
    QFETCH(int, groups);
    QFETCH(int, chosenGroups);
    QFETCH(bool, normalize);
    QFETCH(bool, biased);
    constexpr int kRows = 33;
    const auto logits = randomValues(std::size_t(kRows * experts), 7, 2.0f);
    const auto bias = randomValues(std::size_t(experts), 8, 0.2f);
    RouteParameters p = parametersOf(Scoring(scoring), chosen);
    p.groups = groups;
    p.chosenGroups = chosenGroups;
    p.normalize = normalize;
    p.scale = 2.5f;
    p.selectionBias = biased ? std::span<const float>(bias) : std::span<const float>();

    const cpu::RouteTable routes = routed(logits, kRows, p);

    QCOMPARE(routes.rows, kRows);
    QCOMPARE(routes.chosen, chosen);
    std::vector<int> places;
    for (int row = 0; row < kRows; ++row) {
        const auto first = logits.begin() + std::ptrdiff_t(row * experts);
        const auto expected = reference({first, first + experts}, p);
        for (int choice = 0; choice < chosen; ++choice) {
            const auto [expert, weight] = expected[std::size_t(choice)];
            QCOMPARE(routes.expert(row, choice), expert);
            QVERIFY(std::abs(double(routes.weight(row, choice)) - weight) < 1e-6);
            const int place = routes.order(row, choice);
            QVERIFY(place >= routes.begin(expert) && place < routes.begin(expert + 1));
            places.push_back(place);
        }
    }
    std::ranges::sort(places);
    std::vector<int> all(places.size());
    std::iota(all.begin(), all.end(), 0);
    QCOMPARE(places, all);
}

void TestBackendExperts::biasCountsForTheChoiceOnly()
{
    const std::vector<float> bias{0, 0, 1, 0};
    RouteParameters p = parametersOf(Scoring::Sigmoid, 1);
    p.selectionBias = bias;

    const cpu::RouteTable routes = routed({1, 0, 0, 0}, 1, p);

    QCOMPARE(routes.expert(0, 0), 2);
    QCOMPARE(routes.weight(0, 0), 0.5f); // sigmoid(0), without the 1
}

void TestBackendExperts::groupsCountByTheirBestOrTheirTwoBest()
{
    RouteParameters p = parametersOf(Scoring::Softmax, 1);
    p.groups = 2;
    const std::vector<float> logits{3, 0, 0, 2.5f, 2.5f, 0}; // the best is left, the two best are right

    QCOMPARE(routed(logits, 1, p).expert(0, 0), 0);
    p.scoring = Scoring::Sigmoid;
    QCOMPARE(routed(logits, 1, p).expert(0, 0), 3);
}

void TestBackendExperts::firstOfEqualsIsChosen()
{
    const cpu::RouteTable routes = routed({1, 1, 1, 1}, 1, parametersOf(Scoring::Softmax, 2));

    QCOMPARE(routes.expert(0, 0), 0);
    QCOMPARE(routes.expert(0, 1), 1);
}

void TestBackendExperts::routesStayInRangeWithoutNumbers()
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const Scoring scoring : {Scoring::Softmax, Scoring::Sigmoid}) {
        for (const int groups : {1, 2}) {
            RouteParameters p = parametersOf(scoring, 2);
            p.groups = groups;
            p.normalize = true;
            const cpu::RouteTable routes = routed({nan, nan, nan, nan, 1, nan, -INFINITY, INFINITY}, 2, p);
            for (int row = 0; row < 2; ++row) {
                for (int choice = 0; choice < 2; ++choice) {
                    QVERIFY(routes.expert(row, choice) >= 0 && routes.expert(row, choice) < 4);
                    QVERIFY(routes.order(row, choice) >= 0 && routes.order(row, choice) < 4);
                }
            }
            QCOMPARE(routes.begin(4), 4);
        }
    }
}

void TestBackendExperts::expertsMeetTheirRows_data()
{
    addKernelAndTypeRows();
}

/// Forty tokens give some experts many rows and others few; the last expert gets none.
void TestBackendExperts::expertsMeetTheirRows()
{
    QFETCH(int, kernels);
    QFETCH(int, type);
    constexpr int kExperts = 5;
    constexpr int kOutputs = 24;
    constexpr int kInputs = 256;
    const OwnedTensor gate(TensorType(type), kExperts * kOutputs, kInputs, 1);
    const OwnedTensor up(TensorType(type), kExperts * kOutputs, kInputs, 2);
    auto members = slices(gate.tensor, kExperts);
    const auto others = slices(up.tensor, kExperts);
    for (std::size_t i = 0; i < members.size(); ++i) {
        members[i].push_back(others[i].front()); // up below gate
    }
    CpuBackend backend(kernelsOf(kernels), 2);
    const auto stack = uploaded(backend, members);
    QVERIFY(stack);
    QCOMPARE(stack->count, kExperts);
    QCOMPARE(stack->outputs, 2 * kOutputs);
    QCOMPARE(stack->inputs, kInputs);

    for (const int tokens : {1, 40}) {
        auto logits = randomValues(std::size_t(tokens * kExperts), 3);
        for (int t = 0; t < tokens; ++t) {
            logits[std::size_t(t * kExperts)] += 2;
            logits[std::size_t((t + 1) * kExperts - 1)] = -20;
        }
        const auto routes = backend.makeRoutes();
        backend.route(*routes, rowsOf(logits, tokens), parametersOf(Scoring::Softmax, 2));
        const auto x = randomValues(std::size_t(tokens * kInputs), 4);
        GuardedRows in(tokens, kInputs, x);
        GuardedRows sorted(2 * tokens, kInputs);
        GuardedRows out(2 * tokens, 2 * kOutputs);

        backend.spread(sorted.view(), in.view(), *routes);
        backend.linearExperts(out.view(), *stack, sorted.view(), *routes);

        QVERIFY(sorted.intact() && out.intact());
        const auto &table = static_cast<const cpu::RouteTable &>(*routes);
        std::vector<float> got;
        std::vector<double> expected;
        for (int t = 0; t < tokens; ++t) {
            for (int choice = 0; choice < 2; ++choice) {
                const auto first = std::size_t(table.expert(t, choice) * kOutputs);
                for (const OwnedTensor *piece : {&gate, &up}) {
                    const auto y =
                        product(piece->values(), first, &x[std::size_t(t * kInputs)], kOutputs, kInputs);
                    expected.insert(expected.end(), y.begin(), y.end());
                }
                for (int column = 0; column < 2 * kOutputs; ++column) {
                    got.push_back(out.at(table.order(t, choice), column));
                }
            }
        }
        QVERIFY(normalisedError(got, expected) < limitOf(TensorType(type)));
    }
}

void TestBackendExperts::gatherAddsWeightedRows()
{
    CpuBackend backend(kernelsOf(0), 2);
    constexpr int kTokens = 50;
    constexpr int kColumns = 700;
    auto logits = randomValues(std::size_t(kTokens * 6), 1);
    const auto routes = backend.makeRoutes();
    backend.route(*routes, rowsOf(logits, kTokens), parametersOf(Scoring::Sigmoid, 3));
    const auto values = randomValues(std::size_t(kTokens * 3 * kColumns), 2);
    const auto before = randomValues(std::size_t(kTokens * kColumns), 3);
    GuardedRows in(kTokens * 3, kColumns, values);
    GuardedRows out(kTokens, kColumns, before);

    backend.gather(out.view(), in.view(), *routes);

    QVERIFY(out.intact());
    const auto &table = static_cast<const cpu::RouteTable &>(*routes);
    for (int t = 0; t < kTokens; ++t) {
        for (int column = 0; column < kColumns; ++column) {
            double expected = double(before[std::size_t(t * kColumns + column)]);
            for (int choice = 0; choice < 3; ++choice) {
                expected += double(table.weight(t, choice)) * double(in.at(table.order(t, choice), column));
            }
            QVERIFY(std::abs(double(out.at(t, column)) - expected) < 1e-5);
        }
    }
}

void TestBackendExperts::headsMeetTheirColumns_data()
{
    addKernelAndTypeRows();
}

/// Heads wider than what the product reads and writes, as MLA has them: the rest stays as it was.
void TestBackendExperts::headsMeetTheirColumns()
{
    QFETCH(int, kernels);
    QFETCH(int, type);
    constexpr int kHeads = 3;
    constexpr int kOutputs = 40;
    constexpr int kInputs = 256;
    constexpr int kOutStep = kOutputs + 8;
    constexpr int kInStep = kInputs + 16;
    const OwnedTensor tensor(TensorType(type), kHeads * kOutputs, kInputs, 1);
    CpuBackend backend(kernelsOf(kernels), 2);
    const auto stack = uploaded(backend, slices(tensor.tensor, kHeads));
    QVERIFY(stack);

    for (const int tokens : {1, 20}) {
        const auto x = randomValues(std::size_t(tokens * kHeads * kInStep), 2);
        GuardedRows in(tokens, kHeads * kInStep, x);
        GuardedRows out(tokens, kHeads * kOutStep);

        backend.linearHeads(out.view(), *stack, in.view());

        QVERIFY(out.intact());
        std::vector<float> got;
        std::vector<double> expected;
        for (int t = 0; t < tokens; ++t) {
            for (int head = 0; head < kHeads; ++head) {
                const auto y = product(tensor.values(), std::size_t(head * kOutputs),
                                       &x[std::size_t((t * kHeads + head) * kInStep)], kOutputs, kInputs);
                expected.insert(expected.end(), y.begin(), y.end());
                for (int column = 0; column < kOutStep; ++column) {
                    const float value = out.at(t, head * kOutStep + column);
                    if (column < kOutputs) {
                        got.push_back(value);
                    } else {
                        QCOMPARE(value, kSentinel);
                    }
                }
            }
        }
        QVERIFY(normalisedError(got, expected) < limitOf(TensorType(type)));
    }
}

void TestBackendExperts::turnedTensorsAreTheSameMatrix_data()
{
    addKernelAndTypeRows();
}

void TestBackendExperts::turnedTensorsAreTheSameMatrix()
{
    QFETCH(int, kernels);
    QFETCH(int, type);
    constexpr int kHeads = 2;
    constexpr int kInputs = 24; // rows of the tensor
    constexpr int kOutputs = 256;
    const OwnedTensor tensor(TensorType(type), kHeads * kInputs, kOutputs, 1);
    const auto weights = tensor.values();
    CpuBackend backend(kernelsOf(kernels), 1);
    const auto stack = uploaded(backend, slices(tensor.tensor, kHeads), true);
    QVERIFY(stack);
    QCOMPARE(stack->outputs, kOutputs);
    QCOMPARE(stack->inputs, kInputs);
    auto x = randomValues(std::size_t(9 * kHeads * kInputs), 2);
    std::vector<float> y(std::size_t(9 * kHeads * kOutputs));

    backend.linearHeads(rowsOf(y, 9), *stack, rowsOf(x, 9));

    std::vector<double> expected;
    for (int t = 0; t < 9; ++t) {
        for (int head = 0; head < kHeads; ++head) {
            for (int o = 0; o < kOutputs; ++o) {
                double sum = 0;
                for (int k = 0; k < kInputs; ++k) {
                    sum += double(weights[std::size_t((head * kInputs + k) * kOutputs + o)]) *
                           double(x[std::size_t((t * kHeads + head) * kInputs + k)]);
                }
                expected.push_back(sum);
            }
        }
    }
    QVERIFY(normalisedError(y, expected) < (isFloat(TensorType(type)) ? 1e-11 : 1e-6)); // halves: 2^-11
}

void TestBackendExperts::threadsDoNotMatter()
{
    constexpr int kExperts = 6;
    const OwnedTensor tensor(TensorType::Q4_0, kExperts * 48, 128, 1);
    const auto x = randomValues(std::size_t(64 * 128), 2);
    const auto resultWith = [&](int threads, int tokens) {
        CpuBackend backend(kernelsOf(0), threads);
        const auto stack = uploaded(backend, slices(tensor.tensor, kExperts));
        auto logits = randomValues(std::size_t(tokens * kExperts), 3);
        const auto routes = backend.makeRoutes();
        backend.route(*routes, rowsOf(logits, tokens), parametersOf(Scoring::Softmax, 3));
        std::vector<float> in(x.begin(), x.begin() + tokens * 128);
        std::vector<float> sorted(std::size_t(3 * tokens * 128));
        std::vector<float> products(std::size_t(3 * tokens * 48));
        std::vector<float> out(std::size_t(tokens * 48));
        backend.spread(rowsOf(sorted, 3 * tokens), rowsOf(in, tokens), *routes);
        backend.linearExperts(rowsOf(products, 3 * tokens), *stack, rowsOf(sorted, 3 * tokens), *routes);
        backend.gather(rowsOf(out, tokens), rowsOf(products, 3 * tokens), *routes);
        return out;
    };

    for (const int tokens : {1, 64}) {
        const auto one = resultWith(1, tokens);
        QVERIFY(std::ranges::any_of(one, [](float value) { return value != 0; }));
        QCOMPARE(resultWith(2, tokens), one);
        QCOMPARE(resultWith(3, tokens), one);
    }
}

void TestBackendExperts::copiesHeads()
{
    CpuBackend backend(kernelsOf(0), 2);
    GuardedRows in(7, 3 * 10, randomValues(7 * 30, 1));
    GuardedRows out(7, 3 * 6);

    backend.copyHeads(out.view(), in.view(), 3, 4);

    QVERIFY(out.intact());
    for (int row = 0; row < 7; ++row) {
        for (int column = 0; column < 18; ++column) {
            const int head = column / 6;
            QCOMPARE(out.at(row, column), column % 6 < 4 ? in.at(row, head * 10 + column % 6) : kSentinel);
        }
    }
}

void TestBackendExperts::scalesRowsBySigmoid()
{
    CpuBackend backend(kernelsOf(0), 2);
    const auto values = randomValues(3 * 8, 1);
    GuardedRows x(3, 8, values);
    GuardedRows logits(3, 1, {0.0f, 100.0f, -2.0f});

    backend.scaleBySigmoid(x.view(), logits.view());

    QVERIFY(x.intact());
    const double factors[] = {0.5, 1.0, 1 / (1 + std::exp(2.0))};
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 8; ++column) {
            const double expected = double(values[std::size_t(row * 8 + column)]) * factors[row];
            QVERIFY(std::abs(double(x.at(row, column)) - expected) < 1e-6);
        }
    }
}

void TestBackendExperts::refusesSiblingsOfOtherShapes()
{
    CpuBackend backend(kernelsOf(0), 1);
    const OwnedTensor one(TensorType::F32, 16, 32, 1);
    const OwnedTensor other(TensorType::F32, 16, 64, 2);
    const std::vector<std::vector<Tensor>> members{{one.tensor}, {other.tensor}};

    const auto stack = backend.uploadStack(members, false);

    QVERIFY(!stack);
    QCOMPARE(stack.error().code, ErrorCode::Damaged);
}

void TestBackendExperts::takesNoMoreMemoryThanTheFile()
{
    cpu::Arena arena;
    ThreadPool pool(1);
    for (const TensorType type : kTypes) {
        const OwnedTensor tensor(type, 4 * 32, 256, 1);

        const auto stack = cpu::MatrixStack::pack(slices(tensor.tensor, 4), false, arena, pool);

        QVERIFY(stack);
        std::size_t bytes = 0;
        for (int i = 0; i < 4; ++i) {
            for (const cpu::Segment &segment : (*stack)->member(i).segments()) {
                bytes += segment.stripBytes * std::size_t(segment.strips);
            }
        }
        // A packing may round a block's scales up to whole bytes (see packing.h), and no more.
        QVERIFY(bytes >= tensor.tensor.data.size() && bytes * 100 <= tensor.tensor.data.size() * 104);
    }
}

QTEST_APPLESS_MAIN(TestBackendExperts)
#include "test_backend_experts.moc"
