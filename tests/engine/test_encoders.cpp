#include "tests/engine/model_support.h"

using namespace engine;

Q_DECLARE_METATYPE(std::string)

namespace {

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

using Embedder = std::function<Result<std::vector<float>>(std::span<const EncoderInput>)>;

/// An encoder, or a decoder whose files name a pooling.
Result<Embedder> loadEmbedder(const std::filesystem::path &path)
{
    ASSIGN_OR_RETURN(const auto file, ModelFile::open(path));
    ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*file));
    if (config.spec->network == Network::Decoder) {
        if (!config.embeds) {
            return fail(ErrorCode::Unsupported, "makes no embeddings");
        }
        ASSIGN_OR_RETURN(auto decoder, loadDecoder(path));
        return Embedder([shared = std::make_shared<Loaded<Decoder>>(std::move(decoder))](const auto &texts) {
            return (*shared)->embed(texts, {});
        });
    }
    ASSIGN_OR_RETURN(auto encoder, loadEncoder(path));
    return Embedder([shared = std::make_shared<Loaded<Encoder>>(std::move(encoder))](const auto &texts) {
        return (*shared)->embed(texts, {});
    });
}

} // namespace

/// The tiny random embedding models and rerankers against PyTorch's float32 numbers.
class TestEncoders : public QObject
{
    Q_OBJECT

private slots:
    void embeddingsAreThoseOfTheReference_data();
    void embeddingsAreThoseOfTheReference();
    void scoresAreThoseOfTheReference_data();
    void scoresAreThoseOfTheReference();
};

void TestEncoders::embeddingsAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    for (const char *model : {"minilm", "e5-bert", "xlm-roberta", "nomic-bert", "qwen3-embedding"}) {
        addExactFiles(model);
    }
}

void TestEncoders::embeddingsAreThoseOfTheReference()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    const Golden golden(folder);
    const auto inputs = encoderInputs(golden);
    const auto embedder = loadEmbedder(folder / file);
    QVERIFY2(embedder, embedder ? "" : embedder.error().detail.c_str());

    const auto together = (*embedder)(inputs);

    QVERIFY2(together, together ? "" : together.error().detail.c_str());
    const std::size_t size = together->size() / inputs.size();
    double error = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto expected = golden.floats(golden.expected(i, file).at("embedding"));
        const auto alone = (*embedder)(std::span(&inputs[i], 1));
        QVERIFY(alone);
        const double difference = greatestDifference(std::span(*together).subspan(i * size, size), expected);
        QVERIFY2(difference <= kEmbeddingError,
                 qPrintable(QString("text %1: off by %2").arg(i).arg(difference)));
        QVERIFY(greatestDifference(*alone, expected) <= kEmbeddingError);
        error = std::max(error, difference);
    }
    qInfo("greatest error of a value %.2g", error);
}

void TestEncoders::scoresAreThoseOfTheReference_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    for (const char *model : {"bert-reranker", "xlm-roberta-reranker"}) {
        addExactFiles(model);
    }
}

void TestEncoders::scoresAreThoseOfTheReference()
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

    const auto scores = (*loaded)->score(encoderInputs(golden), {});

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

QTEST_APPLESS_MAIN(TestEncoders)
#include "test_encoders.moc"
