#include "rag/index/faiss_index.h"
#include "rag/ingest/pdf_ingestor.h"
#include "rag/ingest/remove_document.h"
#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>
#include <thread>

using namespace rag;
namespace fs = std::filesystem;

namespace {

/// A library folder with everything an ingestion needs, as one program has it.
struct Library
{
    explicit Library(const fs::path &where,
                     std::shared_ptr<FakePagesPlan> pages = std::make_shared<FakePagesPlan>(),
                     const std::string &model = "fake-1")
        : folder(where)
        , plan(std::move(pages))
        , embedder(std::make_shared<FakeEmbedder>(model))
    {
        auto opened = Database::open(folder / "warraq.db");
        if (!opened)
            qFatal("%s", opened.error().detail.c_str());
        database = std::move(*opened);
        store = std::make_unique<LibraryStore>(*database);
        auto rebuilt = FaissIndex::openOrRebuild(folder / "vectors.faiss", *store, model, 64);
        if (!rebuilt)
            qFatal("%s", rebuilt.error().detail.c_str());
        index = *rebuilt;
        ingestor = std::make_unique<PdfIngestor>(*database, embedder, index, fakeSource(plan));
    }

    Result<Ingested> ingest(const fs::path &file, const std::string &password = {},
                            const CancelToken &cancel = {})
    {
        return ingestor->ingest(
            file, password, [this](const IngestProgress &now) { progress.push_back(now); }, cancel);
    }

    Document document(DocumentId id) const
    {
        const auto found = store->document(id);
        return found && *found ? **found : Document();
    }

    std::vector<Passage> passages(DocumentId id) const
    {
        return *store->chunks(*store->chunksOf(std::span(&id, 1)));
    }

    fs::path folder;
    std::shared_ptr<FakePagesPlan> plan;
    std::shared_ptr<FakeEmbedder> embedder;
    std::unique_ptr<Database> database;
    std::unique_ptr<LibraryStore> store;
    std::shared_ptr<FaissIndex> index;
    std::unique_ptr<PdfIngestor> ingestor;
    std::vector<IngestProgress> progress;
};

fs::path writeFile(const fs::path &path, const std::string &text)
{
    std::ofstream(path) << text;
    return path;
}

/// Empty where both hold the same chunks in the same order.
std::string difference(const std::vector<Passage> &a, const std::vector<Passage> &b)
{
    if (a.size() != b.size())
        return std::to_string(a.size()) + " chunks, not " + std::to_string(b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].text != b[i].text || a[i].page != b[i].page || a[i].lastPage != b[i].lastPage ||
            a[i].section != b[i].section || a[i].segments.size() != b[i].segments.size())
            return "chunk " + std::to_string(i) + " differs";
    return {};
}

/// What must hold at every moment for a stored document.
std::string inconsistency(Library &library, DocumentId id)
{
    if (!library.database->check()->empty())
        return "the database is damaged: " + library.database->check()->front();
    const Document document = library.document(id);
    const auto count = [&](const char *sql) { return *library.database->number(sql, id); };
    if (count("SELECT count(*) FROM pages WHERE document = ?") != document.pagesDone)
        return "pages miscounted";
    if (count("SELECT count(*) FROM chunks WHERE document = ?") != document.chunks)
        return "chunks miscounted";
    if (count("SELECT count(*) FROM chunks c JOIN vectors v ON v.chunk = c.id WHERE c.document = ?") !=
        document.chunksEmbedded)
        return "vectors miscounted";
    if (count("SELECT count(*) FROM chunks c JOIN words w ON w.rowid = c.id WHERE c.document = ?") !=
        document.chunks)
        return "chunks without words";
    if (!library.database->run("INSERT INTO words (words) VALUES ('integrity-check')"))
        return "the full-text index is damaged";
    return {};
}

bool folderHolds(const fs::path &folder, const std::string &bytes)
{
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::string all(std::istreambuf_iterator<char>(stream), {});
        if (all.find(bytes) != std::string::npos)
            return true;
    }
    return false;
}

} // namespace

class TestIngestor : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void storesPagesChunksAndVectors();
    void tellsItsProgress();
    void takesTheSameFileOnce();
    void followsAFileThatMoved();
    void countsPagesWithoutTextAndSkippedOnes();
    void failsWhenNoPageCanBeReadAndTriesAgain();
    void keepsADocumentThatNeedsAPassword();
    void keepsAFileThatCannotBeOpened();
    void saysThatThereIsNoFile();
    void cancelKeepsWhatIsDone();
    void goesOnAfterACancelWithTheSameChunks();
    void goesOnAfterAFailedEmbedding();
    void readsAnewWhenTheChunksWouldDiffer();
    void resumeRefusesAChangedFile();
    void embedsAgainForAnotherModel();
    void searchableByWordsBeforeItsVectors();
    void twoProgramsShareOneDocument();
    void fullDiskIsSaidAndOvercome();
    void removingLeavesNoTrace();
    void removingWithoutAModelDropsTheIndexFile();
    void killedAtAnyMomentGoesOn();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }

    fs::path source(int pages, unsigned seed = 1, const std::string &name = "a.pdf") const
    {
        return writeFile(folder() / name, std::to_string(pages) + " " + std::to_string(seed));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestIngestor::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestIngestor::storesPagesChunksAndVectors()
{
    Library library(folder() / "lib");

    const auto ingested = library.ingest(source(30));

    QVERIFY2(ingested, ingested ? "" : ingested.error().detail.c_str());
    QVERIFY(!ingested->alreadyThere);
    QCOMPARE(ingested->pages, 30);
    QVERIFY(ingested->chunks > 5);
    const Document document = library.document(ingested->document);
    QVERIFY(document.state == DocumentState::Done);
    QCOMPARE(document.name, std::string("a.pdf"));
    QCOMPARE(document.title, std::string("Fake 1"));
    QCOMPARE(document.pagesDone, 30);
    QCOMPARE(document.chunksEmbedded, ingested->chunks);
    QCOMPARE(library.index->size(), std::int64_t(ingested->chunks));
    QCOMPARE(inconsistency(library, document.id), std::string());
    const auto passages = library.passages(document.id);
    QCOMPARE(passages[0].pageLabel, std::string("p1"));
    const auto hits = library.index->search(FakeEmbedder::vectorOf(passages[3].text), 1, {});
    QCOMPARE(hits->front().chunk, passages[3].chunk);
    QVERIFY(library.ingestor->unfinished()->empty());
}

void TestIngestor::tellsItsProgress()
{
    Library library(folder() / "lib");

    QVERIFY(library.ingest(source(30)));

    QVERIFY(library.progress.size() >= 4);
    QVERIFY(library.progress.front().stage == IngestStage::Reading);
    QVERIFY(library.progress.back().stage == IngestStage::Finished);
    for (std::size_t i = 1; i < library.progress.size(); ++i) {
        QVERIFY(library.progress[i].pagesDone >= library.progress[i - 1].pagesDone);
        QVERIFY(library.progress[i].chunksEmbedded >= library.progress[i - 1].chunksEmbedded);
        QCOMPARE(library.progress[i].pages, 30);
    }
    QCOMPARE(library.progress.back().pagesDone, 30);
}

void TestIngestor::takesTheSameFileOnce()
{
    Library library(folder() / "lib");
    const auto first = library.ingest(source(5));
    fs::copy_file(folder() / "a.pdf", folder() / "copy.pdf");

    const auto second = library.ingest(folder() / "copy.pdf");

    QVERIFY(second);
    QVERIFY(second->alreadyThere);
    QCOMPARE(second->document, first->document);
    QCOMPARE(library.plan->pagesRead, 5);
    QCOMPARE(library.document(first->document).path, (folder() / "a.pdf").string());
}

void TestIngestor::followsAFileThatMoved()
{
    Library library(folder() / "lib");
    const auto first = library.ingest(source(5));
    fs::rename(folder() / "a.pdf", folder() / "moved.pdf");

    QVERIFY(library.ingest(folder() / "moved.pdf")->alreadyThere);

    QCOMPARE(library.document(first->document).path, (folder() / "moved.pdf").string());
}

void TestIngestor::countsPagesWithoutTextAndSkippedOnes()
{
    Library library(folder() / "lib");
    library.plan->errors = {{3, ErrorCode::Damaged}, {7, ErrorCode::Damaged}};
    library.plan->empty = {0, 9};

    const auto ingested = library.ingest(source(10));

    QVERIFY(ingested);
    QCOMPARE(ingested->pagesSkipped, 2);
    QCOMPARE(ingested->pagesWithoutText, 2);
    const Document document = library.document(ingested->document);
    QVERIFY(document.state == DocumentState::PartlyDone);
    QVERIFY(document.note.starts_with("2 of 10 pages"));
    const auto page = library.store->page(document.id, 7);
    QVERIFY((*page)->state == PageState::Skipped);
    QCOMPARE((*page)->note, std::string("told to fail"));
    QVERIFY((*library.store->page(document.id, 9))->state == PageState::NoText);
}

void TestIngestor::failsWhenNoPageCanBeReadAndTriesAgain()
{
    Library library(folder() / "lib");
    library.plan->errors = {{0, ErrorCode::Damaged}, {1, ErrorCode::Damaged}};
    const fs::path file = source(2);

    const auto failed = library.ingest(file);

    QVERIFY(!failed && failed.error().code == ErrorCode::Damaged);
    const auto documents = library.store->documents();
    QVERIFY(documents->front().state == DocumentState::Failed);
    library.plan->errors.clear();
    const auto again = library.ingest(file);
    QVERIFY(again);
    QCOMPARE(again->document, documents->front().id);
    QVERIFY(library.document(again->document).state == DocumentState::Done);
    QCOMPARE(library.document(again->document).pagesSkipped, 0);
}

void TestIngestor::keepsADocumentThatNeedsAPassword()
{
    Library library(folder() / "lib");
    library.plan->password = "secret";
    const fs::path file = source(5);

    const auto locked = library.ingest(file);
    const auto wrong = library.ingest(file, "guess");

    QVERIFY(!locked && locked.error().code == ErrorCode::Locked);
    QVERIFY(!wrong && wrong.error().code == ErrorCode::Locked);
    const auto documents = library.store->documents();
    QCOMPARE(documents->size(), std::size_t(1));
    QVERIFY(documents->front().state == DocumentState::NeedsPassword);
    QVERIFY(library.ingestor->unfinished()->empty()); // not to be tried without being asked
    const auto right = library.ingest(file, "secret");
    QVERIFY(right);
    QCOMPARE(right->document, documents->front().id);
    QVERIFY(library.document(right->document).state == DocumentState::Done);
    QCOMPARE(library.document(right->document).pages, 5);
    QVERIFY(!folderHolds(folder() / "lib", "secret"));
}

void TestIngestor::keepsAFileThatCannotBeOpened()
{
    Library library(folder() / "lib");
    const fs::path file = writeFile(folder() / "a.pdf", "no document");

    const auto failed = library.ingest(file);

    QVERIFY(!failed && failed.error().code == ErrorCode::Damaged);
    QVERIFY(library.store->documents()->front().state == DocumentState::Failed);
    QCOMPARE(library.store->documents()->front().note, std::string("no document"));
    const fs::path noPages = source(0, 1, "none.pdf");
    QVERIFY(library.ingest(noPages).error().code == ErrorCode::Damaged);
}

void TestIngestor::saysThatThereIsNoFile()
{
    Library library(folder() / "lib");

    QVERIFY(library.ingest(folder() / "missing.pdf").error().code == ErrorCode::NotFound);
    QVERIFY(library.ingest(folder()).error().code == ErrorCode::Unreadable);
    QVERIFY(library.store->documents()->empty());
}

void TestIngestor::cancelKeepsWhatIsDone()
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
    QCOMPARE(unfinished->front().pagesDone, 13);
    QVERIFY(unfinished->front().state == DocumentState::Ingesting);
    QCOMPARE(inconsistency(library, unfinished->front().id), std::string());
}

void TestIngestor::goesOnAfterACancelWithTheSameChunks()
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
        QCOMPARE(library.document(id).pagesDone, stop);
    }
    library.plan->onPage = {};
    library.plan->pagesRead = 0;

    QVERIFY(library.ingestor->resume(id, {}, {}));

    QCOMPARE(library.plan->pagesRead, 1);
    QCOMPARE(difference(library.passages(id), whole.passages(reference->document)), std::string());
    QVERIFY(library.document(id).state == DocumentState::Done);
    QCOMPARE(library.index->size(), whole.index->size());
}

void TestIngestor::goesOnAfterAFailedEmbedding()
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

void TestIngestor::readsAnewWhenTheChunksWouldDiffer()
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

void TestIngestor::resumeRefusesAChangedFile()
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
    QCOMPARE(library.document(id).pagesDone, 5);
    QVERIFY(library.ingestor->resume(999, {}, {}).error().code == ErrorCode::NotFound);
}

void TestIngestor::embedsAgainForAnotherModel()
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

void TestIngestor::searchableByWordsBeforeItsVectors()
{
    Library library(folder() / "lib");
    std::size_t hits = 0;
    library.plan->onPage = [&](int page) {
        if (page == 29)
            hits = library.store->searchWords("word", 100, {})->size();
    };

    QVERIFY(library.ingest(source(30)));

    QVERIFY(hits > 5);
}

void TestIngestor::twoProgramsShareOneDocument()
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

void TestIngestor::fullDiskIsSaidAndOvercome()
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

void TestIngestor::removingLeavesNoTrace()
{
    Library library(folder() / "lib");
    const auto kept = library.ingest(source(10, 2, "kept.pdf"));
    library.plan->extra = {
        {3, "Only here stands qcanaryquux."}}; // the word's end: an index may share beginnings
    const auto ingested = library.ingest(source(40, 1, "zebraquux.pdf"));
    QVERIFY(kept && ingested);
    QVERIFY(library.index->save(*library.store));
    const auto rows = library.store->vectors(library.embedder->fingerprint(),
                                             library.passages(ingested->document)[2].chunk - 1, 1);
    QVERIFY(rows && rows->size() == 1);
    const std::vector<float> vector = rows->front().values;
    const std::string vectorBytes(reinterpret_cast<const char *>(vector.data()), 64);
    QVERIFY(folderHolds(folder() / "lib", "zebraquux"));
    QVERIFY(folderHolds(folder() / "lib", vectorBytes));
    QVERIFY(folderHolds(folder() / "lib", "anaryquux"));
    HistoryStore history(*library.database);
    const auto conversation = history.create("Talk", std::span(&ingested->document, 1));
    const auto asked = history.ask(*conversation, "Who?");
    Answer answer;
    answer.citations.push_back({1, ingested->document, "the book", 0, "", "the quote", {}});
    QVERIFY(history.finish(asked->answer, answer));
    const std::string sentence = library.passages(ingested->document)[2].text.substr(0, 40);
    QVERIFY(folderHolds(folder() / "lib", sentence));

    QVERIFY(removeDocument(*library.database, *library.index, ingested->document));

    QVERIFY(!folderHolds(folder() / "lib", "zebraquux"));
    QVERIFY(!folderHolds(folder() / "lib", sentence));
    QVERIFY(!folderHolds(folder() / "lib", vectorBytes));
    QVERIFY(!folderHolds(folder() / "lib", "anaryquux"));
    QCOMPARE(library.index->size(), std::int64_t(kept->chunks));
    QCOMPARE(inconsistency(library, kept->document), std::string());
    const auto messages = history.messages(*conversation);
    QCOMPARE((*messages)[1].citations.front().quote, std::string("the quote"));
    QVERIFY(removeDocument(*library.database, *library.index, ingested->document)); // again: nothing to do
    QVERIFY(library.ingest(folder() / "zebraquux.pdf")->document > ingested->document);
}

void TestIngestor::removingWithoutAModelDropsTheIndexFile()
{
    const fs::path indexFile = folder() / "lib" / "vectors.faiss";
    DocumentId id = 0;
    {
        Library library(folder() / "lib");
        id = library.ingest(source(5))->document;
    }
    QVERIFY(fs::file_size(indexFile) > 128);
    auto database = Database::open(folder() / "lib" / "warraq.db");

    QVERIFY(removeDocument(**database, indexFile, id));

    QVERIFY(!fs::exists(indexFile));
    QVERIFY(removeDocument(**database, indexFile, id));
    QCOMPARE(Library(folder() / "lib").index->size(), std::int64_t(0));
}

void TestIngestor::killedAtAnyMomentGoesOn()
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

QTEST_GUILESS_MAIN(TestIngestor)
#include "test_ingestor.moc"
