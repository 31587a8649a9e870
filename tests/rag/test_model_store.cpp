#include "rag/models/model_store.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace rag;
namespace fs = std::filesystem;

namespace {

constexpr const char *kCatalogue = R"({"models": [
  {"name": "small", "role": "generator", "default": true, "file": "small.gguf", "alternatives": ["tiny.gguf"]},
  {"name": "large", "role": "generator", "file": "large.gguf"},
  {"name": "vectors", "role": "embedder", "default": true, "file": "vectors.gguf"}]})";

fs::path touch(const fs::path &file)
{
    fs::create_directories(file.parent_path());
    QFile made(QString::fromStdString(file.string()));
    if (!made.open(QIODevice::WriteOnly))
        return {};
    return file;
}

} // namespace

class TestModelStore : public QObject
{
    Q_OBJECT

private slots:

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_first = fs::path(m_folder->path().toStdString()) / "first";
        m_second = fs::path(m_folder->path().toStdString()) / "second";
    }

    void findsTheDefaultOfARole();
    void theFirstFolderWins();
    void findsByNameByFileNameAndByPath();
    void findsAnAlternativeFile();
    void saysWhatToDoWhenAModelIsMissing();
    void refusesABrokenCatalogue_data();
    void refusesABrokenCatalogue();
    void readsTheCatalogueOfTheProgram();

private:
    ModelStore store() const { return {*parseCatalogue(kCatalogue), {m_first, m_second}}; }

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_first;
    fs::path m_second;
};

void TestModelStore::findsTheDefaultOfARole()
{
    const fs::path file = touch(m_second / "vectors.gguf");

    const auto found = store().find("", "embedder");

    QVERIFY(found);
    QCOMPARE(*found, file);
}

void TestModelStore::theFirstFolderWins()
{
    touch(m_second / "small.gguf");
    const fs::path file = touch(m_first / "small.gguf");

    QCOMPARE(store().find("", "generator").value(), file);
}

void TestModelStore::findsByNameByFileNameAndByPath()
{
    const fs::path file = touch(m_first / "large.gguf");
    const fs::path own = touch(m_first / "own.gguf");

    QCOMPARE(store().find("large", "generator").value(), file);
    QCOMPARE(store().find("own.gguf", "generator").value(), own);
    QCOMPARE(store().find(own.string(), "generator").value(), own);
}

void TestModelStore::findsAnAlternativeFile()
{
    const fs::path file = touch(m_first / "tiny.gguf");

    QCOMPARE(store().find("small", "generator").value(), file);
}

void TestModelStore::saysWhatToDoWhenAModelIsMissing()
{
    const auto found = store().find("", "generator");

    QVERIFY(!found);
    QCOMPARE(found.error().code, engine::ErrorCode::NotFound);
    for (const std::string &part :
         {std::string("small.gguf"), m_second.string(), std::string("from-source.sh")})
        QVERIFY2(found.error().detail.find(part) != std::string::npos, found.error().detail.c_str());
}

void TestModelStore::refusesABrokenCatalogue_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no JSON") << QByteArray("{");
    QTest::newRow("no models") << QByteArray("{}");
    QTest::newRow("no file") << QByteArray(R"({"models": [{"name": "a", "role": "generator"}]})");
    QTest::newRow("wrong type") << QByteArray(
        R"({"models": [{"name": 1, "role": "generator", "file": "a"}]})");
}

void TestModelStore::refusesABrokenCatalogue()
{
    QFETCH(QByteArray, text);

    const auto catalogue = parseCatalogue(text.toStdString());

    QVERIFY(!catalogue);
    QCOMPARE(catalogue.error().code, engine::ErrorCode::Damaged);
}

void TestModelStore::readsTheCatalogueOfTheProgram()
{
    const auto catalogue = readCatalogue(fs::path(TEST_DATA) / "../../resources/models/catalogue.json");

    QVERIFY(catalogue);
    for (const char *role : {"generator", "embedder"}) {
        const ModelEntry *entry = catalogue->defaultFor(role);
        QVERIFY(entry);
        QVERIFY(!entry->licence.empty());
        QVERIFY(entry->sha256.empty() || entry->sha256.size() == 64);
    }
}

QTEST_APPLESS_MAIN(TestModelStore)
#include "test_model_store.moc"
