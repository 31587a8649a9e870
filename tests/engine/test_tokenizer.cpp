#include "engine/tokenizer/tokenizer.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

using engine::TokenId;
using engine::Tokenizer;
using Ids = std::vector<TokenId>;
using TokenizerPtr = std::unique_ptr<const Tokenizer>;

namespace {

const QString kTokenizers = QStringLiteral(SHARED_DATA "/golden/tokenizers/");
const QString kModels = QStringLiteral(SHARED_DATA "/golden/models/");

QJsonDocument readJson(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()) : QJsonDocument();
}

Ids idsOf(const QJsonValue &value)
{
    Ids ids;
    for (const auto id : value.toArray()) {
        ids.push_back(id.toInt());
    }
    return ids;
}

QString show(const Ids &ids)
{
    QStringList words;
    for (const TokenId id : ids) {
        words << QString::number(id);
    }
    return words.join(QLatin1Char(' '));
}

std::string bytesOf(const QJsonValue &hex)
{
    return QByteArray::fromHex(hex.toString().toLatin1()).toStdString();
}

TokenizerPtr load(const QString &path)
{
    const auto file = engine::ModelFile::open(path.toStdString());
    if (!file) {
        qWarning("%s", file.error().detail.c_str());
        return nullptr;
    }
    auto tokenizer = Tokenizer::load(**file);
    if (!tokenizer) {
        qWarning("%s", tokenizer.error().detail.c_str());
        return nullptr;
    }
    return *std::move(tokenizer);
}

} // namespace

/// Every published vocabulary and tiny model gives the ids that the reference implementations give.
class TestTokenizerGoldens : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void vocabularyMatchesBothReferences_data();
    void vocabularyMatchesBothReferences();
    void modelFileMatchesItsTokenizer_data();
    void modelFileMatchesItsTokenizer();

private:
    void checkCases(const Tokenizer &tokenizer, const QJsonArray &strings, const QJsonArray &cases,
                    bool parseSpecial);
    TokenizerPtr vocabulary(const QString &name);

    QTemporaryDir m_folder;
};

void TestTokenizerGoldens::initTestCase()
{
    if (!QFile::exists(kTokenizers + QStringLiteral("strings.json"))) {
        QSKIP("needs ../shared");
    }
}

TokenizerPtr TestTokenizerGoldens::vocabulary(const QString &name)
{
    QProcess unpack;
    unpack.setWorkingDirectory(m_folder.path());
    unpack.start(QStringLiteral("cmake"), {QStringLiteral("-E"), QStringLiteral("tar"), QStringLiteral("xf"),
                                           kTokenizers + name + QStringLiteral(".gguf.tar.xz")});
    return unpack.waitForFinished() ? load(m_folder.filePath(name + QStringLiteral(".gguf"))) : nullptr;
}

void TestTokenizerGoldens::vocabularyMatchesBothReferences_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name :
         {"bert-bge", "deepseek-coder", "deepseek-llm", "deepseek-r1-qwen", "gemma-3", "gpt-2", "gpt-neox",
          "llama-bpe", "llama-spm", "phi-3", "qwen2", "smollm2", "xlm-roberta"}) {
        QTest::newRow(name) << QString::fromLatin1(name);
    }
}

void TestTokenizerGoldens::checkCases(const Tokenizer &tokenizer, const QJsonArray &strings,
                                      const QJsonArray &cases, bool parseSpecial)
{
    QCOMPARE(cases.size(), strings.size());
    for (int i = 0; i < cases.size(); ++i) {
        const QJsonObject expected = cases[i].toObject();
        const std::string text = bytesOf(strings[i].toObject()[QStringLiteral("utf8_hex")]);
        const Ids ids = tokenizer.encode(text, {.parseSpecial = parseSpecial});
        const bool agrees = ids == idsOf(expected[QStringLiteral("ids")]) ||
                            (expected[QStringLiteral("disputed")].toBool() &&
                             ids == idsOf(expected[QStringLiteral("llama_cpp_ids")]));
        QVERIFY2(agrees, qPrintable(QStringLiteral("case %1 \"%2\": %3, expected %4")
                                        .arg(i)
                                        .arg(QString::fromStdString(text), show(ids),
                                             show(idsOf(expected[QStringLiteral("ids")])))));
    }
}

void TestTokenizerGoldens::vocabularyMatchesBothReferences()
{
    QFETCH(QString, name);
    const TokenizerPtr tokenizer = vocabulary(name);
    QVERIFY(tokenizer);
    const QJsonObject strings = readJson(kTokenizers + QStringLiteral("strings.json")).object();
    const QJsonObject expected = readJson(kTokenizers + name + QStringLiteral(".ids.json")).object();
    const auto part = [](const QJsonObject &object, const char *key) {
        return object[QLatin1String(key)].toArray();
    };

    checkCases(*tokenizer, part(strings, "plain"), part(expected, "plain"), false);
    checkCases(*tokenizer, part(strings, "special"), part(expected, "special_as_text"), false);
    checkCases(*tokenizer, part(strings, "special"), part(expected, "special_parsed"), true);
    for (const auto malformed : part(strings, "invalid_utf8")) {
        for (const TokenId id :
             tokenizer->encode(bytesOf(malformed.toObject()[QStringLiteral("utf8_hex")]), {})) {
            QVERIFY(id >= 0 && id < tokenizer->size());
        }
    }
    if (expected.contains(QStringLiteral("add_special"))) {
        const QJsonObject ends = expected[QStringLiteral("add_special")].toObject();
        const std::string text = ends[QStringLiteral("text")].toString().toStdString();
        QCOMPARE(tokenizer->encode(text, {.addSpecial = true}), idsOf(ends[QStringLiteral("ids")]));
        QCOMPARE(tokenizer->encode(text, {}), idsOf(ends[QStringLiteral("without")]));
    }

    QFile inputs(kTokenizers + name + QStringLiteral(".inp"));
    QFile outputs(kTokenizers + name + QStringLiteral(".out"));
    if (inputs.open(QIODevice::ReadOnly) && outputs.open(QIODevice::ReadOnly)) {
        const QStringList texts =
            QString::fromUtf8(inputs.readAll()).split(QStringLiteral("\n__ggml_vocab_test__\n"));
        const QStringList lines = QString::fromUtf8(outputs.readAll()).split(QLatin1Char('\n'));
        QVERIFY(texts.size() > 40);
        for (int i = 0; i < texts.size(); ++i) {
            const QString ids = show(tokenizer->encode(texts[i].toStdString(), {}));
            QVERIFY2(
                ids == lines[i].trimmed(),
                qPrintable(
                    QStringLiteral("string %1 \"%2\": %3, expected %4").arg(i).arg(texts[i], ids, lines[i])));
        }
    }
}

void TestTokenizerGoldens::modelFileMatchesItsTokenizer_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("file");
    const QDir models(kModels);
    for (const QString &name : models.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QDir folder(models.filePath(name));
        for (const QString &file :
             folder.entryList({QStringLiteral("*.gguf"), QStringLiteral("hf")}, QDir::Files | QDir::Dirs)) {
            QTest::addRow("%s/%s", qPrintable(name), qPrintable(file)) << name << folder.filePath(file);
        }
    }
}

void TestTokenizerGoldens::modelFileMatchesItsTokenizer()
{
    QFETCH(QString, model);
    QFETCH(QString, file);
    const TokenizerPtr tokenizer = load(file);
    QVERIFY(tokenizer);
    const QJsonObject golden = readJson(kModels + model + QStringLiteral("/golden.json")).object();
    QJsonArray cases = golden[QStringLiteral("cases")].toArray();
    QVERIFY(!cases.isEmpty());

    for (const auto value : cases) {
        const QJsonObject item = value.toObject();
        const std::string text = item[QStringLiteral("text")].toString().toStdString();
        const Ids expected = idsOf(item[QStringLiteral("token_ids")]);
        if (!item.contains(QStringLiteral("text_pair"))) {
            const Ids ids =
                tokenizer->encode(text, {.addSpecial = item[QStringLiteral("add_special")].toBool(true)});
            QVERIFY2(ids == expected, qPrintable(show(ids) + QStringLiteral(", expected ") + show(expected)));
            continue;
        }
        std::vector<int> segments;
        const Ids ids =
            tokenizer->encodePair(text, item[QStringLiteral("text_pair")].toString().toStdString(), segments);
        QVERIFY2(ids == expected, qPrintable(show(ids) + QStringLiteral(", expected ") + show(expected)));
        if (item.contains(QStringLiteral("token_type_ids"))) {
            QCOMPARE(Ids(segments.begin(), segments.end()), idsOf(item[QStringLiteral("token_type_ids")]));
        }
    }
    if (golden.contains(QStringLiteral("chat"))) {
        const QJsonObject chat = golden[QStringLiteral("chat")].toObject();
        const QString rendered = chat[QStringLiteral("rendered")].toString();
        const Ids ids = tokenizer->encode(rendered.toStdString(), {.parseSpecial = true});
        const Ids expected = idsOf(chat[QStringLiteral("token_ids")]);
        QVERIFY(!rendered.isEmpty() && !expected.empty());
        QVERIFY2(ids == expected, qPrintable(show(ids) + QStringLiteral(", expected ") + show(expected)));
    }
}

QTEST_GUILESS_MAIN(TestTokenizerGoldens)
#include "test_tokenizer.moc"
