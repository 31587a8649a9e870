#include "engine/model/embedding_prefix.h"
#include "tests/engine/model_support.h"

#include <QTemporaryDir>

using namespace engine;

/// The same hyperparameters spelled as other checkpoints of the family spell them, or left out where they
/// are what the family's configuration class takes then: the numbers stay.
class TestConfigSpellings : public QObject
{
    Q_OBJECT

private slots:
    void anotherSpellingChangesNothing_data();
    void anotherSpellingChangesNothing();
    void namesOfAnEmbedderGiveItsPrefixes_data();
    void namesOfAnEmbedderGiveItsPrefixes();
};

void TestConfigSpellings::anotherSpellingChangesNothing_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("patch"); // RFC 7396: null takes a key out
    const auto add = [](const char *model, const char *patch) {
        QTest::addRow("%s %s", model, patch) << QString(model) << QString(patch);
    };
    add("llama", R"({"rope_theta": null, "num_key_value_heads": null, "tie_word_embeddings": null,
                     "rope_parameters": {"rope_type": "default"}})");
    add("llama", R"({"sliding_window": 8})"); // Llama knows none
    add("llama3", R"({"rope_scaling": null, "rope_theta": null, "rope_parameters": {"rope_type": "llama3",
        "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64}})");
    add("mistral", R"({"rope_theta": null, "hidden_act": null, "max_position_embeddings": null})");
    add("qwen2", R"({"rms_norm_eps": null, "use_sliding_window": null, "max_window_layers": 0})");
    add("qwen3", R"({"rope_parameters": null, "rope_theta": 1000000.0, "attention_bias": null})");
    add("gemma2", R"({"hidden_activation": null, "hidden_act": "gelu", "rms_norm_eps": null,
                      "rope_theta": null, "tie_word_embeddings": true})");
    add("gemma2", R"({"layer_types": ["sliding_attention", "full_attention", "sliding_attention",
                      "full_attention"]})");
    add("gemma3", R"({"layer_types": null, "_sliding_window_pattern": null, "rope_theta": null,
                      "rope_local_base_freq": null})");
    add("gemma3", R"({"rope_theta": null, "rope_local_base_freq": null, "rope_parameters": {
        "full_attention": {"rope_type": "default", "rope_theta": 1000000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}})");
    add("gemma3", R"({"attn_logit_softcapping": 9.0})"); // its class does not heed it
    add("phi3",
        R"({"rms_norm_eps": null, "num_key_value_heads": null, "original_max_position_embeddings": null})");
    add("phi3-longrope", R"({"rope_scaling": {"type": "su"}})");
    add("phi3-longrope", R"({"rope_scaling": {"type": null, "rope_type": "longrope", "factor": 4.0}})");
    add("gptj", R"({"n_embd": null, "hidden_size": 64, "n_head": null, "num_attention_heads": 4,
                    "layer_norm_epsilon": null, "activation_function": null})");
    add("gpt-neox", R"({"rotary_pct": null, "rotary_emb_base": null, "use_parallel_residual": null,
                        "rope_parameters": {"rope_theta": 10000, "partial_rotary_factor": 0.5}})");
    add("gpt-neox-sequential", R"({"rotary_pct": null, "layer_norm_eps": null, "hidden_act": null})");
    add("gpt2", R"({"layer_norm_epsilon": null, "activation_function": null, "n_inner": 256})");
    add("smollm3", R"({"no_rope_layers": null, "layer_types": null, "no_rope_layer_interval": null,
                       "tie_word_embeddings": null})");
    add("olmo2", R"({"rope_theta": null, "num_key_value_heads": null,
                     "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}})");
}

void TestConfigSpellings::anotherSpellingChangesNothing()
{
    QFETCH(QString, model);
    QFETCH(QString, patch);
    const auto source = Golden::folderOf(model.toStdString());
    if (source.empty() || !std::filesystem::exists(source / "hf")) {
        QSKIP("needs ../shared");
    }
    QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    for (const auto &entry : std::filesystem::directory_iterator(source / "hf")) {
        if (entry.path().filename().string().starts_with("model")) {
            std::filesystem::copy_file(entry.path(), folder / entry.path().filename());
        }
    }
    auto json = nlohmann::json::parse(Golden::readFile(source / "hf" / "config.json"));
    json.merge_patch(nlohmann::json::parse(patch.toStdString()));
    std::ofstream(folder / "config.json") << json;
    const Golden golden(source);

    const auto loaded = loadDecoder(folder);

    QVERIFY2(loaded, loaded ? "" : loaded.error().detail.c_str());
    for (std::size_t i = 0; i < golden.json().at("cases").size(); ++i) {
        const auto tokens = golden.json().at("cases").at(i).at("token_ids").get<std::vector<TokenId>>();
        const auto expected = golden.floats(golden.expected(i, "hf").at("logits"));
        const auto logits = comparable(allLogits(**loaded, tokens, tokens.size()), expected);
        QVERIFY(greatestDifference(logits, expected) <= kLogitError);
    }
}

void TestConfigSpellings::namesOfAnEmbedderGiveItsPrefixes_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("passage");
    QTest::newRow("E5") << "multilingual-e5-small"
                        << "query: "
                        << "passage: ";
    QTest::newRow("Nomic") << "nomic-embed-text-v1.5"
                           << "search_query: "
                           << "search_document: ";
    QTest::newRow("Qwen3")
        << "Qwen3-Embedding-0.6B"
        << "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
        << "";
    QTest::newRow("BGE") << "bge-small-en-v1.5"
                         << "Represent this sentence for searching relevant passages: "
                         << "";
    QTest::newRow("BGE-M3") << "bge-m3"
                            << ""
                            << "";
    QTest::newRow("MiniLM") << "all-MiniLM-L6-v2"
                            << ""
                            << "";
}

void TestConfigSpellings::namesOfAnEmbedderGiveItsPrefixes()
{
    QFETCH(QString, name);
    QFETCH(QString, query);
    QFETCH(QString, passage);
    const auto folder = Golden::folderOf("minilm");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto file = ModelFile::open(folder / "minilm-f16.gguf");
    QVERIFY(file);
    auto config = readConfig(**file);
    QVERIFY(config);
    config->name = name.toStdString();

    const EmbeddingPrefixes prefixes = embeddingPrefixes(**file, *config);

    QCOMPARE(QString::fromStdString(prefixes.query), query);
    QCOMPARE(QString::fromStdString(prefixes.passage), passage);
}

QTEST_APPLESS_MAIN(TestConfigSpellings)
#include "test_config_spellings.moc"
