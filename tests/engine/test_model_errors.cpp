#include "tests/engine/model_support.h"

#include <QTemporaryDir>

using namespace engine;

Q_DECLARE_METATYPE(engine::ErrorCode)

/// Files that do not hold together, or ask for what we do not know: each error names what and why.
class TestModelErrors : public QObject
{
    Q_OBJECT

private slots:
    void refusesConfigsThatDoNotFitTheTensors_data();
    void refusesConfigsThatDoNotFitTheTensors();
};

void TestModelErrors::refusesConfigsThatDoNotFitTheTensors_data()
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
    add("rope_scaling", "{\"type\": \"linear\"}", damaged, "factor");
    add("rope_scaling", "{\"type\": \"dynamic\", \"factor\": 2}", unsupported, "dynamic");
    add("rope_scaling", "{\"type\": \"yarn\", \"factor\": 2, \"beta_fast\": -1}", damaged, "rope scaling");
    add("rope_scaling", "{\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]}", damaged,
        "factors");
    add("rope_scaling", "[1]", damaged, "rope_scaling");
    add("partial_rotary_factor", "1.5", damaged, "partial_rotary_factor");
    add("query_pre_attn_scalar", "-1", damaged, "query_pre_attn_scalar");
    add("scale_attn_by_inverse_layer_idx", "true", unsupported, "scale_attn_by_inverse_layer_idx");
    add("hidden_act", "\"sine\"", unsupported, "sine");
    add("max_position_embeddings", "0", damaged, "max_position_embeddings");
}

void TestModelErrors::refusesConfigsThatDoNotFitTheTensors()
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

QTEST_APPLESS_MAIN(TestModelErrors)
#include "test_model_errors.moc"
