#include "engine/weights/e5_container.h"
#include "engine/weights/model_file.h"

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

namespace {

class Bytes
{
public:
    template <class T>
    Bytes &put(T value)
    {
        string.append(reinterpret_cast<const char *>(&value), sizeof value);
        return *this;
    }

    std::string string;
};

constexpr std::int32_t kHidden = 32;
constexpr std::int32_t kInner = 64;
constexpr std::int32_t kRows = 8; // of the vocabulary's matrix; there are six pieces

struct Packed
{
    std::string name;
    std::uint8_t type;
    std::uint32_t values;
};

std::vector<Packed> tensors()
{
    std::vector<Packed> all{{"emb.word", 1, kRows * kHidden},
                            {"emb.pos", 0, 4 * kHidden},
                            {"emb.type", 0, 2 * kHidden},
                            {"emb.ln.w", 0, kHidden},
                            {"emb.ln.b", 0, kHidden}};
    const auto add = [&](const char *part, std::int32_t rows, std::int32_t columns) {
        all.push_back({std::string("l0.") + part + ".w", std::uint8_t(columns ? 1 : 0),
                       std::uint32_t(columns ? rows * columns : rows)});
        all.push_back({std::string("l0.") + part + ".b", 0, std::uint32_t(rows)});
    };
    for (const char *part : {"q", "k", "v", "ao"}) {
        add(part, kHidden, kHidden);
    }
    add("aln", kHidden, 0);
    add("fi", kInner, kHidden);
    add("fo", kHidden, kInner);
    add("oln", kHidden, 0);
    return all;
}

/// A container of one small layer, laid out as the package's own.
std::string container()
{
    const std::vector<std::string> pieces{"<s>", "<pad>", "</s>", "<unk>", "\xe2\x96\x81word", "<mask>"};
    Bytes bytes;
    bytes.string = "E5S1";
    bytes.put(1u);
    for (const std::int32_t size : {kHidden, 1, 4, kInner, kRows, 4, 2}) {
        bytes.put(size);
    }
    bytes.put(1e-12f).put(32);
    for (const std::int32_t number : {6, 0, 2, 1, 3}) { // pieces, bos, eos, pad, unk
        bytes.put(number);
    }
    std::string blob;
    std::vector<std::uint32_t> offsets{0};
    for (const std::string &piece : pieces) {
        blob += piece;
        offsets.push_back(std::uint32_t(blob.size()));
    }
    bytes.put(std::uint64_t(blob.size()));
    for (const std::uint32_t offset : offsets) {
        bytes.put(offset);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        bytes.put(-float(i));
    }
    bytes.string += blob;
    bytes.put(1).put(9u);
    bytes.string += "123456789"; // the map, which is skipped
    const auto all = tensors();
    bytes.put(std::int32_t(all.size()));
    std::size_t table = bytes.string.size();
    for (const Packed &tensor : all) {
        table += 2 + tensor.name.size() + 1 + 4 + 8 + 8;
    }
    std::string data;
    for (const Packed &tensor : all) {
        const std::uint64_t size = tensor.type ? tensor.values / 32 * 18 : tensor.values * 4;
        bytes.put(std::uint16_t(tensor.name.size()));
        bytes.string += tensor.name;
        bytes.put(tensor.type).put(tensor.values).put(std::uint64_t(table + data.size())).put(size);
        data.append(std::size_t(size), char('a' + data.size() % 23));
    }
    return bytes.string + data;
}

class Converter
{
public:
    Converter() { write("map.bin", "rules"); }

    std::filesystem::path path(const char *name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    void write(const char *name, const std::string &content) const
    {
        std::ofstream file(path(name), std::ios::binary);
        file << content;
    }

    engine::Result<void> convert(const std::string &content) const
    {
        write("in.bin", content);
        return engine::convertE5Container(path("in.bin"), path("map.bin"), path("out.gguf"));
    }

private:
    QTemporaryDir m_folder;
};

} // namespace

class TestE5Container : public QObject
{
    Q_OBJECT

private slots:
    void convertsVocabularyAndWeights();
    void refusesEveryTruncation();
    void survivesEveryChangedByte();
    void refusesOtherFiles();
    void carriesTheRightRules();
};

void TestE5Container::convertsVocabularyAndWeights()
{
    const Converter converter;
    const std::string bytes = container();
    const auto converted = converter.convert(bytes);
    QVERIFY2(converted, converted ? "" : converted.error().detail.c_str());

    const auto file = engine::ModelFile::open(converter.path("out.gguf"));

    QVERIFY2(file, file ? "" : file.error().detail.c_str());
    const engine::Metadata &metadata = (*file)->metadata();
    QCOMPARE(metadata.text("general.architecture").value(), std::string("bert"));
    QCOMPARE(metadata.integer("bert.embedding_length", 0, 1000).value(), std::int64_t(kHidden));
    QCOMPARE(metadata.integer("tokenizer.ggml.mask_token_id", 0, 1000).value(), std::int64_t(5));
    QVERIFY(*metadata.find("tokenizer.ggml.tokens") ==
            engine::MetadataValue(std::vector<std::string>{
                "<s>", "<pad>", "</s>", "<unk>", "\xe2\x96\x81word", "<mask>", "[PAD6]", "[PAD7]"}));
    QVERIFY(*metadata.find("tokenizer.ggml.token_type") ==
            engine::MetadataValue(std::vector<std::int64_t>{3, 3, 3, 2, 1, 3, 5, 5}));
    QVERIFY(*metadata.find("tokenizer.ggml.scores") ==
            engine::MetadataValue(std::vector<double>{0, -1, -2, -3, -4, -5, -10000, -10000}));
    QVERIFY(*metadata.find("tokenizer.ggml.precompiled_charsmap") ==
            engine::MetadataValue(std::vector<std::uint8_t>{'r', 'u', 'l', 'e', 's'}));
    QCOMPARE((*file)->tensors().size(), std::size_t(5 + 16));
    const engine::Tensor *down = (*file)->tensor("blk.0.ffn_down.weight");
    QVERIFY(down && down->type == engine::TensorType::Q4_0);
    QVERIFY((down->shape == std::vector<std::int64_t>{kHidden, kInner}));
    const auto at =
        bytes.find(std::string(reinterpret_cast<const char *>(down->data.data()), down->data.size()));
    QVERIFY(at != std::string::npos);
}

void TestE5Container::refusesEveryTruncation()
{
    const Converter converter;
    const std::string bytes = container();
    for (std::size_t size = 0; size < bytes.size(); size += size < 512 ? 3 : 997) {
        QVERIFY(!converter.convert(bytes.substr(0, size)));
    }
    QVERIFY(!std::filesystem::exists(converter.path("out.gguf")));
}

void TestE5Container::survivesEveryChangedByte()
{
    const Converter converter;
    const std::string valid = container();
    int refused = 0;
    for (std::size_t i = 0; i < 900; i += 3) {
        for (const char value : {'\x7f', '\xff'}) {
            std::string bytes = valid;
            bytes[i] = value;
            refused += converter.convert(bytes) ? 0 : 1;
        }
    }
    QVERIFY(refused > 250);
}

void TestE5Container::refusesOtherFiles()
{
    const Converter converter;

    QCOMPARE(converter.convert("GGUF").error().detail, std::string("in.bin: magic: not an E5S1 container"));
    QCOMPARE(engine::convertE5Container(converter.path("none"), converter.path("map.bin"),
                                        converter.path("out.gguf"))
                 .error()
                 .code,
             engine::ErrorCode::NotFound);
    QCOMPARE(engine::convertE5Container(converter.path("in.bin"), converter.path("none"),
                                        converter.path("out.gguf"))
                 .error()
                 .code,
             engine::ErrorCode::NotFound);
}

void TestE5Container::carriesTheRightRules()
{
    QFile rules(QStringLiteral(TEST_DATA "/../../resources/models/xlm-roberta.charsmap"));
    QVERIFY(rules.open(QIODevice::ReadOnly));

    QCOMPARE(QCryptographicHash::hash(rules.readAll(), QCryptographicHash::Sha256).toHex(),
             QByteArray("0942789e0111452f1cc446f70036e26d24458c3c7858c53cc12ca4d87531279b"));
}

QTEST_APPLESS_MAIN(TestE5Container)
#include "test_e5_container.moc"
