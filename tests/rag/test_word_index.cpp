#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "rag/store/word_index.h"
#include "rag/text/search_words.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace rag;

class TestWordIndex : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void isMadeAnewWhereTheRulesWereOthers();
    void staysWhereTheyWereTheSame();
    void findsAGermanWordInAnotherForm();

private:
    std::unique_ptr<Database> open() const
    {
        auto opened = Database::open(m_folder->filePath("warraq.db").toStdString());
        if (!opened)
            qFatal("%s", opened.error().detail.c_str());
        return std::move(*opened);
    }

    static std::size_t hits(Database &database, const std::string &question)
    {
        return LibraryStore(database).searchWords(wordsToFind(question, {"de"}), 10, {})->size();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestWordIndex::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const auto database = open();
    LibraryStore store(*database);
    NewDocument document;
    document.name = document.hash = "a";
    document.pages = 1;
    const auto id = store.addDocument(document);
    PageContent page;
    page.text = "Die Häuser und die Wohnungen werden von der Stadt nicht verkauft, auch per E-Mail.";
    Chunk chunk;
    chunk.text = page.text;
    chunk.section = "Häuser";
    QVERIFY(store.addPage(*id, page, std::array<Chunk, 1>{chunk}));
}

void TestWordIndex::isMadeAnewWhereTheRulesWereOthers()
{
    {
        const auto database = open();
        QVERIFY(database->run("DELETE FROM words"));
        QVERIFY(database->run("INSERT INTO words (rowid, body, section) VALUES (1, 'old', 'old')"));
        QVERIFY(database->run("DELETE FROM meta WHERE key = 'words'"));
        QCOMPARE(hits(*database, "Wohnung"), std::size_t(0));
    }

    const auto database = open();

    QCOMPARE(hits(*database, "Wohnung"), std::size_t(1));
    QCOMPARE(hits(*database, "old"), std::size_t(0));
    QCOMPARE(*database->number("SELECT value FROM meta WHERE key = 'words'"), std::int64_t(kWordsVersion));
    QVERIFY(database->check()->empty());
}

void TestWordIndex::staysWhereTheyWereTheSame()
{
    const auto database = open();

    QCOMPARE(*renewWordIndex(*database), false);
    QVERIFY(database->run("UPDATE meta SET value = value + 7 WHERE key = 'words'")); // a newer program's
    QCOMPARE(*renewWordIndex(*database), true);
}

void TestWordIndex::findsAGermanWordInAnotherForm()
{
    const auto database = open();

    QCOMPARE(hits(*database, "Haus"), std::size_t(1));
    QCOMPARE(hits(*database, "email"), std::size_t(1));
    QCOMPARE(hits(*database, "Garten"), std::size_t(0));
}

QTEST_APPLESS_MAIN(TestWordIndex)
#include "test_word_index.moc"
