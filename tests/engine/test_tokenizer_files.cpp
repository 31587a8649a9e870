#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/gguf_tokenizer.h"
#include "engine/tokenizer/sentencepiece_file.h"
#include "engine/tokenizer/tokenizer_metadata.h"
#include "tests/engine/tokenizer_support.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using engine::TokenId;
using engine::Tokenizer;

namespace {

QJsonObject readJson(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

Ids idsOf(const QJsonValue &value)
{
    Ids ids;
    for (const auto id : value.toArray()) {
        ids.push_back(id.toInt());
    }
    return ids;
}

/// All texts of a golden.json, with its ids; false: something else came out.
bool givesGoldenIds(const Tokenizer &tokenizer, const QJsonObject &golden, bool chat)
{
    bool same = true;
    int compared = 0;
    for (const auto item : golden[QStringLiteral("cases")].toArray()) {
        const bool pair = item.toObject().contains(QStringLiteral("text_pair"));
        const std::string text = item[QStringLiteral("text")].toString().toStdString();
        std::vector<int> segments;
        const Ids ids =
            pair ? tokenizer.encodePair(text, item[QStringLiteral("text_pair")].toString().toStdString(),
                                        segments)
                 : tokenizer.encode(text, {.addSpecial = item[QStringLiteral("add_special")].toBool(true)});
        same = same && ids == idsOf(item[QStringLiteral("token_ids")]);
        ++compared;
    }
    if (chat && golden.contains(QStringLiteral("chat"))) {
        const QJsonObject object = golden[QStringLiteral("chat")].toObject();
        const std::string rendered = object[QStringLiteral("rendered")].toString().toStdString();
        same = same && tokenizer.encode(rendered, {.parseSpecial = true}) ==
                           idsOf(object[QStringLiteral("token_ids")]);
    }
    return same && compared > 0;
}

/// Folders with a golden.json beside them.
void addFolders()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("golden");
    for (const char *root : {SHARED_DATA "/golden/models", TEST_DATA "/models", TEST_DATA "/tokenizers"}) {
        const QDir models(QString::fromLatin1(root));
        for (const QString &name : models.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QDir model(models.filePath(name));
            if (model.exists(QStringLiteral("hf"))) {
                QTest::addRow("%s/%s", qPrintable(models.dirName()), qPrintable(name))
                    << model.filePath(QStringLiteral("hf")) << model.filePath(QStringLiteral("golden.json"));
            }
        }
    }
}

void copyWithout(const QString &from, const QString &to, const QStringList &left)
{
    for (const QString &file : QDir(from).entryList(QDir::Files)) {
        if (!left.contains(file) && !file.endsWith(QLatin1String(".safetensors"))) {
            QFile::copy(from + QLatin1Char('/') + file, to + QLatin1Char('/') + file);
        }
    }
}

std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7) {
        bytes.push_back(char(value | 0x80));
    }
    bytes.push_back(char(value));
    return bytes;
}

std::string message(int field, std::string_view bytes)
{
    return varint(std::uint64_t(field) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

std::string piece(std::string_view text, int type)
{
    return message(1, message(1, text) + std::string("\x15\x00\x00\x80\xbf", 5) + "\x18" +
                          varint(std::uint64_t(type)));
}

} // namespace

/// The other files that a folder may keep its tokenizer in, and what a GGUF of it says.
class TestTokenizerFiles : public QObject
{
    Q_OBJECT

private slots:
    void givesTheSameIdsFromGgufKeys_data();
    void givesTheSameIdsFromGgufKeys();
    void readsFoldersWithoutTokenizerJson_data();
    void readsFoldersWithoutTokenizerJson();
    void readsSentencePieceFiles();
    void refusesDamagedSentencePieceFiles_data();
    void refusesDamagedSentencePieceFiles();
    void survivesEveryChangedByteOfASentencePieceFile();
    void findsTheChatTemplate_data();
    void findsTheChatTemplate();
};

void TestTokenizerFiles::givesTheSameIdsFromGgufKeys_data()
{
    addFolders();
}

void TestTokenizerFiles::givesTheSameIdsFromGgufKeys()
{
    QFETCH(QString, folder);
    QFETCH(QString, golden);
    const auto file = engine::ModelFile::openMetadata(folder.toStdString());
    QVERIFY(file);

    auto metadata = engine::tokenizerMetadata(**file);
    QVERIFY2(metadata, metadata ? "" : metadata.error().detail.c_str());
    const QString type =
        readJson(folder + QStringLiteral("/config.json"))[QStringLiteral("model_type")].toString();
    metadata->insert("general.architecture", type.toStdString()); // Phi-3's tokens take white space along
    const auto tokenizer = engine::loadGgufTokenizer(*metadata);

    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());
    QVERIFY(givesGoldenIds(**tokenizer, readJson(golden), true));
    const auto original = loadTokenizer(folder);
    QVERIFY(original);
    QCOMPARE((*tokenizer)->size(), original->size());
    for (TokenId token = 0; token < original->size(); ++token) {
        const bool controls = original->kind(token) == engine::TokenKind::Control;
        QCOMPARE((*tokenizer)->kind(token) == engine::TokenKind::Control, controls);
        QCOMPARE((*tokenizer)->isEndOfText(token), original->isEndOfText(token));
    }
}

void TestTokenizerFiles::readsFoldersWithoutTokenizerJson_data()
{
    addFolders();
}

void TestTokenizerFiles::readsFoldersWithoutTokenizerJson()
{
    QFETCH(QString, folder);
    QFETCH(QString, golden);
    const QTemporaryDir copy;
    copyWithout(folder, copy.path(), {QStringLiteral("tokenizer.json")});
    const QDir left(copy.path());
    const QStringList others{QStringLiteral("*.model"), QStringLiteral("merges.txt"),
                             QStringLiteral("vocab.txt")};
    if (left.entryList(others).isEmpty()) {
        QSKIP("this family has tokenizer.json alone");
    }
    const auto file = engine::ModelFile::openMetadata(copy.path().toStdString());
    QVERIFY(file);

    const auto tokenizer = Tokenizer::load(**file);

    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());
    // What only tokenizer.json says: the white space that Phi-3's tokens take along, the control tokens of
    // these Qwen folders, and that the embedder ends a text with one.
    if (golden.contains(QLatin1String("qwen3-embedding"))) {
        QSKIP("the token at the end stands in tokenizer.json alone");
    }
    const bool chat = !golden.contains(QLatin1String("phi3")) && !golden.contains(QLatin1String("qwen"));
    QVERIFY(givesGoldenIds(**tokenizer, readJson(golden), chat));
}

void TestTokenizerFiles::readsSentencePieceFiles()
{
    using namespace std::string_literals;
    const std::string trainer =
        "\x18\x02"s + "\xc0\x02\x00"s + "\xd8\x02" + varint(~std::uint64_t(0)) + "\x09" + "12345678";
    const std::string normalizer = message(2, "rules") + "\x18\x00\x20\x00"s;
    const std::string bytes = piece("<unk>", 2) + piece("<s>", 3) + piece("\u2581the", 1) +
                              piece("<0x0A>", 6) + message(2, trainer) + message(3, normalizer) +
                              message(4, "self test");
    const auto file = engine::readSentencePiece(bytes, "tokenizer.model");

    QVERIFY2(file, file ? "" : file.error().detail.c_str());
    QCOMPARE(file->pieces.size(), std::size_t(4));
    QCOMPARE(file->pieces[2].text, std::string_view("\u2581the"));
    QCOMPARE(file->pieces[2].score, -1.0f);
    QVERIFY(file->pieces[3].type == engine::SentencePieceFile::Type::Byte);
    QVERIFY(!file->unigram && !file->dummyPrefix && !file->removeExtraBlanks);
    QCOMPARE(file->charsmap, std::string_view("rules"));
    QCOMPARE(file->padding, -1);
}

void TestTokenizerFiles::refusesDamagedSentencePieceFiles_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char *name, const std::string &bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    row("empty", "");
    row("no pieces", message(4, "x"));
    row("text", "{\"model\": 1}");
    row("length beyond the end", "\x0a\x7fxx");
    row("endless number", std::string(20, '\xff'));
    row("group", piece("a", 1) + "\x0b");
    row("field 0", piece("a", 1) + std::string(2, '\0'));
    row("piece cut short", message(1, "\x0a\x09xx"));
    row("cut short", (piece("a", 1) + piece("b", 1)).substr(0, 15));
    row("words", piece("a", 1) + message(2, "\x18\x03"));
    row("a huge length", "\x0a" + varint(~std::uint64_t(0)));
}

void TestTokenizerFiles::refusesDamagedSentencePieceFiles()
{
    QFETCH(QByteArray, bytes);

    const auto tokenizer = loadFolder({{"tokenizer.model", bytes.toStdString()}});

    QVERIFY(!tokenizer);
    QVERIFY2(tokenizer.error().detail.find("tokenizer.model") != std::string::npos,
             tokenizer.error().detail.c_str());
}

void TestTokenizerFiles::survivesEveryChangedByteOfASentencePieceFile()
{
    std::string bytes = piece("<unk>", 2) + piece("<s>", 3) + piece("</s>", 3);
    for (const char *text : {"\u2581", "t", "h", "e", "th", "the", "\u2581the", "<0x41>"}) {
        bytes += piece(text, 1);
    }
    bytes += message(2, "\x18\x02");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const int flip : {1, 4, 0x80, 0xff}) {
            std::string changed = bytes;
            changed[i] = char(changed[i] ^ flip);
            const auto tokenizer = loadFolder({{"tokenizer.model", changed}});
            if (!tokenizer) {
                QVERIFY(!tokenizer.error().detail.empty());
                continue;
            }
            for (const TokenId id : (*tokenizer)->encode("the <s> the\nA \xff", {})) {
                QVERIFY(id >= 0 && id < (*tokenizer)->size());
                QVERIFY((*tokenizer)->kind(id) != engine::TokenKind::Control);
            }
        }
    }
}

void TestTokenizerFiles::findsTheChatTemplate_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QByteArray>("own");
    QTest::addColumn<QByteArray>("wanted");
    QTest::newRow("none") << QByteArray("{}") << QByteArray() << QByteArray();
    QTest::newRow("in the config") << QByteArray(R"({"chat_template": "a"})") << QByteArray()
                                   << QByteArray("a");
    QTest::newRow("a file of its own")
        << QByteArray(R"({"chat_template": "a"})") << QByteArray("b") << QByteArray("b");
    QTest::newRow("several") << QByteArray(R"({"chat_template": [{"name": "tool_use", "template": "t"},
                                              {"name": "default", "template": "d"}]})")
                             << QByteArray() << QByteArray("d");
    QTest::newRow("several, none default")
        << QByteArray(R"({"chat_template": [{"name": "rag", "template": "t"}]})") << QByteArray()
        << QByteArray();
    QTest::newRow("a number") << QByteArray(R"({"chat_template": 7})") << QByteArray() << QByteArray();
}

void TestTokenizerFiles::findsTheChatTemplate()
{
    QFETCH(QByteArray, config);
    QFETCH(QByteArray, own);
    QFETCH(QByteArray, wanted);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    std::ofstream(path / "tokenizer_config.json") << config.toStdString();
    if (!own.isEmpty()) {
        std::ofstream(path / "chat_template.jinja") << own.toStdString();
    }

    const auto file = engine::ModelFile::openMetadata(path);
    QVERIFY(file);

    QCOMPARE(engine::chatTemplateSource(**file), wanted.toStdString());
}

QTEST_APPLESS_MAIN(TestTokenizerFiles)
#include "test_tokenizer_files.moc"
