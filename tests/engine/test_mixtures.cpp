#include "engine/weights/gguf_writer.h"
#include "engine/weights/quant.h"
#include "engine/weights/quantize.h"
#include "tests/engine/model_support.h"

#include <QTemporaryDir>

#include <functional>
#include <map>

using namespace engine;

Q_DECLARE_METATYPE(std::string)

namespace {

constexpr double kSameWeights = 1e-4;

std::vector<float> allLogits(const Decoder &decoder, std::span<const TokenId> tokens)
{
    return ::allLogits(decoder, tokens, tokens.size());
}

/// A tensor with its bytes, to be changed and written again.
struct Owned
{
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;
};

using Tensors = std::map<std::string, Owned>;

Tensors tensorsOf(const ModelFile &file)
{
    Tensors tensors;
    for (const Tensor &tensor : file.tensors()) {
        tensors[tensor.name] = {tensor.type, tensor.shape, {tensor.data.begin(), tensor.data.end()}};
    }
    return tensors;
}

Owned taken(Tensors &tensors, const std::string &name)
{
    if (!tensors.contains(name)) {
        qFatal("no tensor %s", name.c_str());
    }
    return std::move(tensors.extract(name).mapped());
}

/// Tensors of one shape, one behind the other, as one of a dimension more.
Owned stacked(const std::vector<Owned> &parts)
{
    Owned whole = parts.front();
    whole.shape.insert(whole.shape.begin(), std::int64_t(parts.size()));
    for (std::size_t i = 1; i < parts.size(); ++i) {
        whole.bytes.insert(whole.bytes.end(), parts[i].bytes.begin(), parts[i].bytes.end());
    }
    return whole;
}

/// One above the other.
Owned above(const Owned &first, const Owned &second)
{
    Owned whole = first;
    whole.shape[0] += second.shape[0];
    whole.bytes.insert(whole.bytes.end(), second.bytes.begin(), second.bytes.end());
    return whole;
}

void writeFolder(const std::filesystem::path &folder, const nlohmann::json &config, const Tensors &tensors)
{
    std::ofstream(folder / "config.json") << config;
    nlohmann::json header;
    std::size_t at = 0;
    for (const auto &[name, tensor] : tensors) {
        header[name] = {{"dtype", tensor.type == TensorType::F32 ? "F32" : "BF16"},
                        {"shape", tensor.shape},
                        {"data_offsets", {at, at + tensor.bytes.size()}}};
        at += tensor.bytes.size();
    }
    const std::string text = header.dump();
    const std::uint64_t length = text.size();
    std::ofstream file(folder / "model.safetensors", std::ios::binary);
    file.write(reinterpret_cast<const char *>(&length), sizeof length);
    file << text;
    for (const auto &[name, tensor] : tensors) {
        file.write(reinterpret_cast<const char *>(tensor.bytes.data()), std::streamsize(tensor.bytes.size()));
    }
}

void writeGguf(const std::filesystem::path &path, const Metadata &metadata, const Tensors &tensors)
{
    GgufWriter writer;
    for (const auto &[key, value] : metadata.all()) {
        if (key.starts_with("tokenizer.")) {
            continue;
        }
        if (const auto *text = std::get_if<std::string>(&value)) {
            writer.addText(key, *text);
        } else if (const auto *flag = std::get_if<bool>(&value)) {
            writer.addFlag(key, *flag);
        } else if (const auto *number = std::get_if<std::uint64_t>(&value)) {
            writer.addU32(key, std::uint32_t(*number));
        } else if (const auto *real = std::get_if<double>(&value)) {
            writer.addF32(key, float(*real));
        }
    }
    for (const auto &[name, tensor] : tensors) {
        writer.addTensor({name, tensor.type, tensor.shape, tensor.bytes});
    }
    QVERIFY(writer.write(path));
}

std::string numbered(std::string name, int layer, int expert = 0)
{
    for (const int number : {layer, expert}) {
        if (const auto at = name.find("{}"); at != std::string::npos) {
            name.replace(at, 2, std::to_string(number));
        }
    }
    return name;
}

/// Layers that have a router, and the number of its experts.
std::map<int, int> routersOf(const Tensors &tensors, const std::string &name)
{
    std::map<int, int> routers;
    for (int layer = 0; layer < 64; ++layer) {
        if (const auto found = tensors.find(numbered(name, layer)); found != tensors.end()) {
            routers[layer] = int(found->second.shape[0]);
        }
    }
    return routers;
}

/// How a checkpoint calls its experts before and after transformers 5 fuses them.
struct ExpertNames
{
    const char *router;
    const char *gate;
    const char *up;
    const char *down;
};

constexpr ExpertNames kUsual{
    "model.layers.{}.mlp.gate.weight", "model.layers.{}.mlp.experts.{}.gate_proj.weight",
    "model.layers.{}.mlp.experts.{}.up_proj.weight", "model.layers.{}.mlp.experts.{}.down_proj.weight"};
constexpr ExpertNames kMixtral{"model.layers.{}.block_sparse_moe.gate.weight",
                               "model.layers.{}.block_sparse_moe.experts.{}.w1.weight",
                               "model.layers.{}.block_sparse_moe.experts.{}.w3.weight",
                               "model.layers.{}.block_sparse_moe.experts.{}.w2.weight"};

void fuseExperts(Tensors &tensors, const ExpertNames &names)
{
    for (const auto &[layer, experts] : routersOf(tensors, names.router)) {
        std::vector<Owned> gateUp;
        std::vector<Owned> down;
        for (int expert = 0; expert < experts; ++expert) {
            const Owned gate = taken(tensors, numbered(names.gate, layer, expert));
            gateUp.push_back(above(gate, taken(tensors, numbered(names.up, layer, expert))));
            down.push_back(taken(tensors, numbered(names.down, layer, expert)));
        }
        const std::string mlp = numbered("model.layers.{}.mlp.", layer);
        tensors[mlp + "gate.weight"] = taken(tensors, numbered(names.router, layer));
        tensors[mlp + "experts.gate_up_proj"] = stacked(gateUp);
        tensors[mlp + "experts.down_proj"] = stacked(down);
    }
}

/// "blk.N.ffn_gate_exps" becomes "blk.N.ffn_gate.0", "blk.N.ffn_gate.1", ...
void splitExperts(Tensors &tensors)
{
    for (const auto &[layer, experts] : routersOf(tensors, "blk.{}.ffn_gate_inp.weight")) {
        for (const std::string kind : {"gate", "up", "down"}) {
            const Owned whole = taken(tensors, numbered("blk.{}.ffn_" + kind + "_exps.weight", layer));
            const std::size_t size = whole.bytes.size() / std::size_t(experts);
            for (int expert = 0; expert < experts; ++expert) {
                const auto begin = whole.bytes.begin() + std::ptrdiff_t(std::size_t(expert) * size);
                tensors[numbered("blk.{}.ffn_" + kind + ".{}.weight", layer, expert)] = {
                    whole.type, {whole.shape[1], whole.shape[2]}, {begin, begin + std::ptrdiff_t(size)}};
            }
        }
    }
}

/// "blk.N.ffn_gate_exps" and "blk.N.ffn_up_exps" become "blk.N.ffn_gate_up_exps".
void joinGateUp(Tensors &tensors)
{
    for (const auto &[layer, experts] : routersOf(tensors, "blk.{}.ffn_gate_inp.weight")) {
        const Owned gate = taken(tensors, numbered("blk.{}.ffn_gate_exps.weight", layer));
        const Owned up = taken(tensors, numbered("blk.{}.ffn_up_exps.weight", layer));
        Owned joint{gate.type, {gate.shape[0], 2 * gate.shape[1], gate.shape[2]}, {}};
        const auto size = std::ptrdiff_t(gate.bytes.size()) / experts;
        for (std::ptrdiff_t i = 0; i < experts; ++i) {
            for (const Owned *part : {&gate, &up}) {
                joint.bytes.insert(joint.bytes.end(), part->bytes.begin() + i * size,
                                   part->bytes.begin() + (i + 1) * size);
            }
        }
        tensors[numbered("blk.{}.ffn_gate_up_exps.weight", layer)] = joint;
    }
}

} // namespace

/// Mixtures and latent attention in the forms that files have besides those of the golden models.
class TestMixtures : public QObject
{
    Q_OBJECT

private slots:
    void readsFoldersWithFusedExperts_data();
    void readsFoldersWithFusedExperts();
    void readsGgufWithExpertsInOtherForms_data();
    void readsGgufWithExpertsInOtherForms();
    void layersWithoutRouterAreDense_data();
    void layersWithoutRouterAreDense();
    void quantisedJointHeadsStayClose();
    void saysWhatItIs_data();
    void saysWhatItIs();
    void silentKeysTakeTheClassesValues_data();
    void silentKeysTakeTheClassesValues();
    void refusesMixturesThatCannotBe_data();
    void refusesMixturesThatCannotBe();
    void keepsOnlyTheLatent();
};

namespace {

/// Greatest error of the first prompt's logits, which the golden model has for every position.
double errorOf(const std::filesystem::path &path, const Golden &golden, const std::string &file)
{
    const auto loaded = loadDecoder(path);
    if (!loaded) {
        qWarning("%s", loaded.error().detail.c_str());
        return 1e9;
    }
    const auto tokens = golden.json().at("cases").at(0).at("token_ids").get<std::vector<TokenId>>();
    return greatestDifference(allLogits(**loaded, tokens),
                              golden.floats(golden.expected(0, file).at("logits")));
}

nlohmann::json configOf(const std::filesystem::path &folder)
{
    return nlohmann::json::parse(Golden::readFile(folder / "hf" / "config.json"));
}

} // namespace

void TestMixtures::readsFoldersWithFusedExperts_data()
{
    QTest::addColumn<std::string>("model");
    for (const char *model : {"mixtral", "qwen2-moe", "qwen3-moe", "deepseek-v2-lite", "deepseek-v3"}) {
        QTest::addRow("%s", model) << std::string(model);
    }
}

void TestMixtures::readsFoldersWithFusedExperts()
{
    QFETCH(std::string, model);
    const auto folder = Golden::folderOf(model);
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    Tensors tensors = tensorsOf(**ModelFile::open(folder / "hf"));
    fuseExperts(tensors, model == "mixtral" ? kMixtral : kUsual);
    QTemporaryDir temporary;
    const std::filesystem::path fused = temporary.path().toStdString();
    writeFolder(fused, configOf(folder), tensors);

    QVERIFY(errorOf(fused, Golden(folder), "hf") <= kLogitError);
}

void TestMixtures::readsGgufWithExpertsInOtherForms_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<std::string>("file");
    QTest::addColumn<bool>("split");
    for (const bool split : {true, false}) {
        const char *form = split ? "one tensor each" : "gate and up in one";
        QTest::addRow("mixtral, %s", form)
            << std::string("mixtral") << std::string("mixtral-f32.gguf") << split;
        QTest::addRow("deepseek-v3, %s", form)
            << std::string("deepseek-v3") << std::string("deepseek-v3-f16.gguf") << split;
    }
}

void TestMixtures::readsGgufWithExpertsInOtherForms()
{
    QFETCH(std::string, model);
    QFETCH(std::string, file);
    QFETCH(bool, split);
    const auto folder = Golden::folderOf(model);
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto source = *ModelFile::open(folder / file);
    Tensors tensors = tensorsOf(*source);
    split ? splitExperts(tensors) : joinGateUp(tensors);
    QTemporaryDir temporary;
    const auto other = std::filesystem::path(temporary.path().toStdString()) / file;
    writeGguf(other, source->metadata(), tensors);

    QVERIFY(errorOf(other, Golden(folder), file) <= kLogitError);
}

void TestMixtures::layersWithoutRouterAreDense_data()
{
    QTest::addColumn<int>("dense"); // the layer
    QTest::addRow("first") << 0;
    QTest::addRow("last") << 1;
}

/// A mixture of equal experts whose weights add up to 1 is a dense layer.
void TestMixtures::layersWithoutRouterAreDense()
{
    QFETCH(int, dense);
    const auto folder = Golden::folderOf("qwen3-moe");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    Tensors equal = tensorsOf(**ModelFile::open(folder / "hf"));
    Tensors without = equal;
    for (const char *name : {kUsual.gate, kUsual.up, kUsual.down}) {
        const Owned first = equal[numbered(name, dense, 0)];
        for (int expert = 0; expert < 8; ++expert) {
            equal[numbered(name, dense, expert)] = first;
            taken(without, numbered(name, dense, expert));
        }
        std::string plain = numbered(name, dense);
        plain.replace(plain.find("experts.0."), 10, "");
        without[plain] = first;
    }
    taken(without, numbered(kUsual.router, dense));
    nlohmann::json config = configOf(folder);
    QTemporaryDir one;
    QTemporaryDir other;
    writeFolder(one.path().toStdString(), config, equal);
    config["intermediate_size"] = config.at("moe_intermediate_size");
    config["mlp_only_layers"] = {dense};
    writeFolder(other.path().toStdString(), config, without);

    const auto mixture = loadDecoder(one.path().toStdString());
    const auto mixed = loadDecoder(other.path().toStdString());

    QVERIFY(mixture);
    QVERIFY2(mixed, mixed ? "" : mixed.error().detail.c_str());
    const Golden golden(folder);
    const auto tokens = golden.json().at("cases").at(0).at("token_ids").get<std::vector<TokenId>>();
    const auto logits = allLogits(**mixture, tokens);
    QVERIFY(greatestDifference(logits, allLogits(**mixed, tokens)) < kSameWeights);
    QVERIFY(greatestDifference(logits, golden.floats(golden.expected(0, "hf").at("logits"))) > kLogitError);
}

/// Keys of the older layout must be turned, which blocks cannot be: the turned ones are halves.
void TestMixtures::quantisedJointHeadsStayClose()
{
    const auto folder = Golden::folderOf("deepseek-v2-lite");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto source = *ModelFile::open(folder / "deepseek-v2-lite-legacy-f16.gguf");
    Tensors plain = tensorsOf(*source);
    Tensors quantised = plain;
    for (auto &[name, tensor] : quantised) {
        if (name.find("attn_kv_b") == std::string::npos) {
            continue;
        }
        std::vector<float> values(std::size_t(tensor.shape[0] * tensor.shape[1]));
        QVERIFY(dequantize(tensor.type, tensor.bytes, values));
        tensor.type = TensorType::Q8_0;
        tensor.bytes.resize(values.size() / 32 * 34);
        QVERIFY(quantize(TensorType::Q8_0, values, tensor.bytes));
        QVERIFY(dequantize(TensorType::Q8_0, tensor.bytes, values));
        Owned &same = plain[name]; // the very numbers, without blocks
        same.type = TensorType::F32;
        same.bytes.resize(values.size() * 4);
        std::memcpy(same.bytes.data(), values.data(), same.bytes.size());
    }
    QTemporaryDir temporary;
    const std::filesystem::path here = temporary.path().toStdString();
    writeGguf(here / "plain.gguf", source->metadata(), plain);
    writeGguf(here / "quantised.gguf", source->metadata(), quantised);
    const auto tokens = Golden(folder).json().at("cases").at(1).at("token_ids").get<std::vector<TokenId>>();

    const auto expected = allLogits(**loadDecoder(here / "plain.gguf"), tokens);
    const auto got = allLogits(**loadDecoder(here / "quantised.gguf"), tokens);

    QVERIFY(!expected.empty() && got.size() == expected.size());
    QVERIFY(meanDivergence(expected, got, 1000) < kQuantisedDivergence); // W_uv meets rounded activations
}

void TestMixtures::saysWhatItIs_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("family");
    for (const auto &[path, family] : std::map<std::string, std::string>{
             {"llama/llama-f16.gguf", "llama"},
             {"mixtral/mixtral-f32.gguf", "mixtral"},
             {"mixtral/hf", "mixtral"},
             {"qwen2-moe/qwen2-moe-f16.gguf", "qwen2-moe"},
             {"qwen3-moe/qwen3-moe-f16.gguf", "qwen3-moe"},
             {"deepseek-v2-lite/deepseek-v2-lite-f16.gguf", "deepseek-v2"},
             {"deepseek-v3/deepseek-v3-f16.gguf", "deepseek-v3"},
             {"deepseek-v3/hf", "deepseek-v3"},
         }) {
        QTest::addRow("%s", path.c_str()) << path << family;
    }
}

void TestMixtures::saysWhatItIs()
{
    QFETCH(std::string, path);
    QFETCH(std::string, family);
    const auto folder = Golden::folderOf(path.substr(0, path.find('/')));
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    const auto file = ModelFile::open(folder / path.substr(path.find('/') + 1));

    const auto config = readConfig(**file);

    QVERIFY(config);
    QCOMPARE(std::string(config->spec->family), family);
}

void TestMixtures::silentKeysTakeTheClassesValues_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("silent"); // what the class takes; -1: the golden model's own
    const auto add = [](const char *model, const char *key, int silent) {
        QTest::addRow("%s: %s", model, key) << std::string(model) << QString(key) << silent;
    };
    add("mixtral", "num_experts_per_tok", 2);
    add("mixtral", "norm_topk_prob", 1);
    add("qwen2-moe", "num_experts_per_tok", 4);
    add("qwen2-moe", "norm_topk_prob", 0);
    add("qwen3-moe", "norm_topk_prob", 0);
    add("deepseek-v2-lite", "norm_topk_prob", 0);
    add("deepseek-v2-lite", "routed_scaling_factor", 1);
    add("deepseek-v2-lite", "n_group", 1);
    add("deepseek-v2-lite", "n_shared_experts", 2 * 40);
    add("deepseek-v3", "norm_topk_prob", 1);
    add("deepseek-v3", "n_group", 8);
    add("deepseek-v3", "topk_group", 4);
    add("deepseek-v3", "n_shared_experts", 32);
    add("deepseek-v3", "q_lora_rank", 24);
    add("deepseek-v2-lite", "q_lora_rank", 0);
}

void TestMixtures::silentKeysTakeTheClassesValues()
{
    QFETCH(std::string, model);
    QFETCH(QString, key);
    QFETCH(int, silent);
    const auto folder = Golden::folderOf(model);
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    nlohmann::json json = configOf(folder);
    json.erase(key.toStdString());
    QTemporaryDir temporary;
    const std::filesystem::path here = temporary.path().toStdString();
    writeFolder(here, json, tensorsOf(**ModelFile::open(folder / "hf")));
    const auto file = ModelFile::open(here);

    const auto config = readConfig(**file);

    QVERIFY2(config, config ? "" : config.error().detail.c_str());
    const RouteParameters &route = config->mixture.route;
    const std::map<QString, int> values{
        {"num_experts_per_tok", route.chosen},       {"norm_topk_prob", int(route.normalize)},
        {"routed_scaling_factor", int(route.scale)}, {"n_group", route.groups},
        {"topk_group", route.chosenGroups},          {"n_shared_experts", config->mixture.sharedFeedForward},
        {"q_lora_rank", config->latent.queryRank},
    };
    QCOMPARE(values.at(key), silent);
}

void TestMixtures::refusesMixturesThatCannotBe_data()
{
    QTest::addColumn<std::string>("model");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value"); // JSON
    QTest::addColumn<QString>("named"); // in the error
    const auto add = [](const char *model, const char *key, const char *value, const char *named) {
        QTest::addRow("%s: %s %s", model, key, value)
            << std::string(model) << QString(key) << QString(value) << QString(named);
    };
    add("mixtral", "num_local_experts", "3", "block_sparse_moe.gate");
    add("mixtral", "num_local_experts", "5", "block_sparse_moe.gate");
    add("mixtral", "num_local_experts", "16000000", "experts");
    add("mixtral", "num_local_experts", "-1", "num_local_experts");
    add("mixtral", "num_experts_per_tok", "5", "experts");
    add("mixtral", "num_experts_per_tok", "0", "num_experts_per_tok");
    add("qwen2-moe", "moe_intermediate_size", "41", "experts.0.gate_proj");
    add("qwen2-moe", "shared_expert_intermediate_size", "95", "shared_expert.gate_proj");
    add("deepseek-v3", "n_group", "3", "groups");
    add("deepseek-v3", "topk_group", "5", "groups");
    add("deepseek-v3", "num_experts_per_tok", "9", "experts"); // two groups of four
    add("deepseek-v3", "routed_scaling_factor", "1e300", "scale");
    add("deepseek-v3", "scoring_func", "\"dice\"", "dice");
    add("deepseek-v3", "kv_lora_rank", "33", "kv_a_proj_with_mqa");
    add("deepseek-v3", "q_lora_rank", "25", "q_a_proj");
    add("deepseek-v3", "qk_nope_head_dim", "17", "q_b_proj");
    add("deepseek-v3", "qk_rope_head_dim", "7", "rope");
    add("deepseek-v3", "v_head_dim", "15", "kv_b_proj");
    add("deepseek-v3", "v_head_dim", "16000000", "heads");
    add("deepseek-v2-lite", "n_shared_experts", "3", "shared_experts.gate_proj");
    add("deepseek-v2-lite", "first_k_dense_replace", "1", ""); // says what is so
}

void TestMixtures::refusesMixturesThatCannotBe()
{
    QFETCH(std::string, model);
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, named);
    const auto folder = Golden::folderOf(model);
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    nlohmann::json json = configOf(folder);
    json[key.toStdString()] = nlohmann::json::parse(value.toStdString());
    QTemporaryDir temporary;
    const std::filesystem::path here = temporary.path().toStdString();
    writeFolder(here, json, tensorsOf(**ModelFile::open(folder / "hf")));

    const auto loaded = loadDecoder(here);

    if (named.isEmpty()) {
        QVERIFY(loaded);
        return;
    }
    QVERIFY(!loaded);
    const QString detail = QString::fromStdString(loaded.error().detail);
    QVERIFY2(detail.contains(named), qPrintable(detail));
    QVERIFY2(loaded.error().code == ErrorCode::Damaged || named == "dice", qPrintable(detail));
}

void TestMixtures::keepsOnlyTheLatent()
{
    const auto folder = Golden::folderOf("deepseek-v3");
    if (folder.empty()) {
        QSKIP("needs ../shared");
    }
    for (const char *path : {"deepseek-v3-f16.gguf", "hf"}) {
        const auto config = readConfig(**ModelFile::open(folder / path));
        QVERIFY(config);
        const LayerKv kv = config->kvOf(1);
        QCOMPARE(kv.heads, 1);
        QCOMPARE(kv.keySize, 32 + 8);
        QCOMPARE(kv.valueSize, 32);
        QVERIFY(kv.valuesInKeys);
    }
}

QTEST_APPLESS_MAIN(TestMixtures)
#include "test_mixtures.moc"
