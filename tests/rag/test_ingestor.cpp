#include "tests/rag/ingest_rig.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <random>
#include <thread>

using namespace rag;
namespace fs = std::filesystem;

/// From a file to what is stored.
class TestIngestor : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void storesPagesChunksAndVectors();
    void tellsItsProgress();
    void tellsOfEachPageThatOcrReads();
    void takesTheSameFileOnce();
    void followsAFileThatMoved();
    void countsPagesWithoutTextAndSkippedOnes();
    void failsWhenNoPageCanBeReadAndTriesAgain();
    void keepsADocumentThatNeedsAPassword();
    void keepsAFileThatCannotBeOpened();
    void saysThatThereIsNoFile();
    void searchableByWordsBeforeItsVectors();
    void removingLeavesNoTrace();
    void removingWithoutAModelDropsTheIndexFile();

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

void TestIngestor::tellsOfEachPageThatOcrReads()
{
    Library library(folder() / "lib");
    library.plan->ocr = {4, 5, 6};

    const auto ingested = library.ingest(source(10));

    QVERIFY(ingested);
    const std::vector<int> expected{5, 6, 7};
    std::vector<int> pages;
    for (const IngestProgress &now : library.progress) {
        if (!now.ocr)
            continue;
        pages.push_back(now.pagesRead);
        QVERIFY(now.secondsLeft >= 0);
        QVERIFY(now.pagesRead >= now.pagesDone);
    }
    QVERIFY(std::includes(pages.begin(), pages.end(), expected.begin(), expected.end()));
    const auto reports = library.store->pageReports(ingested->document);
    QVERIFY(reports->at(4).grade != PageGrade::Green);
    QVERIFY(reports->at(3).grade == PageGrade::Green);
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

QTEST_GUILESS_MAIN(TestIngestor)
#include "test_ingestor.moc"
