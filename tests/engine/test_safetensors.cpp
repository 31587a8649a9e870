#include "engine/weights/model_file.h"
#include "engine/weights/safetensors.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <fstream>

namespace {

std::string fileOf(std::string_view header, std::string_view data, std::uint64_t length)
{
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    bytes += header;
    bytes += data;
    return bytes;
}

std::string fileOf(std::string_view header, std::string_view data)
{
    return fileOf(header, data, header.size());
}

engine::Result<engine::SafetensorsContent> readBytes(std::string_view bytes)
{
    return engine::readSafetensors(std::as_bytes(std::span(bytes.data(), bytes.size())), "m.safetensors");
}

/// Two tensors: a, eight F32; b, 2 x 3 BF16.
const std::string kHeader =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[32,44]},)"
    R"("a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}})";

std::string entry(std::string_view type, std::string_view shape, std::string_view offsets)
{
    return "{\"a\":{\"dtype\":" + std::string(type) + ",\"shape\":" + std::string(shape) +
           ",\"data_offsets\":" + std::string(offsets) + "}}";
}

class Folder
{
public:
    void write(const char *name, std::string_view content) const
    {
        std::ofstream file(path() / name, std::ios::binary);
        file.write(content.data(), std::streamsize(content.size()));
    }

    std::filesystem::path path() const { return m_folder.path().toStdString(); }

private:
    QTemporaryDir m_folder;
};

const std::string kOneA = fileOf(entry("\"F32\"", "[1]", "[0,4]"), "aaaa");
const std::string kOneB = fileOf(R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "bbbb");

} // namespace

class TestSafetensors : public QObject
{
    Q_OBJECT

private slots:
    void readsAValidFile();
    void readsEveryElementType_data();
    void readsEveryElementType();
    void refuses_data();
    void refuses();
    void refusesEveryTruncation();
    void survivesEveryChangedByte();
    void readsManyTensorsInLinearTime();
    void opensAFolder();
    void opensShardsByIndex();
    void opensShardsWithoutIndex();
    void refusesIndexes_data();
    void refusesIndexes();
    void refusesATensorInTwoFiles();
    void readsOnlyTextFilesOfTheFolder();
};

void TestSafetensors::readsAValidFile()
{
    const std::string bytes = fileOf(kHeader + "  ", std::string(44, 'x'));
    const auto content = readBytes(bytes);

    QVERIFY2(content, content ? "" : content.error().detail.c_str());
    QCOMPARE(content->tensors.size(), std::size_t(2));
    const engine::Tensor &b = content->tensors[0];
    QCOMPARE(b.name, std::string("b"));
    QCOMPARE(b.type, engine::TensorType::BF16);
    QVERIFY((b.shape == std::vector<std::int64_t>{2, 3}));
    QCOMPARE(b.data.size(), std::size_t(12));
    QCOMPARE(reinterpret_cast<const char *>(b.data.data()) - bytes.data(), std::ptrdiff_t(bytes.size() - 12));
    QVERIFY(readBytes(fileOf("{}", "")));
}

void TestSafetensors::readsEveryElementType_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("type");
    const auto row = [](const char *name, int bytes, engine::TensorType type) {
        QTest::newRow(name) << QByteArray(name) << bytes << int(type);
    };
    row("F64", 8, engine::TensorType::F64);
    row("F32", 4, engine::TensorType::F32);
    row("F16", 2, engine::TensorType::F16);
    row("BF16", 2, engine::TensorType::BF16);
    row("I64", 8, engine::TensorType::I64);
    row("U64", 8, engine::TensorType::I64);
    row("I32", 4, engine::TensorType::I32);
    row("I16", 2, engine::TensorType::I16);
    row("I8", 1, engine::TensorType::I8);
    row("U8", 1, engine::TensorType::I8);
    row("BOOL", 1, engine::TensorType::I8);
}

void TestSafetensors::readsEveryElementType()
{
    QFETCH(QByteArray, name);
    QFETCH(int, bytes);
    QFETCH(int, type);
    const std::string size = std::to_string(3 * bytes);

    const std::string file = fileOf(entry("\"" + name.toStdString() + "\"", "[3]", "[0," + size + "]"),
                                    std::string(std::size_t(3 * bytes), 'x'));
    const auto content = readBytes(file);

    QVERIFY(content);
    QCOMPARE(int(content->tensors[0].type), type);
}

void TestSafetensors::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const std::string &bytes, const char *reason) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(reason);
    };
    const auto header = [&](const char *name, const std::string &text, const char *reason) {
        row(name, fileOf(text, std::string(32, 'x')), reason);
    };
    const auto offsets = [&](const char *name, const char *text, const char *reason) {
        header(name, entry("\"F32\"", "[8]", text), reason);
    };
    const auto shape = [&](const char *name, const std::string &text, const char *reason) {
        header(name, entry("\"F32\"", text, "[0,32]"), reason);
    };
    row("empty", "", "header length: missing");
    row("seven bytes", "1234567", "header length");
    for (const std::uint64_t length :
         {std::uint64_t(0), std::uint64_t(1), std::uint64_t(300), std::uint64_t(100'000'001),
          std::uint64_t(1) << 32, std::uint64_t(1) << 63, ~std::uint64_t(0), ~std::uint64_t(7)}) {
        row(qPrintable(QStringLiteral("length %1").arg(length)),
            fileOf(kHeader, std::string(44, 'x'), length), "header length");
    }
    header("array", "[]", "not a JSON object");
    header("text", "\"x\"", "not a JSON object");
    header("null", "null", "not a JSON object");
    header("two objects", "{}{}", "not JSON");
    header("byte order mark", "\xef\xbb\xbf{}", "not a JSON object");
    header("NUL behind", std::string("{}\0\0", 4), "not a JSON object");
    header("NUL and more", std::string("{}\0{}", 5), "not a JSON object");
    header("open", "{\"a\":{\"dtype\":\"F32\"", "not a JSON object");
    header("trailing comma", "{\"a\":1,}", "");
    header("pickle", "\x80\x04\x95", "not a JSON object");
    header("deep arrays", "{\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}",
           "an array where none belongs");
    header("deep objects", std::string(100'000 * 5, ' ').replace(0, 5, "{\"a\":") + "}", "");
    header("deep metadata",
           "{\"__metadata__\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}",
           "nested too deeply");
    header(
        "name twice",
        R"({"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}})",
        "appears twice");
    header("field twice", R"({"a":{"dtype":"F32","dtype":"F32","shape":[8],"data_offsets":[0,32]}})",
           "dtype appears twice");
    header("field missing", R"({"a":{"dtype":"F32","shape":[8]}})", "is missing");
    header("field unknown", R"({"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32],"x":1}})",
           "unknown field x");
    header("entry is a number", R"({"a":1})", "a number where none belongs");
    header("invalid UTF-8", "{\"\xff\":{}}", "not JSON");
    offsets("reversed", "[32,0]", "");
    offsets("negative", "[-4,32]", "a negative number");
    offsets("fraction", "[0.5,32]", "no integer");
    offsets("texts", "[\"0\",\"32\"]", "a string");
    offsets("one", "[0]", "needs two");
    offsets("three", "[0,8,32]", "needs two");
    offsets("nested", "[[0,32]]", "an array in an array");
    offsets("no array", "32", "a number where none belongs");
    offsets("beyond the file", "[0,1099511627776]", "");
    offsets("above 2^64", "[18446744073709551615,18446744073709592575]", "");
    offsets("hole before", "[4,32]", "leaves a hole");
    offsets("tail", "[0,28]", "the tensors cover 28");
    shape("too small", "[7]", "its shape does not need");
    shape("empty", "[]", "its shape does not need");
    shape("product overflows", "[4294967296,4294967296]", "its shape does not need");
    shape("product wraps", "[8,2305843009213693953]", "its shape does not need");
    shape("negative", "[-8]", "a negative number");
    shape("above 2^63", "[9223372036854775808]", "dimension 0 is");
    shape("1e400", "[1e400]", "not JSON");
    shape("long number", "[" + std::string(100'000, '9') + "]", "");
    shape("many", "[1,1,1,1,1,1,1,1,8]", "more than 8 dimensions");
    header("unknown type", entry("\"F33\"", "[8]", "[0,32]"), "type 'F33'");
    header("eight-bit float", entry("\"F8_E4M3\"", "[32]", "[0,32]"), "type 'F8_E4M3'");
    header("type is a number", entry("7", "[8]", "[0,32]"), "a number where none belongs");
    header(
        "overlap",
        R"({"a":{"dtype":"F32","shape":[8],"data_offsets":[0,32]},"b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}})",
        "overlaps");
}

void TestSafetensors::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, reason);

    const auto content = readBytes({bytes.constData(), std::size_t(bytes.size())});

    QVERIFY(!content);
    QVERIFY2(content.error().detail.starts_with("m.safetensors: "), content.error().detail.c_str());
    QVERIFY2(content.error().detail.find(reason.toStdString()) != std::string::npos,
             content.error().detail.c_str());
    QVERIFY(content.error().detail.size() < 300);
}

void TestSafetensors::refusesEveryTruncation()
{
    const std::string bytes = fileOf(kHeader, std::string(44, 'x'));
    QVERIFY(readBytes(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<char> cut(bytes.begin(), bytes.begin() + std::ptrdiff_t(size));
        QVERIFY(!readBytes({cut.data(), cut.size()}));
    }
}

void TestSafetensors::survivesEveryChangedByte()
{
    const std::string valid = fileOf(kHeader, std::string(44, 'x'));
    int refused = 0;
    for (std::size_t i = 0; i < valid.size() - 44; ++i) {
        for (const char value : {'\0', '9', '"', '{', '\x80', '\xff'}) {
            std::string bytes = valid;
            bytes[i] = value;
            const auto content = readBytes(bytes);
            refused += content ? 0 : 1;
            for (const auto &tensor : content ? content->tensors : std::vector<engine::Tensor>()) {
                const auto *const begin = reinterpret_cast<const char *>(tensor.data.data());
                QVERIFY(begin >= bytes.data() && begin + tensor.data.size() <= bytes.data() + bytes.size());
            }
        }
    }
    QVERIFY(refused > 500);
}

void TestSafetensors::readsManyTensorsInLinearTime()
{
    std::string header = "{";
    for (int i = 0; i < 100'000; ++i) {
        header += (i > 0 ? "," : "") + ("\"t" + std::to_string(i)) +
                  R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
    }
    header += "}";
    const std::string bytes = fileOf(header, "");
    QElapsedTimer timer;
    timer.start();

    const auto content = readBytes(bytes);

    QVERIFY(content);
    QCOMPARE(content->tensors.size(), std::size_t(100'000));
    QVERIFY(timer.elapsed() <
            5000); // a fifth of a second where nothing else runs; quadratic work takes minutes
}

void TestSafetensors::opensAFolder()
{
    const Folder folder;
    folder.write("model.safetensors", fileOf(kHeader, std::string(44, 'x')));
    folder.write("model-00002.safetensors", kOneA); // not asked for
    folder.write("config.json", "{}");

    const auto file = engine::ModelFile::open(folder.path());

    QVERIFY(file);
    QCOMPARE((*file)->format(), engine::FileFormat::HuggingFace);
    QCOMPARE((*file)->tensors().size(), std::size_t(2));
    QVERIFY((*file)->tensor("a"));
    QVERIFY((*file)->metadata().all().empty());
    QCOMPARE((*file)->textFile("config.json").value(), std::string("{}"));
    QCOMPARE((*file)->fingerprint().size(), std::size_t(16));

    const Folder empty;
    QCOMPARE(engine::ModelFile::open(empty.path()).error().code, engine::ErrorCode::NotFound);
}

void TestSafetensors::opensShardsByIndex()
{
    const Folder folder;
    folder.write("model-1.safetensors", kOneA);
    folder.write("model-2.safetensors", kOneB);
    folder.write(
        "model.safetensors.index.json",
        R"({"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}})");

    const auto file = engine::ModelFile::open(folder.path());

    QVERIFY2(file, file ? "" : file.error().detail.c_str());
    QCOMPARE((*file)->tensors().size(), std::size_t(2));
    QCOMPARE(std::to_integer<char>((*file)->tensor("b")->data[0]), 'b');
    QCOMPARE((*file)->bytes(), std::uint64_t(kOneA.size() + kOneB.size()));
}

void TestSafetensors::opensShardsWithoutIndex()
{
    const Folder folder;
    folder.write("model-00001-of-00002.safetensors", kOneA);
    folder.write("model-00002-of-00002.safetensors", kOneB);

    const auto file = engine::ModelFile::open(folder.path());

    QVERIFY(file);
    QVERIFY((*file)->tensor("a") && (*file)->tensor("b"));
}

void TestSafetensors::refusesIndexes_data()
{
    QTest::addColumn<QByteArray>("index");
    const auto row = [](const char *name, const QByteArray &file) {
        QTest::newRow(name) << QByteArray("{\"weight_map\":{\"a\":\"" + file + "\"}}");
    };
    row("up", "../model-1.safetensors");
    row("absolute", "/etc/passwd");
    row("address", "http://127.0.0.1:9/x.safetensors");
    row("backslash", "..\\\\\\\\model-1.safetensors");
    row("drive", "c:model-1.safetensors");
    row("hidden", ".model-1.safetensors");
    row("itself", "model.safetensors.index.json");
    row("missing", "model-2.safetensors");
    row("NUL", "model-1.safetensors\\\\u0000.safetensors");
    row("device", "/dev/zero");
    QTest::newRow("tensor not in it") << QByteArray(R"({"weight_map":{"x":"model-1.safetensors"}})");
    QTest::newRow("no object") << QByteArray("[1]");
    QTest::newRow("not JSON") << QByteArray("{");
    QTest::newRow("empty map") << QByteArray(R"({"weight_map":{}})");
    QTest::newRow("numbers") << QByteArray(R"({"weight_map":{"a":1}})");
    QTest::newRow("deep") << QByteArray(QByteArray(200'000, '[') + QByteArray(200'000, ']'));
}

void TestSafetensors::refusesIndexes()
{
    QFETCH(QByteArray, index);
    const Folder folder;
    folder.write("model-1.safetensors", kOneA);
    folder.write("model.safetensors.index.json", index.toStdString());

    const auto file = engine::ModelFile::open(folder.path());

    QVERIFY(!file);
    QVERIFY(!file.error().detail.empty());
}

void TestSafetensors::refusesATensorInTwoFiles()
{
    const Folder folder;
    folder.write("model-1.safetensors", kOneA);
    folder.write("model-2.safetensors", kOneA);

    const auto file = engine::ModelFile::open(folder.path());

    QVERIFY(!file);
    QVERIFY(file.error().detail.find("in two files") != std::string::npos);
}

void TestSafetensors::readsOnlyTextFilesOfTheFolder()
{
    const Folder folder;
    folder.write("model.safetensors", kOneA);
    folder.write("broken.json", "\xff");
    const auto file = engine::ModelFile::open(folder.path());
    QVERIFY(file);

    QCOMPARE((*file)->textFile("broken.json").error().code, engine::ErrorCode::Damaged);
    for (const char *name : {"none.json", "../x", "/etc/passwd", "a/b", "", "..", "c:x"}) {
        QCOMPARE((*file)->textFile(name).error().code, engine::ErrorCode::NotFound);
    }
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
