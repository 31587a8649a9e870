#include "engine/weights/gguf.h"
#include "engine/weights/gguf_writer.h"
#include "engine/weights/mapped_file.h"
#include "engine/weights/model_file.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>

namespace {

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

enum Type : std::uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kText, kArray, kU64, kI64, kF64 };

std::filesystem::path pathOf(const QTemporaryDir &folder, const char *name)
{
    return std::filesystem::path(folder.path().toStdString()) / name;
}

/// A GGUF written number by number, so that every one can lie.
class Bytes
{
public:
    template <class T>
    Bytes &put(T value)
    {
        m_bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
        return *this;
    }

    Bytes &text(std::string_view text, std::uint64_t claimed)
    {
        put(claimed);
        m_bytes += text;
        return *this;
    }

    Bytes &text(std::string_view value) { return text(value, value.size()); }

    Bytes &key(std::string_view name, std::uint32_t type) { return text(name).put(type); }

    Bytes &head(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3)
    {
        m_bytes += "GGUF";
        return put(version).put(tensors).put(keys);
    }

    Bytes &tensor(std::string_view name, const std::vector<std::uint64_t> &sizes, std::uint32_t type,
                  std::uint64_t offset)
    {
        text(name).put(std::uint32_t(sizes.size()));
        for (const std::uint64_t size : sizes) {
            put(size);
        }
        return put(type).put(offset);
    }

    /// Padding to the data, and so many bytes of it.
    Bytes &data(std::size_t size, std::size_t alignment = 32)
    {
        m_bytes.append((alignment - m_bytes.size() % alignment) % alignment + size, '\0');
        return *this;
    }

    const std::string &string() const { return m_bytes; }

    QByteArray array() const { return QByteArray::fromStdString(m_bytes); }

private:
    std::string m_bytes;
};

engine::Result<engine::GgufContent> readBytes(std::string_view bytes)
{
    return engine::readGguf(std::as_bytes(std::span(bytes.data(), bytes.size())), "test.gguf");
}

/// A small valid model: keys of several types, two tensors.
std::string validFile()
{
    Bytes bytes;
    bytes.head(2, 4).key("general.architecture", kText).text("llama");
    bytes.key("general.alignment", kU32).put(std::uint32_t(32));
    bytes.key("tokenizer.ggml.tokens", kArray)
        .put(std::uint32_t(kText))
        .put(std::uint64_t(2))
        .text("a")
        .text("bc");
    bytes.key("tokenizer.ggml.scores", kArray)
        .put(std::uint32_t(kF32))
        .put(std::uint64_t(2))
        .put(1.0f)
        .put(-2.0f);
    bytes.tensor("a.weight", {32, 2}, 0, 0).tensor("b.weight", {64, 3}, 2, 256);
    return bytes.data(256 + 128).string();
}

QByteArray withTensor(const std::vector<std::uint64_t> &sizes, std::uint32_t type, std::uint64_t offset,
                      std::size_t data = 4096)
{
    return Bytes().head(1, 0).tensor("x", sizes, type, offset).data(data).array();
}

QByteArray withAlignment(std::uint32_t type, std::uint64_t value)
{
    Bytes bytes;
    bytes.head(0, 1).key("general.alignment", type);
    return type == kU64 || type == kI64 ? bytes.put(value).array() : bytes.put(std::uint32_t(value)).array();
}

/// A part of a model with a tensor of its own name in each.
std::string partOf(int number, int count, int tensors = 3)
{
    Bytes bytes;
    bytes.head(1, 4).key("split.no", kU16).put(std::uint16_t(number)).key("split.count", kU16);
    bytes.put(std::uint16_t(count)).key("split.tensors.count", kI32).put(std::int32_t(tensors));
    bytes.key("general.name", kText).text("part " + std::to_string(number));
    return bytes.tensor("t" + std::to_string(number), {32}, 0, 0).data(128).string();
}

void writeFile(const QTemporaryDir &folder, const char *name, const std::string &bytes)
{
    std::ofstream(pathOf(folder, name), std::ios::binary) << bytes;
}

} // namespace

class TestGguf : public QObject
{
    Q_OBJECT

private slots:
    void readsAValidFile();
    void readsEveryValueType();
    void readsVersionTwo();
    void givesMetadataByType();
    void refuses_data();
    void refuses();
    void refusesEveryTruncation();
    void survivesEveryChangedByte();
    void refusesTruncatedGoldenModel();
    void looksUpManyTensorsInLinearTime();
    void opensWhatWasWritten();
    void writesTheSameBytesTwice();
    void fingerprintFollowsTheWeights();
    void namesMissingFilesAndPipes();
    void opensEveryGoldenModel();
    void survivesHostileFiles();
    void opensAllPartsByAnyOfThem();
    void refusesPartsThatDoNotFit_data();
    void refusesPartsThatDoNotFit();
    void opensTheMetadataOfAFileCutShort();
    void livesWhenAFileIsCutWhileMapped();
};

void TestGguf::readsAValidFile()
{
    const std::string bytes = validFile();
    const auto content = readBytes(bytes);

    QVERIFY(content);
    QCOMPARE(content->tensors.size(), std::size_t(2));
    const engine::Tensor &second = content->tensors[1];
    QCOMPARE(second.name, std::string("b.weight"));
    QCOMPARE(second.type, engine::TensorType::Q4_0);
    QVERIFY((second.shape == std::vector<std::int64_t>{3, 64}));
    QCOMPARE(second.data.size(), std::size_t(3 * 2 * 18));
    QCOMPARE(second.rows(), std::int64_t(3));
    QCOMPARE(reinterpret_cast<const char *>(second.data.data()) - bytes.data(),
             std::ptrdiff_t(bytes.size() - 128));
}

void TestGguf::readsEveryValueType()
{
    Bytes bytes;
    bytes.head(0, 14);
    bytes.key("u8", kU8).put(std::uint8_t(200)).key("i8", kI8).put(std::int8_t(-3));
    bytes.key("u16", kU16).put(std::uint16_t(60000)).key("i16", kI16).put(std::int16_t(-300));
    bytes.key("i32", kI32).put(-70000).key("u64", kU64).put(kHuge).key("i64", kI64).put(std::int64_t(-5));
    bytes.key("f32", kF32).put(0.5f).key("f64", kF64).put(0.1).key("bool", kBool).put(std::uint8_t(1));
    bytes.key("bytes", kArray)
        .put(std::uint32_t(kU8))
        .put(std::uint64_t(2))
        .put(std::uint8_t(0))
        .put(std::uint8_t(255));
    bytes.key("flags", kArray).put(std::uint32_t(kBool)).put(std::uint64_t(1)).put(std::uint8_t(1));
    bytes.key("ints", kArray).put(std::uint32_t(kI32)).put(std::uint64_t(1)).put(-1);
    bytes.key("none", kArray).put(std::uint32_t(kText)).put(std::uint64_t(0));
    const auto content = readBytes(bytes.string());

    QVERIFY2(content, content ? "" : content.error().detail.c_str());
    const auto is = [&](const char *key, engine::MetadataValue value) {
        return *content->metadata.find(key) == value;
    };
    QVERIFY(is("u8", std::uint64_t(200)) && is("i8", std::int64_t(-3)) && is("u16", std::uint64_t(60000)));
    QVERIFY(is("i16", std::int64_t(-300)) && is("i32", std::int64_t(-70000)) &&
            is("u64", std::uint64_t(kHuge)));
    QVERIFY(is("i64", std::int64_t(-5)) && is("f32", 0.5) && is("f64", 0.1) && is("bool", true));
    QVERIFY(is("bytes", std::vector<std::uint8_t>{0, 255}) && is("flags", std::vector<std::int64_t>{1}));
    QVERIFY(is("ints", std::vector<std::int64_t>{-1}) && is("none", std::vector<std::string>{}));
}

void TestGguf::readsVersionTwo()
{
    QVERIFY(readBytes(Bytes().head(0, 0, 2).string()));
}

void TestGguf::givesMetadataByType()
{
    engine::Metadata metadata;
    metadata.source = "m.gguf";
    metadata.insert("n", std::uint64_t(7));
    metadata.insert("big", std::uint64_t(kHuge));
    metadata.insert("x", 0.5);
    metadata.insert("s", std::string("text"));
    metadata.insert("f", true);

    QCOMPARE(metadata.integer("n", 0, 7).value(), std::int64_t(7));
    QCOMPARE(metadata.integer("n", 0, 6).error().detail, std::string("m.gguf: n: 7 is outside 0..6"));
    QCOMPARE(metadata.integer("big", 0, 6).error().code, engine::ErrorCode::Damaged);
    QCOMPARE(metadata.integer("x", 0, 6).error().code, engine::ErrorCode::Damaged);
    QCOMPARE(metadata.integer("none", 0, 6).error().code, engine::ErrorCode::NotFound);
    QCOMPARE(metadata.integerOr("none", 5, 0, 6).value(), std::int64_t(5));
    QVERIFY(!metadata.integerOr("s", 5, 0, 6));
    QCOMPARE(metadata.number("n").value(), 7.0);
    QCOMPARE(metadata.text("s").value(), std::string("text"));
    QVERIFY(!metadata.text("n"));
    QVERIFY(metadata.flagOr("f", false).value());
    QVERIFY(!metadata.flagOr("n", false));
}

void TestGguf::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const QByteArray &bytes, const char *reason) {
        QTest::newRow(name) << bytes << QByteArray(reason);
    };
    // Header: CVE-2024-39720, CVE-2024-21836, CVE-2024-23605, CVE-2026-27940.
    row("empty", {}, "magic");
    row("magic only", "GGUF", "header: the file ends");
    row("other magic", "GGML0000000000000000000000", "magic");
    row("zip", "PK\3\4", "magic");
    for (const std::uint32_t version : {0u, 1u, 4u, 0xffffffffu}) {
        row(qPrintable(QStringLiteral("version %1").arg(version)), Bytes().head(0, 0, version).array(),
            "version");
    }
    row("big endian", Bytes().head(0, 0, 0x03000000).array(), "big-endian");
    for (const std::uint64_t count :
         {std::uint64_t(1), std::uint64_t(1) << 61, (kHuge - 1) / 88, kHuge / 2, kHuge}) {
        row(qPrintable(QStringLiteral("%1 tensors").arg(count)), Bytes().head(count, 0).array(),
            "tensor count");
        row(qPrintable(QStringLiteral("%1 keys").arg(count)), Bytes().head(0, count).array(),
            "key-value count");
    }
    // Strings and arrays: CVE-2024-23496, CVE-2024-21825, CVE-2025-66960.
    for (const std::uint64_t length : {kHuge, kHuge / 2, std::uint64_t(1) << 32, std::uint64_t(100)}) {
        row(qPrintable(QStringLiteral("key of %1").arg(length)),
            Bytes().head(0, 1).text("abc", length).put(kHuge).array(), "key 0: a string");
        row(qPrintable(QStringLiteral("text of %1").arg(length)),
            Bytes().head(0, 1).key("k", kText).text("abc", length).array(), "k: a string");
    }
    for (const std::uint32_t type : {kU8, kU32, kF64, kText}) {
        for (const std::uint64_t count :
             {kHuge, kHuge / 4 + 2, kHuge / 24 + 2, std::uint64_t(1) << 40, std::uint64_t(1000)}) {
            row(qPrintable(QStringLiteral("array of %1, type %2").arg(count).arg(type)),
                Bytes().head(0, 1).key("k", kArray).put(type).put(count).put(kHuge).array(),
                "k: an array of");
        }
    }
    row("array of long texts",
        Bytes()
            .head(0, 1)
            .key("k", kArray)
            .put(std::uint32_t(kText))
            .put(std::uint64_t(1))
            .put(kHuge)
            .array(),
        "k: item 0");
    row("array of arrays",
        Bytes().head(0, 1).key("k", kArray).put(std::uint32_t(kArray)).put(std::uint64_t(1)).array(),
        "array of arrays");
    for (const std::uint32_t type : {13u, 255u, 0xffffffffu}) {
        row(qPrintable(QStringLiteral("value type %1").arg(type)),
            Bytes().head(0, 1).key("k", type).put(kHuge).array(), "value type");
        row(qPrintable(QStringLiteral("item type %1").arg(type)),
            Bytes().head(0, 1).key("k", kArray).put(type).put(std::uint64_t(1)).put(kHuge).array(),
            "item type");
    }
    row("key twice", Bytes().head(0, 2).key("k", kU8).put('a').key("k", kU8).put('a').array(),
        "k: the key appears twice");
    row("key with NUL", Bytes().head(0, 1).key({"a\0b", 3}, kU8).put('a').array(),
        "not printable ASCII: a\\x00b");
    row("bool of 2", Bytes().head(0, 1).key("k", kBool).put('\2').array(), "neither true nor false");
    // Alignment: CVE-2025-0317, llama.cpp#26318.
    for (const std::uint64_t value :
         {std::uint64_t(0), std::uint64_t(3), std::uint64_t(0x7fffffff), std::uint64_t(0x80000000)}) {
        row(qPrintable(QStringLiteral("alignment %1").arg(value)), withAlignment(kU32, value),
            "general.alignment");
    }
    row("signed alignment", withAlignment(kI32, 32), "general.alignment");
    row("huge alignment", withAlignment(kU64, std::uint64_t(1) << 63), "general.alignment");
    row("alignment as float", withAlignment(kF32, 32), "general.alignment");
    row("part beyond the last",
        Bytes()
            .head(0, 2)
            .key("split.count", kU16)
            .put(std::uint16_t(2))
            .key("split.no", kU16)
            .put(std::uint16_t(9))
            .array(),
        "split.no: 9 of 2 files");
    // Tensors: CVE-2024-21802, CVE-2025-53630, CVE-2026-33298, CVE-2026-7482, llama.cpp#18674.
    row("five dimensions", withTensor({2, 2, 2, 2, 2}, 0, 0), "5 dimensions");
    row("0xffffffff dimensions", Bytes().head(1, 0).text("x").put(0xffffffffu).put(kHuge).put(kHuge).array(),
        "dimensions");
    row("dimension 0", withTensor({32, 0}, 0, 0), "dimension 1 is 0");
    row("dimension -1", withTensor({32, kHuge}, 0, 0), "dimension 1 is");
    row("product 2^64", withTensor({std::uint64_t(1) << 32, std::uint64_t(1) << 32}, 0, 0),
        "more bytes than the file");
    row("product wraps", withTensor({32, (std::uint64_t(1) << 59) + 32}, 0, 0), "more bytes than the file");
    row("2^42 + 1 rows", withTensor({32, (std::uint64_t(1) << 42) + 1}, 0, 0), "more bytes than the file");
    row("stride wraps", withTensor({std::uint64_t(1) << 62, 1}, 0, 0), "more bytes than the file");
    row("Q4_0 bytes wrap", withTensor({(kHuge / 18 / 32 + 1) * 32, 1}, 2, 0), "more bytes than the file");
    row("Q8_0 bytes wrap", withTensor({(kHuge / 34 / 32 + 1) * 32, 1}, 8, 0), "more bytes than the file");
    row("half a block", withTensor({31, 32}, 2, 0), "not whole blocks of Q4_0");
    for (const std::uint32_t type : {4u, 5u, 31u, 33u, 38u, 200u, 0xffffffffu}) {
        row(qPrintable(QStringLiteral("tensor type %1").arg(type)), withTensor({32}, type, 0),
            "tensor x: type");
    }
    row("beyond the file", withTensor({1024}, 0, 4096, 4096), "end outside the file");
    row("last byte missing", withTensor({1024}, 0, 0, 4095), "end outside the file");
    row("no data", Bytes().head(1, 0).tensor("x", {1}, 0, 0).array(), "end outside the file");
    row("offset -32", withTensor({8}, 0, kHuge - 31), "end outside the file");
    row("offset not aligned", withTensor({8}, 0, 16), "not aligned to 32");
    row("overlap", Bytes().head(2, 0).tensor("x", {16}, 0, 0).tensor("y", {16}, 0, 32).data(96).array(),
        "tensor y: overlaps x");
    row("name twice", Bytes().head(2, 0).tensor("x", {8}, 0, 0).tensor("x", {8}, 0, 32).data(64).array(),
        "appears twice");
    row("no name", Bytes().head(1, 0).tensor("", {8}, 0, 0).data(32).array(), "no usable name");
    row("long name", Bytes().head(1, 0).tensor(std::string(64, 'n'), {8}, 0, 0).data(32).array(),
        "at most 63");
    row("control character in name", Bytes().head(1, 0).tensor("a\x1b[2J", {8}, 0, 0).data(32).array(),
        "a\\x1b[2J");
}

void TestGguf::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, reason);

    const auto content = readBytes({bytes.constData(), std::size_t(bytes.size())});

    QVERIFY(!content);
    QVERIFY2(content.error().detail.starts_with("test.gguf: "), content.error().detail.c_str());
    QVERIFY2(content.error().detail.find(reason.toStdString()) != std::string::npos,
             content.error().detail.c_str());
}

void TestGguf::refusesEveryTruncation()
{
    const std::string bytes = validFile();
    QVERIFY(readBytes(bytes));
    const std::size_t needed = bytes.size() - 128 + 108; // the last tensor's end
    for (std::size_t size = 0; size < needed; ++size) {
        // Its own buffer, so that reading behind the end is seen by the sanitizer.
        const std::vector<char> cut(bytes.begin(), bytes.begin() + std::ptrdiff_t(size));
        QVERIFY(!readBytes({cut.data(), cut.size()}));
    }
}

/// Each byte of the header set to values that make numbers huge, negative or zero: any answer but a crash.
void TestGguf::survivesEveryChangedByte()
{
    const std::string valid = validFile();
    int refused = 0;
    for (std::size_t i = 0; i < valid.size() - 384; ++i) {
        for (const char value : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
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
    QVERIFY(refused > 300);
}

void TestGguf::refusesTruncatedGoldenModel()
{
    std::ifstream file(SHARED_DATA "/golden/models/llama/llama-f16.gguf", std::ios::binary);
    if (!file) {
        QSKIP("needs ../shared");
    }
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    QVERIFY(readBytes(bytes));
    for (std::size_t size = 0; size < bytes.size() - 64; size += 64) {
        QVERIFY(!readBytes(std::string_view(bytes).substr(0, size)));
    }
}

void TestGguf::looksUpManyTensorsInLinearTime()
{
    constexpr std::uint64_t kCount = 100'000;
    Bytes bytes;
    bytes.head(kCount, 0);
    for (std::uint64_t i = 0; i < kCount; ++i) {
        bytes.tensor("blk." + std::to_string(i) + ".weight", {8}, 0, (kCount - 1 - i) * 32);
    }
    bytes.data(kCount * 32);
    QElapsedTimer timer;
    timer.start();

    const auto content = readBytes(bytes.string());

    QVERIFY(content);
    QCOMPARE(content->tensors.size(), std::size_t(kCount));
    QVERIFY(timer.elapsed() <
            3000); // a tenth of a second where nothing else runs; quadratic work takes minutes
}

void TestGguf::opensWhatWasWritten()
{
    const QTemporaryDir folder;
    std::vector<float> values(64);
    values[63] = 1.5f;
    engine::GgufWriter writer;
    writer.addText("general.architecture", "llama");
    writer.addF32("f", 0.5f);
    writer.addFlag("b", true);
    writer.addU32("n", 7);
    writer.addI32s("types", std::vector<std::int32_t>{1, -2});
    writer.addTensor({"w", engine::TensorType::F32, {2, 32}, std::as_bytes(std::span(values))});
    writer.addTensor({"v", engine::TensorType::F16, {1}, std::as_bytes(std::span(values)).first(2)});
    QVERIFY(writer.write(pathOf(folder, "a.gguf")));

    const auto file = engine::ModelFile::open(pathOf(folder, "a.gguf"));

    QVERIFY(file);
    QCOMPARE((*file)->format(), engine::FileFormat::Gguf);
    QCOMPARE((*file)->metadata().text("general.architecture").value(), std::string("llama"));
    QCOMPARE((*file)->metadata().number("f").value(), 0.5);
    const engine::Tensor *w = (*file)->tensor("w");
    QVERIFY(w && w->shape == std::vector<std::int64_t>({2, 32}));
    QVERIFY(std::memcmp(w->data.data(), values.data(), 256) == 0);
    QVERIFY(!(*file)->tensor("none"));
    QVERIFY(!(*file)->textFile("config.json"));
    QVERIFY(!std::filesystem::exists(pathOf(folder, "a.gguf.partial")));
}

void TestGguf::writesTheSameBytesTwice()
{
    const QTemporaryDir folder;
    const std::vector<float> values(8);
    for (const char *name : {"a.gguf", "b.gguf"}) {
        engine::GgufWriter writer;
        writer.addText("k", "v");
        writer.addTensor({"w", engine::TensorType::F32, {8}, std::as_bytes(std::span(values))});
        QVERIFY(writer.write(pathOf(folder, name)));
    }
    QCOMPARE(engine::ModelFile::open(pathOf(folder, "a.gguf")).value()->fingerprint(),
             engine::ModelFile::open(pathOf(folder, "b.gguf")).value()->fingerprint());

    engine::GgufWriter writer;
    QCOMPARE(writer.write(pathOf(folder, "none/a.gguf")).error().code, engine::ErrorCode::Storage);
}

void TestGguf::fingerprintFollowsTheWeights()
{
    const QTemporaryDir folder;
    std::vector<float> values(1 << 20);
    std::vector<std::string> prints;
    for (const float value : {0.0f, 1.0f}) {
        std::fill(values.begin(), values.end(), value);
        engine::GgufWriter writer;
        writer.addTensor({"w", engine::TensorType::F32, {1 << 20}, std::as_bytes(std::span(values))});
        QVERIFY(writer.write(pathOf(folder, "a.gguf")));
        prints.push_back(engine::ModelFile::open(pathOf(folder, "a.gguf")).value()->fingerprint());
    }
    QVERIFY(prints[0] != prints[1]);
    QCOMPARE(prints[0].size(), std::size_t(16));
}

void TestGguf::namesMissingFilesAndPipes()
{
    const auto missing = engine::ModelFile::open("/no/such/model.gguf");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, engine::ErrorCode::NotFound);
    QVERIFY(missing.error().detail.starts_with("model.gguf: "));
#ifdef Q_OS_UNIX
    const auto device = engine::ModelFile::open("/dev/null");
    QVERIFY(!device);
    QCOMPARE(device.error().code, engine::ErrorCode::Unreadable);
#endif
}

void TestGguf::opensEveryGoldenModel()
{
    const QDir folder(QStringLiteral(SHARED_DATA "/golden/models"));
    if (!folder.exists()) {
        QSKIP("needs ../shared");
    }
    int opened = 0;
    for (const QString &name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QDir model(folder.filePath(name));
        for (const QString &file : model.entryList({QStringLiteral("*.gguf"), QStringLiteral("hf")})) {
            const auto result = engine::ModelFile::open(model.filePath(file).toStdString());
            QVERIFY2(result, result ? "" : result.error().detail.c_str());
            ++opened;
        }
    }
    QVERIFY(opened >= 70);
}

/// The container's part of the hostile set: what must be refused for its header, sizes and offsets is; what
/// is wrong only with the model inside opens here and is the business of the model's own checks.
void TestGguf::survivesHostileFiles()
{
    const QString script = QStringLiteral(SHARED_DATA "/hostile/make_bad_models.py");
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (!QFile::exists(script) || python.isEmpty()) {
        QSKIP("needs ../shared and python3");
    }
    const QTemporaryDir folder;
    QProcess process;
    process.start(python, {QStringLiteral("-B"), script, folder.path(), QStringLiteral("--truncate"),
                           QStringLiteral("--random"), QStringLiteral("200")});
    QVERIFY(process.waitForFinished(90'000));
    const QByteArrayList containerKinds{"magic",
                                        "version",
                                        "header",
                                        "huge n_tensors",
                                        "huge n_kv",
                                        "string length",
                                        "array length",
                                        "nested array",
                                        "duplicate keys",
                                        "duplicate tensors",
                                        "alignment",
                                        "dims product overflow",
                                        "wrong type id",
                                        "offset outside file",
                                        "misaligned",
                                        "truncated data",
                                        "truncated header",
                                        "header length lies",
                                        "header JSON",
                                        "json bomb",
                                        "offsets",
                                        "overlapping offsets",
                                        "tensor name",
                                        "shard index",
                                        "splits",
                                        "trailing data"};
    QFile table(folder.filePath(QStringLiteral("cases.tsv")));
    QVERIFY(table.open(QIODevice::ReadOnly));
    table.readLine();
    int files = 0;
    int refused = 0;
    while (!table.atEnd()) {
        const QByteArrayList fields = table.readLine().split('\t');
        QElapsedTimer timer;
        timer.start();

        const auto file =
            engine::ModelFile::open(folder.filePath(QString::fromUtf8(fields[0])).toStdString());

        ++files;
        refused += file ? 0 : 1;
        QVERIFY2(timer.elapsed() < 5000, fields[0].constData());
        QVERIFY2(file || !file.error().detail.empty(), fields[0].constData());
        QVERIFY2(file || fields[3] != "ok", fields[0].constData());
        const bool weightsOfOtherType = fields[0] == "st/dtype_i64"; // sound as a file
        const bool inContainer =
            containerKinds.contains(fields[2]) && fields[1] != "tokenizer.json" && !weightsOfOtherType;
        if (fields[3] == "reject" && inContainer) {
            QVERIFY2(!file, fields[0].constData());
        }
    }
    QVERIFY(files > 700);
    QVERIFY(refused > 500);
}

void TestGguf::opensAllPartsByAnyOfThem()
{
    const QTemporaryDir folder;
    for (int i = 0; i < 3; ++i) {
        writeFile(folder, ("m-0000" + std::to_string(i + 1) + "-of-00003.gguf").c_str(), partOf(i, 3));
    }
    for (const char *name : {"m-00001-of-00003.gguf", "m-00003-of-00003.gguf"}) {
        const auto file = engine::ModelFile::open(pathOf(folder, name));

        QVERIFY2(file, file ? "" : file.error().detail.c_str());
        QVERIFY((*file)->tensor("t0") && (*file)->tensor("t1") && (*file)->tensor("t2"));
        QCOMPARE((*file)->metadata().text("general.name").value(), std::string("part 0"));
        QCOMPARE((*file)->bytes(), std::uint64_t(3 * partOf(0, 3).size()));
    }
    // Weights of every part count in the fingerprint.
    const auto name = (*engine::ModelFile::open(pathOf(folder, "m-00001-of-00003.gguf")))->fingerprint();
    std::string changed = partOf(2, 3);
    changed.back() = 1;
    writeFile(folder, "m-00003-of-00003.gguf", changed);
    QVERIFY((*engine::ModelFile::open(pathOf(folder, "m-00001-of-00003.gguf")))->fingerprint() != name);
}

void TestGguf::refusesPartsThatDoNotFit_data()
{
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const std::string &second, const char *reason) {
        QTest::newRow(name) << QByteArray::fromStdString(second) << QByteArray(reason);
    };
    row("missing", "", "m-00002-of-00002.gguf: this part of the model is missing");
    row("another number", partOf(0, 2), "m-00002-of-00002.gguf: its header says file 1 of 2");
    row("another count", partOf(1, 3), "its header says file 2 of 3");
    row("whole model", validFile(), "its header says file 1 of 1");
    row("cut short", partOf(1, 2).substr(0, 100), "m-00002-of-00002.gguf");
    row(
        "the same tensor",
        [] {
            std::string part = partOf(1, 2, 2);
            part[part.find("t1") + 1] = '0';
            return part;
        }(),
        "in two files");
}

void TestGguf::refusesPartsThatDoNotFit()
{
    QFETCH(QByteArray, second);
    QFETCH(QByteArray, reason);
    const QTemporaryDir folder;
    writeFile(folder, "m-00001-of-00002.gguf", partOf(0, 2, 2));
    if (!second.isEmpty()) {
        writeFile(folder, "m-00002-of-00002.gguf", second.toStdString());
    }

    const auto file = engine::ModelFile::open(pathOf(folder, "m-00001-of-00002.gguf"));

    QVERIFY(!file);
    QVERIFY2(file.error().detail.find(reason.toStdString()) != std::string::npos,
             file.error().detail.c_str());
    // And a part whose own name is wrong, and a promise of more tensors than there are.
    writeFile(folder, "renamed.gguf", partOf(0, 2, 2));
    const auto renamed = engine::ModelFile::open(pathOf(folder, "renamed.gguf"));
    QVERIFY(!renamed &&
            renamed.error().detail.find("does not end in -00001-of-00002.gguf") != std::string::npos);
    writeFile(folder, "n-00001-of-00002.gguf", partOf(0, 2, 9));
    writeFile(folder, "n-00002-of-00002.gguf", partOf(1, 2, 9));
    const auto fewer = engine::ModelFile::open(pathOf(folder, "n-00002-of-00002.gguf"));
    QVERIFY(!fewer &&
            fewer.error().detail.find("split.tensors.count: 9, the parts have 2") != std::string::npos);
}

void TestGguf::opensTheMetadataOfAFileCutShort()
{
    const QTemporaryDir folder;
    const std::string whole = validFile();
    writeFile(folder, "cut.gguf", whole.substr(0, whole.size() - 100));

    const auto file = engine::ModelFile::open(pathOf(folder, "cut.gguf"));
    QVERIFY(!file);
    QVERIFY2(file.error().detail.find("cut short") != std::string::npos, file.error().detail.c_str());
    const auto metadata = engine::ModelFile::openMetadata(pathOf(folder, "cut.gguf"));
    QVERIFY(metadata);
    QVERIFY(!(*metadata)->metadata().all().empty());
    QVERIFY((*metadata)->tensors().empty());
}

void TestGguf::livesWhenAFileIsCutWhileMapped()
{
#ifdef Q_OS_WIN
    QSKIP("a mapped file cannot be cut on Windows");
#else
    const QTemporaryDir folder;
    writeFile(folder, "a.gguf", std::string(1 << 20, 'x'));
    writeFile(folder, "b.gguf", std::string(1 << 20, 'y'));
    const auto cut = engine::MappedFile::open(pathOf(folder, "a.gguf"));
    const auto whole = engine::MappedFile::open(pathOf(folder, "b.gguf"));
    QVERIFY(cut && whole);
    std::filesystem::resize_file(pathOf(folder, "a.gguf"), 5000);
    QVERIFY(!cut->wasCut()); // nothing lost was read yet

    const auto count = [](const engine::MappedFile &file, char c) {
        return std::count(file.bytes().begin(), file.bytes().end(), std::byte(c));
    };

    QCOMPARE(count(*cut, 'x'), std::ptrdiff_t(5000));
    QVERIFY(cut->wasCut());
    QCOMPARE(count(*whole, 'y'), std::ptrdiff_t(1 << 20));
    QVERIFY(!whole->wasCut());
#endif
}

QTEST_APPLESS_MAIN(TestGguf)
#include "test_gguf.moc"
