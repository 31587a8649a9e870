#include "engine/model/decoder.h"
#include "engine/model/encoder.h"
#include "tests/engine/golden.h"

#include <QTemporaryDir>

using namespace engine;

Q_DECLARE_METATYPE(std::string)
Q_DECLARE_METATYPE(engine::ErrorCode)

namespace {

// ../shared/golden/README.md, "Tolerances"
constexpr double kLogitError = 2e-3;          // float32 arithmetic, unquantised files
constexpr double kQuantisedDivergence = 1e-2; // mean a prompt, activations may be rounded to int8
constexpr double kQuantisedMargin = 0.5;      // greedy text may part below it
constexpr double kEmbeddingError = 1e-4;
constexpr double kScoreError = 1e-3;

struct LoadedDecoder
{
    std::shared_ptr<const ModelFile> file;
    std::unique_ptr<Decoder> decoder;
};

Result<LoadedDecoder> loadDecoder(const std::filesystem::path &path, int threads = 1)
{
    LoadedDecoder loaded;
    ASSIGN_OR_RETURN(loaded.file, ModelFile::open(path));
    ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*loaded.file));
    ASSIGN_OR_RETURN(loaded.decoder, Decoder::load(*loaded.file, config, makeCpuBackend(threads)));
    return loaded;
}

/// All logits, the prompt given in chunks of `chunk` tokens.
std::vector<float> allLogits(const Decoder &decoder, std::span<const TokenId> tokens, std::size_t chunk)
{
    auto cache = decoder.makeCache(int(tokens.size()));
    std::vector<float> logits;
    const auto keep = [&](std::span<const float> rows) {
        logits.insert(logits.end(), rows.begin(), rows.end());
    };
    for (std::size_t at = 0; at < tokens.size(); at += chunk) {
        const auto part = tokens.subspan(at, std::min(chunk, tokens.size() - at));
        if (!decoder.run(*cache, part, Decoder::LogitRows::All, keep, {})) {
            return {};
        }
    }
    return logits;
}

TokenId best(std::span<const float> logits)
{
    return TokenId(std::ranges::max_element(logits) - logits.begin());
}

std::vector<TokenId> greedy(const Decoder &decoder, std::span<const TokenId> prompt, std::size_t count)
{
    auto cache = decoder.makeCache(int(prompt.size() + count));
    std::vector<TokenId> tokens;
    const auto pick = [&](std::span<const float> logits) { tokens.push_back(best(logits)); };
    (void)decoder.run(*cache, prompt, Decoder::LogitRows::Last, pick, {});
    while (tokens.size() < count) {
        const TokenId last = tokens.back();
        if (!decoder.run(*cache, std::span(&last, 1), Decoder::LogitRows::Last, pick, {})) {
            break;
        }
    }
    return tokens;
}

/// The last rows of `logits`, as many as the expectation has.
std::vector<float> comparable(const std::vector<float> &logits, const std::vector<float> &expected)
{
    return expected.size() >= logits.size()
               ? logits
               : std::vector<float>(logits.end() - std::ptrdiff_t(expected.size()), logits.end());
}

double meanDivergence(std::span<const float> expected, std::span<const float> logits, std::size_t vocabulary)
{
    double sum = 0;
    for (std::size_t at = 0; at < expected.size(); at += vocabulary) {
        sum += divergence(expected.subspan(at, vocabulary), logits.subspan(at, vocabulary));
    }
    return sum / (double(expected.size()) / double(vocabulary));
}

struct LoadedEncoder
{
    std::shared_ptr<const ModelFile> file;
    std::unique_ptr<Encoder> encoder;
};

Result<LoadedEncoder> loadEncoder(const std::filesystem::path &path, int threads = 1)
{
    LoadedEncoder loaded;
    ASSIGN_OR_RETURN(loaded.file, ModelFile::open(path));
    ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*loaded.file));
    ASSIGN_OR_RETURN(loaded.encoder, Encoder::load(*loaded.file, config, makeCpuBackend(threads)));
    return loaded;
}

std::vector<EncoderInput> encoderInputs(const Golden &golden)
{
    std::vector<EncoderInput> inputs;
    for (const auto &entry : golden.json().at("cases")) {
        inputs.push_back({entry.at("token_ids").get<std::vector<TokenId>>(),
                          entry.contains("token_type_ids")
                              ? entry.at("token_type_ids").get<std::vector<int>>()
                              : std::vector<int>()});
    }
    return inputs;
}

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
    void embeddingsAreThoseOfTheReference_data();
    void embeddingsAreThoseOfTheReference();
    void scoresAreThoseOfTheReference_data();
    void scoresAreThoseOfTheReference();
    void refusesConfigsThatDoNotFitTheTensors_data();
    void refusesConfigsThatDoNotFitTheTensors();
    void cancelledRunKeepsTheCache();
    void refusesIdsOutsideTheVocabulary();
    void refusesMoreThanTheCacheHolds();
};

void TestModels::logitsAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    addRow("llama", "llama-f32.gguf");
    addRow("llama", "llama-f16.gguf");
    addRow("llama", "hf");
    addRow("llama3", "llama3-bf16.gguf");
    addRow("llama3", "hf");
    addRow("smollm2", "smollm2-f16.gguf");
    addRow("smollm2", "hf");
    addRow("mistral", "mistral-f16.gguf");
    addRow("mistral", "hf");
    addRow("qwen2", "qwen2-f16.gguf");
    addRow("qwen2", "hf");
    addRow("qwen3", "qwen3-bf16.gguf");
    addRow("qwen3", "hf");
    addRow("llama-quant", "hf");
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
    const Decoder &decoder = *loaded->decoder;

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
    const Decoder &decoder = *loaded->decoder;
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
        return allLogits(*loadDecoder(folder / file, threads)->decoder, tokens, chunk);
    };

    for (const std::size_t chunk : {tokens.size(), std::size_t(1)}) {
        const auto one = logitsWith(1, chunk);
        QVERIFY(!one.empty());
        QVERIFY(one == logitsWith(2, chunk));
        QVERIFY(one == logitsWith(3, chunk));
    }
}

void TestModels::embeddingsAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    addRow("minilm", "minilm-f32.gguf");
    addRow("minilm", "minilm-f16.gguf");
    addRow("minilm", "hf");
    addRow("e5-bert", "e5-bert-f16.gguf");
    addRow("e5-bert", "hf");
    addRow("xlm-roberta", "xlm-roberta-f16.gguf");
    addRow("xlm-roberta", "hf");
}

void TestModels::embeddingsAreThoseOfTheReference()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto loaded = loadEncoder(folder / file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    const auto inputs = encoderInputs(golden);
    const auto size = std::size_t(loaded->encoder->config().hidden);

    const auto together = loaded->encoder->embed(inputs, {});

    QVERIFY2(together, together ? "" : together.error().detail.c_str());
    double error = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto expected = golden.floats(golden.expected(i, file).at("embedding"));
        const auto alone = loaded->encoder->embed(std::span(&inputs[i], 1), {});
        QVERIFY(alone);
        const double difference = greatestDifference(std::span(*together).subspan(i * size, size), expected);
        QVERIFY2(difference <= kEmbeddingError,
                 qPrintable(QString("text %1: off by %2").arg(i).arg(difference)));
        QVERIFY(greatestDifference(*alone, expected) <= kEmbeddingError);
        error = std::max(error, difference);
    }
    qInfo("greatest error of a value %.2g", error);
}

void TestModels::scoresAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    addRow("bert-reranker", "bert-reranker-f16.gguf");
    addRow("bert-reranker", "hf");
    addRow("xlm-roberta-reranker", "xlm-roberta-reranker-f16.gguf");
    addRow("xlm-roberta-reranker", "hf");
}

void TestModels::scoresAreThoseOfTheReference()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto loaded = loadEncoder(folder / file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());

    const auto scores = loaded->encoder->score(encoderInputs(golden), {});

    QVERIFY2(scores, scores ? "" : scores.error().detail.c_str());
    double error = 0;
    for (std::size_t i = 0; i < scores->size(); ++i) {
        const float expected = golden.expected(i, file).at("score").at(0).get<float>();
        QVERIFY2(std::abs((*scores)[i] - expected) <= kScoreError,
                 qPrintable(QString("pair %1: %2, not %3").arg(i).arg((*scores)[i]).arg(expected)));
        error = std::max(error, double(std::abs((*scores)[i] - expected)));
    }
    qInfo("greatest error of a score %.2g", error);
}

void TestModels::refusesConfigsThatDoNotFitTheTensors_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value"); // JSON; empty: the key is taken out
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<QString>("named"); // in the error
    const auto add = [](const char *key, const char *value, ErrorCode code, const char *named) {
        QTest::addRow("%s: %s", key, value) << QString(key) << QString(value) << code << QString(named);
    };
    const ErrorCode damaged = ErrorCode::Damaged;
    const ErrorCode unsupported = ErrorCode::Unsupported;
    add("model_type", "\"marvin\"", unsupported, "marvin");
    add("model_type", "", unsupported, "model_type");
    add("hidden_size", "", damaged, "hidden_size");
    add("hidden_size", "65", damaged, "embed_tokens");
    add("hidden_size", "-64", damaged, "hidden_size");
    add("hidden_size", "\"64\"", damaged, "hidden_size");
    add("hidden_size", "1e99", damaged, "hidden_size");
    add("num_hidden_layers", "0", damaged, "num_hidden_layers");
    add("num_hidden_layers", "3", damaged, "layers.2.");     // a tensor is missing
    add("num_hidden_layers", "1", unsupported, "layers.1."); // one is left over
    add("num_hidden_layers", "16000000", damaged, "layers");
    add("num_hidden_layers", "9223372036854775808", damaged, "num_hidden_layers");
    add("num_attention_heads", "3", damaged, "heads"); // 4 key-value heads
    add("num_attention_heads", "0", damaged, "num_attention_heads");
    add("num_key_value_heads", "2", damaged, "k_proj");
    add("num_key_value_heads", "3", damaged, "heads");
    add("head_dim", "15", damaged, "rope");
    add("head_dim", "32", damaged, "q_proj");
    add("intermediate_size", "171", damaged, "gate_proj");
    add("rms_norm_eps", "0", damaged, "epsilon");
    add("rms_norm_eps", "-1e-5", damaged, "epsilon");
    add("rms_norm_eps", "1e300", damaged, "epsilon");
    add("rope_theta", "0", damaged, "rope base");
    add("rope_scaling", "{\"type\": \"spiral\"}", unsupported, "spiral");
    add("rope_scaling", "{\"type\": \"linear\", \"factor\": 0}", damaged, "rope scaling");
    add("hidden_act", "\"sine\"", unsupported, "sine");
    add("max_position_embeddings", "0", damaged, "max_position_embeddings");
}

void TestModels::refusesConfigsThatDoNotFitTheTensors()
{
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(ErrorCode, code);
    QFETCH(QString, named);
    const auto source = Golden::folderOf("llama") / "hf";
    QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    std::filesystem::copy_file(source / "model.safetensors", folder / "model.safetensors");
    auto json = nlohmann::json::parse(Golden::readFile(source / "config.json"));
    json.erase(key.toStdString());
    if (!value.isEmpty()) {
        json[key.toStdString()] = nlohmann::json::parse(value.toStdString());
    }
    std::ofstream(folder / "config.json") << json;

    const auto loaded = loadDecoder(folder);

    QVERIFY(!loaded);
    const QString detail = QString::fromStdString(loaded.error().detail);
    QVERIFY2(loaded.error().code == code, qPrintable(detail));
    QVERIFY2(detail.contains(named), qPrintable(detail));
}

void TestModels::cancelledRunKeepsTheCache()
{
    const auto folder = Golden::folderOf("llama");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto loaded = loadDecoder(folder / "llama-f16.gguf");
    QVERIFY(loaded);
    auto cache = loaded->decoder->makeCache(16);
    const std::vector<TokenId> tokens{1, 5, 9};
    CancelToken cancel;
    cancel.cancel();

    const auto run = loaded->decoder->run(
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
    auto cache = loaded->decoder->makeCache(16);

    for (const TokenId token : {-1, 900, INT32_MAX}) {
        const std::vector<TokenId> tokens{1, token};
        const auto run = loaded->decoder->run(*cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});
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
    auto cache = loaded->decoder->makeCache(4);
    const std::vector<TokenId> tokens(5, 1);

    const auto run = loaded->decoder->run(*cache, tokens, Decoder::LogitRows::Last, [](auto) {}, {});

    QVERIFY(!run);
    QCOMPARE(run.error().code, ErrorCode::Unsupported);
    QVERIFY(run.error().detail.find('5') != std::string::npos);
}

QTEST_APPLESS_MAIN(TestModels)
#include "test_models.moc"
