#include "tests/rag/ingest_rig.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>
#include <thread>

using namespace rag;
namespace fs = std::filesystem;

/// Broken off, killed, out of disk, changed meanwhile: how it goes on.
/// Pages are stored once the two behind them have been seen: running headers are told by their neighbours.
int storedWhenStoppedAt(int page)
{
    return std::max(0, page - 2);
}

class TestIngestResumed : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cancelKeepsWhatIsDone();
    void goesOnAfterACancelWithTheSameChunks();
    void goesOnAfterAFailedEmbedding();
    void readsAnewWhenTheChunksWouldDiffer();
    void resumeRefusesAChangedFile();
    void embedsAgainForAnotherModel();
    void twoProgramsShareOneDocument();
    void fullDiskIsSaidAndOvercome();
    void killedAtAnyMomentGoesOn();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }

    fs::path source(int pages, unsigned seed = 1, const std::string &name = "a.pdf") const
    {
        return writeFile(folder() / name, std::to_string(pages) + " " + std::to_string(seed));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestIngestResumed::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestIngestResumed::cancelKeepsWhatIsDone()
{
    Library library(folder() / "lib");
    CancelToken cancel;
    library.plan->onPage = [&](int page) {
        if (page == 13)
            cancel.cancel();
    };

    const auto stopped = library.ingest(source(30), "", cancel);

    QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    const auto unfinished = library.ingestor->unfinished();
    QCOMPARE(unfinished->size(), std::size_t(1));
    QCOMPARE(unfinished->front().pagesDone, storedWhenStoppedAt(13));
    QVERIFY(unfinished->front().state == DocumentState::Ingesting);
    QCOMPARE(inconsistency(library, unfinished->front().id), std::string());
}

void TestIngestResumed::goesOnAfterACancelWithTheSameChunks()
{
    Library whole(folder() / "whole");
    const fs::path file = source(40);
    const auto reference = whole.ingest(file);
    QVERIFY(reference);
    Library library(folder() / "lib");
    DocumentId id = 0;
    for (int stop : {0, 1, 5, 6, 14, 15, 29, 39}) {
        CancelToken cancel;
        library.plan->onPage = [&](int page) {
            if (page == stop)
                cancel.cancel();
        };
        QVERIFY(!library.ingest(file, "", cancel));
        id = library.store->documents()->front().id;
        QCOMPARE(library.document(id).pagesDone, storedWhenStoppedAt(stop));
    }
    library.plan->onPage = {};
    library.plan->pagesRead = 0;

    QVERIFY(library.ingestor->resume(id, {}, {}));

    QCOMPARE(library.plan->pagesRead, 40 - storedWhenStoppedAt(39));
    QCOMPARE(difference(library.passages(id), whole.passages(reference->document)), std::string());
    QVERIFY(library.document(id).state == DocumentState::Done);
    QCOMPARE(library.index->size(), whole.index->size());
}

void TestIngestResumed::goesOnAfterAFailedEmbedding()
{
    Library library(folder() / "lib");
    library.embedder->failOnce(ErrorCode::Device);

    const auto failed = library.ingest(source(20));

    QVERIFY(!failed && failed.error().code == ErrorCode::Device);
    const auto unfinished = library.ingestor->unfinished();
    QCOMPARE(unfinished->size(), std::size_t(1));
    fs::remove(folder() / "a.pdf"); // no longer needed: all is read
    const auto resumed = library.ingestor->resume(unfinished->front().id, {}, {});
    QVERIFY2(resumed, resumed ? "" : resumed.error().detail.c_str());
    QCOMPARE(library.document(resumed->document).chunksEmbedded, resumed->chunks);
}

void TestIngestResumed::readsAnewWhenTheChunksWouldDiffer()
{
    Library library(folder() / "lib");
    CancelToken cancel;
    library.plan->onPage = [&](int page) {
        if (page == 25)
            cancel.cancel();
    };
    const fs::path file = source(30);
    QVERIFY(!library.ingest(file, "", cancel));
    library.plan->onPage = {};
    QVERIFY(library.database->run("UPDATE chunks SET text = 'cut by another version' WHERE id = 2"));

    const auto ingested = library.ingest(file);

    QVERIFY2(ingested, ingested ? "" : ingested.error().detail.c_str());
    Library whole(folder() / "whole");
    const auto reference = whole.ingest(file);
    QCOMPARE(difference(library.passages(ingested->document), whole.passages(reference->document)),
             std::string());
    QCOMPARE(inconsistency(library, ingested->document), std::string());
}

void TestIngestResumed::resumeRefusesAChangedFile()
{
    Library library(folder() / "lib");
    CancelToken cancel;
    library.plan->onPage = [&](int page) {
        if (page == 5)
            cancel.cancel();
    };
    QVERIFY(!library.ingest(source(10), "", cancel));
    const DocumentId id = library.store->documents()->front().id;
    source(11);

    const auto resumed = library.ingestor->resume(id, {}, {});

    QVERIFY(!resumed);
    QVERIFY(library.document(id).state == DocumentState::Failed);
    QCOMPARE(library.document(id).pagesDone, storedWhenStoppedAt(5));
    QVERIFY(library.ingestor->resume(999, {}, {}).error().code == ErrorCode::NotFound);
}

void TestIngestResumed::embedsAgainForAnotherModel()
{
    const fs::path file = source(10);
    {
        Library library(folder() / "lib");
        QVERIFY(library.ingest(file));
    }
    Library other(folder() / "lib", std::make_shared<FakePagesPlan>(), "fake-2");
    QCOMPARE(other.index->size(), std::int64_t(0));

    const auto again = other.ingest(file);

    QVERIFY(again);
    QVERIFY(!again->alreadyThere);
    QCOMPARE(other.plan->pagesRead, 0);
    QCOMPARE(other.index->size(), std::int64_t(again->chunks));
    QVERIFY(other.ingest(file)->alreadyThere);
}

void TestIngestResumed::twoProgramsShareOneDocument()
{
    const fs::path file = source(60);
    const auto run = [&](Result<Ingested> &result) {
        auto plan = std::make_shared<FakePagesPlan>();
        plan->perPage = std::chrono::milliseconds(1);
        Library library(folder() / "lib", plan);
        result = library.ingest(file);
    };
    Result<Ingested> first;
    Result<Ingested> second;

    std::thread other([&] { run(first); });
    run(second);
    other.join();

    QVERIFY2(first, first ? "" : first.error().detail.c_str());
    QVERIFY2(second, second ? "" : second.error().detail.c_str());
    QCOMPARE(first->document, second->document);
    QVERIFY(first->alreadyThere != second->alreadyThere);
    Library library(folder() / "lib");
    QCOMPARE(inconsistency(library, first->document), std::string());
    QCOMPARE(library.document(first->document).chunks, first->chunks);
    QCOMPARE(library.index->size(), std::int64_t(first->chunks));
}

void TestIngestResumed::fullDiskIsSaidAndOvercome()
{
    Library library(folder() / "lib");
    const fs::path file = source(60);
    QVERIFY(library.database->script("PRAGMA max_page_count = 60"));

    const auto full = library.ingest(file);

    QVERIFY(!full && full.error().code == ErrorCode::Storage);
    QVERIFY(full.error().detail.find("disk is full") != std::string::npos);
    const DocumentId id = library.store->documents()->front().id;
    QVERIFY(library.document(id).pagesDone > 0);
    QCOMPARE(inconsistency(library, id), std::string());
    QVERIFY(library.database->script("PRAGMA max_page_count = 1000000"));
    const auto again = library.ingest(file); // without a restart
    QVERIFY(again);
    Library whole(folder() / "whole");
    const auto reference = whole.ingest(file);
    QCOMPARE(difference(library.passages(id), whole.passages(reference->document)), std::string());
}

void TestIngestResumed::killedAtAnyMomentGoesOn()
{
    const fs::path program =
        fs::path(QCoreApplication::applicationDirPath().toStdString()) / "kill_during_ingest";
    const fs::path lib = folder() / "lib";
    std::mt19937 generator(std::random_device{}());
    unsigned seed = 100;
    fs::path file = source(250, seed);
    std::vector<fs::path> files{file};
    int inReading = 0;
    int kills = 0;
    while (kills < 20) {
        QProcess process;
        process.start(QString::fromStdString(program.string()),
                      {QString::fromStdString(lib.string()), QString::fromStdString(file.string())});
        QVERIFY(process.waitForStarted());
        const bool ended = process.waitForFinished(static_cast<int>(20 + generator() % 250));
        if (!ended) {
            process.kill(); // SIGKILL
            QVERIFY(process.waitForFinished());
            ++kills;
        }
        const QList<QByteArray> said = process.readAllStandardOutput().split('\n');
        Library library(lib); // opens, and the index is whole
        QCOMPARE(library.index->size(), std::int64_t(library.store->vectorIds("fake-1")->size()));
        if (said.size() > 1) { // the last whole line is what was acknowledged
            const QList<QByteArray> last = said[said.size() - 2].split(' ');
            const Document document = library.document(last[0].toLongLong());
            QVERIFY(document.pagesDone >= last[1].toInt());
            QVERIFY(document.chunks >= last[2].toInt());
            QVERIFY(document.chunksEmbedded >= last[3].toInt());
            QCOMPARE(inconsistency(library, document.id), std::string());
            inReading += document.pagesDone < document.pages ? 1 : 0;
        }
        if (ended) {
            QCOMPARE(process.exitCode(), 0);
            ++seed;
            file = source(250, seed, "file" + std::to_string(seed) + ".pdf");
            files.push_back(file);
        }
    }
    QVERIFY2(inReading >= 3, "too few kills fell into the reading of pages");

    Library library(lib);
    const auto unfinished = library.ingestor->unfinished();
    for (const Document &document : *unfinished)
        QVERIFY(library.ingestor->resume(document.id, {}, {}));
    Library whole(folder() / "whole");
    for (const fs::path &one : files) {
        const auto mine = library.ingest(one);
        const auto reference = whole.ingest(one);
        QVERIFY(mine && reference);
        QCOMPARE(difference(library.passages(mine->document), whole.passages(reference->document)),
                 std::string());
        QCOMPARE(inconsistency(library, mine->document), std::string());
    }
    QCOMPARE(library.index->size(), whole.index->size());
}

QTEST_GUILESS_MAIN(TestIngestResumed)
#include "test_ingest_resumed.moc"
