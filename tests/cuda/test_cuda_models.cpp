#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/model_support.h"

#include "cuda_simulator/simulator.h"

using namespace engine;
using simulator::Simulator;

Q_DECLARE_METATYPE(std::string)

namespace {

template <class Network>
Result<Loaded<Network>> loadOnCard(const std::filesystem::path &path)
{
    Loaded<Network> loaded;
    ASSIGN_OR_RETURN(loaded.file, ModelFile::open(path));
    ASSIGN_OR_RETURN(const ModelConfig config, readConfig(*loaded.file));
    ASSIGN_OR_RETURN(const auto runtime, cuda::Runtime::open(0));
    ASSIGN_OR_RETURN(loaded.network,
                     Network::load(*loaded.file, config, std::make_unique<cuda::CudaBackend>(runtime)));
    return loaded;
}

} // namespace

/// Whole models on the simulated card, through the code that drives a real one, against PyTorch's numbers.
class TestCudaModels : public QObject
{
    Q_OBJECT

private slots:
    void decodersGiveTheGoldenText_data();
    void decodersGiveTheGoldenText();
};

void TestCudaModels::decodersGiveTheGoldenText_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    for (const char *model : {"llama",
                              "llama3",
                              "smollm2",
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
                              "qwen2-moe",
                              "qwen3-moe",
                              "deepseek-v2-lite",
                              "deepseek-v3"}) {
        QTest::addRow("%s", model) << std::string(model) << std::string("hf");
    }
    for (const char *type : {"Q4_0", "Q8_0", "Q4_K_M", "Q6_K"}) {
        QTest::addRow("llama-quant %s", type)
            << std::string("llama-quant") << "llama-quant-" + std::string(type) + ".gguf";
    }
}

void TestCudaModels::decodersGiveTheGoldenText()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    const auto folder = Golden::folderOf(model);
    if (folder.empty() || !std::filesystem::exists(folder / file)) {
        QSKIP("needs ../shared");
    }
    Simulator::instance().reset({.seed = 1, .checks = false});
    const Golden golden(folder);
    const auto loaded = loadOnCard<Decoder>(folder / file);
    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    const Decoder &decoder = **loaded;
    const auto &cases = golden.json().at("cases");
    const auto tokens = cases.at(0).at("token_ids").get<std::vector<TokenId>>();
    const auto &expected = golden.expected(0, file);
    const auto logits = golden.floats(expected.at("logits"));
    const auto ours = comparable(allLogits(decoder, tokens, tokens.size()), logits);
    const bool exact = file == "hf";
    const double error = exact ? greatestDifference(ours, logits)
                               : meanDivergence(logits, ours, std::size_t(decoder.config().vocabulary));
    QVERIFY2(error <= (exact ? kLogitError : kQuantisedDivergence), qPrintable(QString::number(error)));
    if (exact) {
        const auto ids = expected.at("greedy_ids").get<std::vector<TokenId>>();
        QCOMPARE(greedy(decoder, tokens, ids.size()), ids);
    }
    QVERIFY(Simulator::instance().reports().empty());
    qInfo("error %.2g", error);
}

QTEST_APPLESS_MAIN(TestCudaModels)
#include "test_cuda_models.moc"
