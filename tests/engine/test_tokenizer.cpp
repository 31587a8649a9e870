#include "engine/tokenizer/pre_tokenizer.h"
#include "tests/engine/tokenizer_support.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using engine::TokenId;
using engine::Tokenizer;

namespace {

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

} // namespace

/// Every published vocabulary and tiny model gives the ids that the reference implementations give.
class TestTokenizerGoldens : public QObject
{
    Q_OBJECT

private slots:
    void vocabularyMatchesBothReferences_data();
    void vocabularyMatchesBothReferences();
    void modelFileMatchesItsTokenizer_data();
    void modelFileMatchesItsTokenizer();
    void partsWordsByCaseAsTheExpressionsDo();
    void knowsThePreTokenizersOfItsFamilies();

private:
    void checkCases(const Tokenizer &tokenizer, const QJsonArray &strings, const QJsonArray &cases,
                    bool parseSpecial);

    QTemporaryDir m_folder;
};

void TestTokenizerGoldens::vocabularyMatchesBothReferences_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : kVocabularies) {
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
    if (!QFile::exists(kSharedTokenizers + QStringLiteral("strings.json"))) {
        QSKIP("needs ../shared");
    }
    const TokenizerPtr tokenizer = loadVocabulary(m_folder, name);
    QVERIFY(tokenizer);
    const QJsonObject strings = readJson(kSharedTokenizers + QStringLiteral("strings.json")).object();
    const QJsonObject expected = readJson(kSharedTokenizers + name + QStringLiteral(".ids.json")).object();
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

    QFile inputs(kSharedTokenizers + name + QStringLiteral(".inp"));
    QFile outputs(kSharedTokenizers + name + QStringLiteral(".out"));
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
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("file");
    // The whole set where it lies beside the repository, and the parts of it that lie in the repository.
    for (const char *root : {SHARED_DATA "/golden/models", TEST_DATA "/models", TEST_DATA "/tokenizers"}) {
        const QDir models(QString::fromLatin1(root));
        for (const QString &name : models.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QDir folder(models.filePath(name));
            const QStringList wanted{QStringLiteral("*.gguf"), QStringLiteral("hf")};
            for (const QString &file : folder.entryList(wanted, QDir::Files | QDir::Dirs)) {
                QTest::addRow("%s/%s/%s", qPrintable(models.dirName()), qPrintable(name), qPrintable(file))
                    << folder.filePath(QStringLiteral("golden.json")) << folder.filePath(file);
            }
        }
    }
}

void TestTokenizerGoldens::modelFileMatchesItsTokenizer()
{
    QFETCH(QString, golden);
    QFETCH(QString, file);
    const TokenizerPtr tokenizer = loadTokenizer(file);
    QVERIFY(tokenizer);
    const QJsonObject expectations = readJson(golden).object();
    const QJsonArray cases = expectations[QStringLiteral("cases")].toArray();
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
    if (expectations.contains(QStringLiteral("chat"))) {
        const QJsonObject chat = expectations[QStringLiteral("chat")].toObject();
        const QString rendered = chat[QStringLiteral("rendered")].toString();
        const Ids ids = tokenizer->encode(rendered.toStdString(), {.parseSpecial = true});
        const Ids expected = idsOf(chat[QStringLiteral("token_ids")]);
        QVERIFY(!rendered.isEmpty() && !expected.empty());
        QVERIFY2(ids == expected, qPrintable(show(ids) + QStringLiteral(", expected ") + show(expected)));
    }
}

/// The splits are those of Python's regex module.
void TestTokenizerGoldens::partsWordsByCaseAsTheExpressionsDo()
{
    const QJsonArray expressions =
        readJson(QStringLiteral(TEST_DATA "/tokenizers/cased_splits.json")).array();
    QCOMPARE(expressions.size(), 2);
    for (const auto expression : expressions) {
        const auto rule = engine::ruleOfRegex(expression[QStringLiteral("regex")].toString().toStdString());
        QVERIFY(rule);
        const engine::PreTokenizer preTokenizer({rule});
        for (const auto split : expression[QStringLiteral("splits")].toArray()) {
            QStringList wanted;
            for (const auto word : split.toArray()) {
                wanted << word.toString();
            }
            QStringList words;
            const std::string text = wanted.join(QString()).toStdString();
            preTokenizer.split(text, [&](std::string_view word) {
                words << QString::fromUtf8(word.data(), qsizetype(word.size()));
            });
            QCOMPARE(words, wanted);
        }
    }
}

void TestTokenizerGoldens::knowsThePreTokenizersOfItsFamilies()
{
    for (const char *name : {"default", "llama-bpe", "llama3", "smaug-bpe", "dbrx", "tekken", "qwen2",
                             "deepseek-llm", "deepseek-coder", "deepseek-v3", "deepseek-r1-qwen", "gpt-2",
                             "olmo", "smollm", "gpt-4o", "stablelm2", "phi-2", "megrez"}) {
        QVERIFY2(engine::preTokenizerNamed(name), name);
    }
    const auto unknown = engine::preTokenizerNamed("no-such-pre");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().detail, std::string("pre-tokenizer \"no-such-pre\""));
    // What a folder's rules are called in a GGUF.
    const auto *llama = *engine::preTokenizerNamed("llama3");
    QCOMPARE(engine::preTokenizerLike(llama->rules, false, true)->name, std::string_view("llama-bpe"));
    QCOMPARE(engine::preTokenizerLike(llama->rules, false, false)->name, std::string_view("smaug-bpe"));
    QVERIFY(!engine::preTokenizerLike(llama->rules, true, true));
}

QTEST_GUILESS_MAIN(TestTokenizerGoldens)
#include "test_tokenizer.moc"
