#include "rag/store/history_store.h"
#include "rag/store/library_store.h"
#include "rag/store/schema.h"
#include "rag/store/sqlite.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <array>

using namespace rag;
namespace fs = std::filesystem;

namespace {

QByteArray bytesOf(const fs::path &path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

int rightsOf(const fs::path &path)
{
    struct stat state
    {
    };

    return ::stat(path.c_str(), &state) == 0 ? static_cast<int>(state.st_mode & 0777) : -1;
}

constexpr std::array<Migration, 3> kSteps{{{1, "CREATE TABLE a (x)"},
                                           {2, "CREATE TABLE b (y); INSERT INTO b SELECT x + 1 FROM a"},
                                           {3, "CREATE TABLE c (z); INSERT INTO nowhere VALUES (1)"}}};

} // namespace

class TestSchema : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void makesAPrivateFileThatIsWhole();
    void refusesANewerFileUntouched();
    void refusesAFileOfAnotherProgramUntouched();
    void saysThatAFileIsNoDatabase();
    void copiesBeforeItMigrates();
    void leavesTheFileAsItWasWhenAStepFails();
    void opensTheFirstVersion();
    void waitsForAnotherWriterAndRollsBack();
    void saysThatTheDiskIsFullAndGoesOn();
    void copyIsWhole();

private:
    fs::path file() const { return fs::path(m_folder->path().toStdString()) / "sub" / "warraq.db"; }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSchema::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestSchema::makesAPrivateFileThatIsWhole()
{
    const mode_t before = ::umask(0);
    auto database = Database::open(file());
    ::umask(before);

    QVERIFY2(database, database ? "" : database.error().detail.c_str());
    QVERIFY((*database)->run(
        "UPDATE meta SET value = 5 WHERE key = 'generation'")); // makes log and shared memory
    for (const auto &entry : fs::directory_iterator(file().parent_path()))
        QCOMPARE(rightsOf(entry.path()), 0600);
    QCOMPARE(rightsOf(file().parent_path()), 0700);
    QCOMPARE(*(*database)->number("PRAGMA user_version"), std::int64_t(migrations().back().version));
    QCOMPARE(*(*database)->number("PRAGMA application_id"), kApplicationId);
    QCOMPARE(*(*database)->number("PRAGMA foreign_keys"), std::int64_t(1));
    QCOMPARE(*(*database)->number("PRAGMA secure_delete"), std::int64_t(1));
    QCOMPARE(*(*database)->number("PRAGMA synchronous"), std::int64_t(2));
    QVERIFY((*database)->check()->empty());
}

void TestSchema::refusesANewerFileUntouched()
{
    {
        auto database = Database::open(file());
        QVERIFY(database && (*database)->script("PRAGMA user_version = 99"));
    }
    const QByteArray before = bytesOf(file());

    const auto again = Database::open(file());

    QVERIFY(!again);
    QVERIFY(again.error().code == ErrorCode::Unsupported);
    QCOMPARE(bytesOf(file()), before);
}

void TestSchema::refusesAFileOfAnotherProgramUntouched()
{
    {
        auto database = Database::openRaw(file());
        QVERIFY(database && (*database)->script("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)"));
    }
    const QByteArray before = bytesOf(file());

    const auto again = Database::open(file());

    QVERIFY(!again && again.error().code == ErrorCode::Unsupported);
    QCOMPARE(bytesOf(file()), before);
}

void TestSchema::saysThatAFileIsNoDatabase()
{
    fs::create_directories(file().parent_path());
    QFile text(QString::fromStdString(file().string()));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray(5000, 'x'));
    text.close();

    const auto database = Database::open(file());

    QVERIFY(!database && database.error().code == ErrorCode::Damaged);
    QCOMPARE(bytesOf(file()), QByteArray(5000, 'x'));
}

void TestSchema::copiesBeforeItMigrates()
{
    auto database = Database::openRaw(file());
    QVERIFY(database);
    QVERIFY(migrate(**database, std::span(kSteps).first(1)));
    QVERIFY((*database)->script("PRAGMA application_id = 0x57525251; INSERT INTO a VALUES (41)"));

    QVERIFY(migrate(**database, std::span(kSteps).first(2)));

    QCOMPARE(*(*database)->number("SELECT y FROM b"), std::int64_t(42));
    auto copy = Database::openRaw(file().string() + ".v1.bak");
    QVERIFY(copy);
    QCOMPARE(*(*copy)->number("PRAGMA user_version"), std::int64_t(1));
    QCOMPARE(*(*copy)->number("SELECT x FROM a"), std::int64_t(41));
    QCOMPARE(rightsOf(file().string() + ".v1.bak"), 0600);
}

void TestSchema::leavesTheFileAsItWasWhenAStepFails()
{
    auto database = Database::openRaw(file());
    QVERIFY(database);
    QVERIFY(migrate(**database, std::span(kSteps).first(2)));
    QVERIFY((*database)->script("PRAGMA application_id = 0x57525251"));

    QVERIFY(!migrate(**database, kSteps));

    QCOMPARE(*(*database)->number("PRAGMA user_version"), std::int64_t(2));
    QCOMPARE(*(*database)->number("SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), std::int64_t(0));
}

/// tests/data/store/library_v1.db: two documents of two and one pages, five chunks, vectors of "fake-1" of
/// the first document, and a conversation with one cited answer.
void TestSchema::opensTheFirstVersion()
{
    fs::create_directories(file().parent_path());
    fs::copy_file(TEST_DATA "/store/library_v1.db", file());

    auto database = Database::open(file());
    QVERIFY2(database, database ? "" : database.error().detail.c_str());
    LibraryStore library(**database);
    HistoryStore history(**database);

    QVERIFY((*database)->check()->empty());
    const auto documents = library.documents();
    QVERIFY(documents);
    QCOMPARE(documents->size(), std::size_t(2));
    QCOMPARE((*documents)[0].name, std::string("first.pdf"));
    QVERIFY((*documents)[0].state == DocumentState::Done);
    QCOMPARE((*documents)[0].pagesDone, 2);
    QCOMPARE((*documents)[0].chunksEmbedded, (*documents)[0].chunks);
    QVERIFY((*documents)[1].state == DocumentState::Ingesting);
    QCOMPARE(library.searchWords("paper", 10, {})->size(), std::size_t(1));
    QCOMPARE(static_cast<int>(library.vectorIds("fake-1")->size()), (*documents)[0].chunks);
    const auto page = library.page((*documents)[0].id, 0);
    QVERIFY(page && *page);
    QVERIFY(!(*page)->chars.empty());
    const auto conversations = history.conversations();
    QVERIFY(conversations);
    QCOMPARE(conversations->size(), std::size_t(1));
    const auto messages = history.messages(conversations->front().id);
    QVERIFY(messages);
    QCOMPARE(messages->size(), std::size_t(2));
    QCOMPARE((*messages)[1].citations.size(), std::size_t(1));
    QCOMPARE((*messages)[1].citations[0].boxes.size(), std::size_t(1));
}

void TestSchema::waitsForAnotherWriterAndRollsBack()
{
    auto first = Database::open(file());
    auto second = Database::open(file());
    QVERIFY(first && second);
    {
        auto transaction = Transaction::begin(**first);
        QVERIFY(transaction);
        QVERIFY((*first)->run("UPDATE meta SET value = 7 WHERE key = 'generation'"));
        QVERIFY((*second)->script("PRAGMA busy_timeout = 50"));
        const auto busy = Transaction::begin(**second);
        QVERIFY(!busy && busy.error().code == ErrorCode::Storage);
    } // never committed

    QVERIFY(Transaction::begin(**second));
    QCOMPARE(*LibraryStore(**second).generation(), std::int64_t(0));
}

void TestSchema::saysThatTheDiskIsFullAndGoesOn()
{
    auto database = Database::open(file());
    QVERIFY(database);
    HistoryStore history(**database);
    const auto conversation = history.create("Talk", {});
    QVERIFY(conversation);
    QVERIFY((*database)->script("PRAGMA max_page_count = 1")); // as many as there are: a full disk
    const std::string longQuestion(100'000, 'q');

    const auto full = history.ask(*conversation, longQuestion);

    QVERIFY(!full && full.error().code == ErrorCode::Storage);
    QVERIFY(full.error().detail.find("disk is full") != std::string::npos);
    QCOMPARE(history.messages(*conversation)->size(), std::size_t(0));
    QVERIFY((*database)->script("PRAGMA max_page_count = 1000000")); // room again
    QVERIFY(history.ask(*conversation, longQuestion));
    QVERIFY((*database)->check()->empty());
}

void TestSchema::copyIsWhole()
{
    auto database = Database::open(file());
    QVERIFY(database);
    QVERIFY(HistoryStore(**database).create("Talk", {}));
    const fs::path copy = file().parent_path() / "copy.db";

    QVERIFY((*database)->copyTo(copy));

    auto opened = Database::open(copy);
    QVERIFY(opened);
    QCOMPARE(HistoryStore(**opened).conversations()->size(), std::size_t(1));
}

QTEST_APPLESS_MAIN(TestSchema)
#include "test_schema.moc"
