#include "tests/engine/model_support.h"

using namespace engine;

Q_DECLARE_METATYPE(std::string)

namespace {

void addRow(const char *model, const char *file)
{
    QTest::addRow("%s/%s", model, file) << std::string(model) << std::string(file);
}

} // namespace

/// The tiny random model of each family against PyTorch's float32 numbers.
class TestModels : public QObject
{
    Q_OBJECT

private slots:
    void logitsAreThoseOfTheReference_data();
    void logitsAreThoseOfTheReference();
    void logitsOfQuantisedFilesAreClose_data();
    void logitsOfQuantisedFilesAreClose();
    void threadsChangeNothing_data();
    void threadsChangeNothing();
    void cancelledRunKeepsTheCache();
    void refusesIdsOutsideTheVocabulary();
    void refusesMoreThanTheCacheHolds();
    void refusesMoreThanTheTableOfPositionsHolds();
    void textCutBackBelowLongRopeIsTurnedAnew();
};

void TestModels::logitsAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    for (const char *model : {"llama",
                              "llama3",
                              "smollm2",
                              "llama-quant",
                              "mistral",
                              "smollm3",
                              "qwen2",
                              "qwen3",
                              "gemma2",
                              "gemma2-plain",
                              "gemma3",
                              "phi3",
                              "phi3-longrope",
                              "olmo2",
                              "gpt2",
                              "gptj",
                              "gpt-neox",
                              "gpt-neox-sequential",
                              "mixtral",
                              "mixtral-quant",
                              "qwen2-moe",
                              "qwen3-moe",
                              "deepseek-v2-lite",
                              "deepseek-v3"}) {
        addExactFiles(model);
    }
}

void TestModels::logitsAreThoseOfTheReference()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto loaded = loadDecoder(folder / file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    const Decoder &decoder = **loaded;

    double error = 0;
    for (std::size_t i = 0; i < golden.json().at("cases").size(); ++i) {
        const auto tokens = golden.json().at("cases").at(i).at("token_ids").get<std::vector<TokenId>>();
        const auto &expected = golden.expected(i, file);
        const auto logits = golden.floats(expected.at("logits"));

        for (const std::size_t chunk : {tokens.size(), std::size_t(1), std::size_t(7)}) {
            const double difference =
                greatestDifference(comparable(allLogits(decoder, tokens, chunk), logits), logits);
            QVERIFY2(
                difference <= kLogitError,
                qPrintable(QString("case %1, chunks of %2: off by %3").arg(i).arg(chunk).arg(difference)));
            error = std::max(error, difference);
        }
        const auto ids = expected.at("greedy_ids").get<std::vector<TokenId>>();
        QCOMPARE(greedy(decoder, tokens, ids.size()), ids);
    }
    qInfo("greatest logit error %.2g", error);
}

void TestModels::logitsOfQuantisedFilesAreClose_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    for (const char *type : {"Q4_0", "Q4_1", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M",
                             "Q6_K", "IQ4_NL", "IQ4_XS"}) {
        addRow("llama-quant", ("llama-quant-" + std::string(type) + ".gguf").c_str());
    }
    for (const char *type : {"Q8_0", "Q4_K_M", "IQ4_XS"}) {
        addRow("mixtral-quant", ("mixtral-quant-" + std::string(type) + ".gguf").c_str());
    }
}

void TestModels::logitsOfQuantisedFilesAreClose()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto loaded = loadDecoder(folder / file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    const Decoder &decoder = **loaded;
    const auto vocabulary = std::size_t(decoder.config().vocabulary);

    double worst = 0;
    for (std::size_t i = 0; i < golden.json().at("cases").size(); ++i) {
        const auto tokens = golden.json().at("cases").at(i).at("token_ids").get<std::vector<TokenId>>();
        const auto &expected = golden.expected(i, file);
        const auto logits = golden.floats(expected.at("logits"));

        for (const std::size_t chunk : {tokens.size(), std::size_t(1)}) {
            const auto ours = comparable(allLogits(decoder, tokens, chunk), logits);
            QCOMPARE(ours.size(), logits.size());
            const double difference = meanDivergence(logits, ours, vocabulary);
            QVERIFY2(difference <= kQuantisedDivergence,
                     qPrintable(QString("case %1, chunks of %2: %3 nats").arg(i).arg(chunk).arg(difference)));
            worst = std::max(worst, difference);
        }
        const auto ids = expected.at("greedy_ids").get<std::vector<TokenId>>();
        const auto margins = expected.at("greedy_margins").get<std::vector<double>>();
        const auto ours = greedy(decoder, tokens, ids.size());
        for (std::size_t step = 0; step < ids.size() && margins[step] >= kQuantisedMargin; ++step) {
            QCOMPARE(ours[step], ids[step]);
        }
    }
    qInfo("greatest divergence %.2g nats", worst);
}

void TestModels::threadsChangeNothing_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    addRow("llama", "llama-f16.gguf");
    addRow("smollm2", "smollm2-f16.gguf");
    addRow("llama-quant", "llama-quant-Q4_1.gguf");
    addRow("mixtral-quant", "mixtral-quant-Q4_K_M.gguf");
    addRow("deepseek-v3", "deepseek-v3-f16.gguf");
}

void TestModels::threadsChangeNothing()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto tokens = golden.json().at("cases").at(1).at("token_ids").get<std::vector<TokenId>>();

    const auto logitsWith = [&](int threads, std::size_t chunk) {
        return allLogits(**loadDecoder(folder / file, threads), tokens, chunk);
    };

    for (const std::size_t chunk : {tokens.size(), std::size_t(1)}) {
        const auto one = logitsWith(1, chunk);
        QVERIFY(!one.empty());
        QVERIFY(one == logitsWith(2, chunk));
        QVERIFY(one == logitsWith(3, chunk));
    }
}

void TestModels::cancelledRunKeepsTheCache()
{
    const auto folder = Golden::folderOf("llama");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "llama-f16.gguf");
    QVERIFY(loaded);
    auto cache = (*loaded)->makeCache(16);
    const std::vector<TokenId> tokens{1, 5, 9};
    CancelToken cancel;
    cancel.cancel();

    const auto run = (*loaded)->run(
        *cache, tokens, Decoder::LogitRows::Last, [](auto) {}, cancel);

    QVERIFY(!run);
    QCOMPARE(run.error().code, ErrorCode::Cancelled);
    QCOMPARE(cache->size(), 0);
}

void TestModels::refusesIdsOutsideTheVocabulary()
{
    const auto folder = Golden::folderOf("llama");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "llama-f16.gguf");
    QVERIFY(loaded);
    auto cache = (*loaded)->makeCache(16);

    for (const TokenId token : {-1, 900, INT32_MAX}) {
        const std::vector<TokenId> tokens{1, token};
        const auto run = (*loaded)->run(*cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});
        QVERIFY(!run);
        QCOMPARE(run.error().code, ErrorCode::Unsupported);
    }
}

void TestModels::refusesMoreThanTheCacheHolds()
{
    const auto folder = Golden::folderOf("llama");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "llama-f16.gguf");
    QVERIFY(loaded);
    auto cache = (*loaded)->makeCache(4);
    const std::vector<TokenId> tokens(5, 1);

    const auto run = (*loaded)->run(*cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});

    QVERIFY(!run);
    QCOMPARE(run.error().code, ErrorCode::Unsupported);
    QVERIFY(run.error().detail.find('5') != std::string::npos);
}

void TestModels::refusesMoreThanTheTableOfPositionsHolds()
{
    const auto folder = Golden::folderOf("gpt2");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "gpt2-f16.gguf");
    QVERIFY(loaded);
    auto cache = (*loaded)->makeCache(1000);
    const std::vector<TokenId> tokens(321, 1);

    const auto run = (*loaded)->run(*cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});

    QVERIFY(!run);
    QVERIFY(run.error().detail.find("320") != std::string::npos);
}

void TestModels::textCutBackBelowLongRopeIsTurnedAnew()
{
    const auto folder = Golden::folderOf("phi3-longrope");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "phi3-longrope-f16.gguf");
    QVERIFY(loaded);
    const Golden golden(folder);
    const auto tokens = golden.json().at("cases").at(2).at("token_ids").get<std::vector<TokenId>>();
    const std::span<const TokenId> text(tokens);
    const auto ignore = [](auto) {};
    const std::vector<float> expected = allLogits(**loaded, text.first(100), 100);

    auto cache = (*loaded)->makeCache(int(tokens.size()));
    QVERIFY((*loaded)->run(*cache, text, Decoder::LogitRows::Last, ignore, {}));
    cache->truncate(cache->resumable(50));
    const int kept = cache->size();
    std::vector<float> last;
    const auto keep = [&](std::span<const float> logits) { last.assign(logits.begin(), logits.end()); };
    QVERIFY((*loaded)->run(*cache, text.subspan(std::size_t(kept), std::size_t(100 - kept)),
                           Decoder::LogitRows::Last, keep, {}));

    QCOMPARE(cache->size(), 100);
    QVERIFY(greatestDifference(last, std::span(expected).last(last.size())) <= 1e-4);
}

QTEST_APPLESS_MAIN(TestModels)
#include "test_models.moc"
