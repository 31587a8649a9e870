#include "rag/store/collection_store.h"
#include "rag/store/history_store.h"
#include "rag/store/library_store.h"
#include "rag/store/private_file.h"
#include "rag/store/salvage.h"
#include "rag/store/schema.h"
#include "rag/store/sqlite.h"
#include "rag/text/normalizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <random>

using namespace rag;
namespace fs = std::filesystem;

namespace {

constexpr int kDocuments = 4;
constexpr int kPagesEach = 12;
constexpr int kTalks = 30;
constexpr std::size_t kPage = 4096;

using Bytes = std::vector<char>;

Bytes bytesOf(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(stream), {});
}

void write(const fs::path &file, const Bytes &bytes)
{
    std::ofstream(file, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

/// Longer than a database page, so that overflow pages are needed.
std::string longText(int document, int page)
{
    std::string text;
    while (text.size() < 6000)
        text += "Document " + std::to_string(document) + " page " + std::to_string(page) + " speaks. ";
    return text;
}

} // namespace

/// Libraries damaged in the ways that disks and crashes damage them (compare
/// ../shared/hostile/damage_store.py).
class TestSalvage : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void keepsEverythingOfAWholeLibrary();
    void knowsEveryTableOfTheSchema();
    void keepsWhatIsReadable_data();
    void keepsWhatIsReadable();
    void takesInTheWriteAheadLog();
    void readsADocumentAgainOfWhichAPageIsGone();
    void leavesAFileAloneThatHoldsNothing_data();
    void leavesAFileAloneThatHoldsNothing();
    void randomDamageNeverCrashes();

private:
    fs::path file() const { return fs::path(m_folder->path().toStdString()) / "warraq.db"; }

    void fill(Database &database);

    void damage(const std::function<void(Bytes &)> &change)
    {
        Bytes bytes = bytesOf(file());
        change(bytes);
        write(file(), bytes);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<float> m_vector = std::vector<float>(384, 1 / std::sqrt(384.0F));
};

void TestSalvage::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    const auto database = Database::open(file());
    QVERIFY(database);
    fill(**database);
    QVERIFY((*database)->checkpoint());
}

void TestSalvage::fill(Database &database)
{
    LibraryStore library(database);
    for (int d = 1; d <= kDocuments; ++d) {
        NewDocument document;
        document.path = "/books/" + std::to_string(d) + ".pdf";
        document.name = std::to_string(d) + ".pdf";
        document.hash = "hash " + std::to_string(d);
        document.pages = kPagesEach;
        const auto id = library.addDocument(document);
        QVERIFY(id);
        for (int p = 0; p < kPagesEach; ++p) {
            PageContent page;
            page.page = p;
            page.width = 595;
            page.height = 842.5F;
            page.findings = {p == 3, p == 3 ? 0.875F : 0.0F, false, p == 4, p % 2, 1};
            page.text = longText(d, p);
            page.chars = {{0, std::uint32_t(page.text.size()), {72, 90, 200, 12}}};
            Chunk chunk;
            chunk.page = p;
            chunk.lastPage = p;
            chunk.text = page.text;
            chunk.segments = {{p, 0, 0, std::uint32_t(page.text.size())}};
            QVERIFY(library.addPage(*id, page, std::array<Chunk, 1>{chunk}));
        }
        QVERIFY(library.finishReading(*id, {}, "en"));
        const auto chunks = library.chunksOf(std::array<DocumentId, 1>{*id});
        std::vector<StoredVector> vectors;
        for (const ChunkId chunk : *chunks)
            vectors.push_back({chunk, m_vector});
        QVERIFY(library.addVectors("model", vectors));
        QVERIFY(library.setState(*id, DocumentState::Done, ""));
    }
    QVERIFY(database.run("INSERT INTO tasks VALUES (1, 3, 'every deadline', 'words 1', '[2,3]', 0, '2026')"));
    QVERIFY(database.run("INSERT INTO task_notes SELECT NULL, 1, id, 0, 9, 0.5, 'a note' FROM chunks "
                         "WHERE document IN (2, 3)"));
    CollectionStore collections(database);
    const auto shelf = collections.create("Shelf");
    QVERIFY(collections.add(*shelf, std::array<DocumentId, 2>{1, 3}));
    HistoryStore history(database);
    for (int t = 1; t <= kTalks; ++t) {
        const auto talk =
            history.create("Talk " + std::to_string(t), std::array<DocumentId, 1>{t % kDocuments + 1});
        const auto asked = history.ask(*talk, "Question " + std::to_string(t) + " مُحَمَّد?");
        Answer answer;
        answer.text = "Answer " + std::to_string(t) + " [1].";
        answer.model = "m";
        answer.citations.push_back({1, 1, "1.pdf", 2, "iii", "a quote", {{1, 2, 3, 4}}});
        answer.searchedFor = "written out";
        answer.confidence = 0.75;
        answer.sentences.push_back({0, 8, Verdict::Weak, true, 0.5, {1, 2}});
        answer.scan = ScopeScan{12, 12, {{"toll", 1, {{1, 2}}}}};
        QVERIFY(history.finish(asked->answer, answer));
    }
}

void TestSalvage::keepsEverythingOfAWholeLibrary()
{
    const auto salvaged = salvageLibrary(file());

    QVERIFY2(salvaged, salvaged ? "" : salvaged.error().detail.c_str());
    QCOMPARE(salvaged->documents, kDocuments);
    QCOMPARE(salvaged->pages, kDocuments * kPagesEach);
    QCOMPARE(salvaged->chunks, kDocuments * kPagesEach);
    QCOMPARE(salvaged->vectors, kDocuments * kPagesEach);
    QCOMPARE(salvaged->conversations, kTalks);
    QCOMPARE(salvaged->messages, 2 * kTalks);
    QCOMPARE(salvaged->citations, kTalks);
    QCOMPARE(salvaged->toReadAgain, 0);
    QCOMPARE(salvaged->kept.filename(), fs::path("warraq.db.damaged-1"));
    QVERIFY(fs::exists(salvaged->kept));

    const auto database = Database::open(file());
    LibraryStore library(**database);
    QCOMPARE(library.page(2, 3)->value().text, longText(2, 3));
    QCOMPARE(library.page(2, 3)->value().height, 842.5F);
    QCOMPARE(library.page(2, 3)->value().findings.ocrConfidence, 0.875F);
    QVERIFY(library.page(2, 4)->value().findings.hiddenText);
    QCOMPARE(library.pageReports(2)->at(5).tables, 1);
    QVERIFY(library.unfinished("model")->empty());
    QCOMPARE(library.searchWords(indexWords("speaks"), 100, {})->size(),
             std::size_t(kDocuments * kPagesEach));
    QCOMPARE(library.vectors("model", 0, 1)->front().values, m_vector);
    QCOMPARE(*(*database)->number("SELECT count(*) FROM tasks WHERE question = 'every deadline'"),
             std::int64_t(1));
    QCOMPARE(*(*database)->number("SELECT count(*) FROM task_notes WHERE task = 1 AND text = 'a note'"),
             std::int64_t(2 * kPagesEach));
    CollectionStore collections(**database);
    QCOMPARE(*collections.documents(collections.named("shelf")->value().id), (std::vector<DocumentId>{1, 3}));
    HistoryStore history(**database);
    QCOMPARE(history.search("محمد")->size(), std::size_t(kTalks));
    QCOMPARE(*history.scope(1), std::vector<DocumentId>{2});
    const auto messages = history.messages(1);
    QCOMPARE(messages->back().text, std::string("Answer 1 [1]."));
    QCOMPARE(messages->back().citations.front().pageLabel, std::string("iii"));
    QCOMPARE(messages->back().citations.front().boxes.size(), std::size_t(1));
    QCOMPARE(messages->back().details.searchedFor, std::string("written out"));
    QCOMPARE(messages->back().details.sentences.at(0).citations, (std::vector<int>{1, 2}));
    QCOMPARE(messages->back().details.scan->terms.at(0).places.at(0), (std::pair<DocumentId, int>(1, 2)));
    for (const auto &entry : fs::directory_iterator(file().parent_path())) // no leftovers
        QVERIFY2(entry.path().string().find(".salvage") == std::string::npos &&
                     entry.path().string().find(".repaired") == std::string::npos,
                 entry.path().c_str());
}

/// A later migration that adds a table or a column must teach the salvager too.
void TestSalvage::knowsEveryTableOfTheSchema()
{
    const auto database = Database::open(file());
    auto row = (*database)->prepare("SELECT m.name || ':' || count(*) FROM sqlite_schema m, "
                                    "pragma_table_info(m.name) WHERE m.type = 'table' AND m.name NOT LIKE "
                                    "'sqlite_%' AND m.name NOT LIKE 'words%' GROUP BY m.name ORDER BY 1");
    std::string tables;
    while (*row->step())
        tables += std::string(row->text(0)) + " ";

    QCOMPARE(tables, std::string("answer_details:8 answer_sentences:8 chunks:8 citations:9 collected:3 "
                                 "collections:4 conversations:4 "
                                 "documents:16 embedded:3 messages:11 "
                                 "meta:2 models:2 page_findings:7 pages:11 scopes:2 task_notes:7 tasks:7 "
                                 "vectors:3 "));
}

void TestSalvage::keepsWhatIsReadable_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("share"); ///< of the conversations that must be there
    QTest::newRow("bits flipped") << 0 << 0.5;
    QTest::newRow("a page zeroed") << 1 << 0.3;
    QTest::newRow("pages swapped") << 2 << 0.9;
    QTest::newRow("cut in half") << 3 << 0.0;
    QTest::newRow("cut in a page") << 4 << 0.9;
    QTest::newRow("header gone") << 5 << 1.0;
    QTest::newRow("first page gone") << 6 << 1.0;
}

void TestSalvage::keepsWhatIsReadable()
{
    QFETCH(int, kind);
    QFETCH(double, share);
    std::mt19937 random(7);
    damage([&](Bytes &b) {
        const std::size_t pages = b.size() / kPage;
        const auto at = [&](std::size_t page) { return b.begin() + std::ptrdiff_t(page * kPage); };
        switch (kind) {
        case 0:
            for (int i = 0; i < 40; ++i)
                b[100 + random() % (b.size() - 100)] ^= char(1 << random() % 8);
            break;
        case 1:
            std::fill_n(at(1 + random() % (pages - 1)), kPage, char(0));
            break;
        case 2:
            std::swap_ranges(at(3), at(4), at(pages - 2));
            break;
        case 3:
            b.resize(b.size() / 2);
            break;
        case 4:
            b.resize(b.size() - 777);
            break;
        default:
            std::fill_n(b.begin(), kind == 5 ? 100 : kPage, char(0));
        }
    });
    const Bytes damaged = bytesOf(file());

    const auto salvaged = salvageLibrary(file());

    QVERIFY2(salvaged, salvaged ? "" : salvaged.error().detail.c_str());
    QVERIFY(bytesOf(salvaged->kept) == damaged);
    QVERIFY2(salvaged->conversations >= share * kTalks, qPrintable(QString::number(salvaged->conversations)));
    QVERIFY(salvaged->documents >= 1);
    const auto database = Database::open(file());
    QVERIFY(database);
    QVERIFY((*database)->check()->empty());
    LibraryStore library(**database);
    const auto documents = library.documents();
    for (const Document &document : *documents) {
        const bool whole = document.pagesDone == document.pages && document.chunks == kPagesEach;
        QVERIFY(whole || (document.pagesDone == 0 && document.state == DocumentState::Ingesting));
    }
    HistoryStore history(**database);
    QVERIFY(history.create("A new one", {}));
}

void TestSalvage::takesInTheWriteAheadLog()
{
    const auto database = Database::open(file());
    HistoryStore history(**database);
    const auto talk = history.create("Only in the log", {});
    QVERIFY(history.ask(*talk, "Is it there?"));
    const Bytes log = bytesOf(file().string() + "-wal");
    QVERIFY(!log.empty());
    fs::create_directory(file().parent_path() / "copy"); // as a killed program leaves it
    const fs::path copy = file().parent_path() / "copy" / "warraq.db";
    Bytes bytes = bytesOf(file());
    std::fill_n(bytes.begin(), 16, 'x');
    write(copy, bytes);
    write(copy.string() + "-wal", log);

    const auto salvaged = salvageLibrary(copy);

    QVERIFY2(salvaged, salvaged ? "" : salvaged.error().detail.c_str());
    QCOMPARE(salvaged->conversations, kTalks + 1);
    QVERIFY(fs::exists(salvaged->kept.string() + "-wal"));
    QCOMPARE(bytesOf(copy.string() + "-wal").size(), std::size_t(0));
}

void TestSalvage::readsADocumentAgainOfWhichAPageIsGone()
{
    {
        const auto database = Database::open(file());
        QVERIFY((*database)->run("DELETE FROM pages WHERE document = 3 AND page = 5"));
        QVERIFY((*database)->checkpoint());
    }

    const auto salvaged = salvageLibrary(file());

    QCOMPARE(salvaged->toReadAgain, 1);
    const auto database = Database::open(file());
    LibraryStore library(**database);
    const auto unfinished = library.unfinished("model");
    QCOMPARE(unfinished->size(), std::size_t(1));
    QCOMPARE(unfinished->front().id, DocumentId(3));
    QCOMPARE(unfinished->front().pagesDone, 0);
    QCOMPARE(library.chunksOf(std::array<DocumentId, 1>{3})->size(), std::size_t(0));
}

void TestSalvage::leavesAFileAloneThatHoldsNothing_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("this is not a database\n").repeated(500);
}

void TestSalvage::leavesAFileAloneThatHoldsNothing()
{
    QFETCH(QByteArray, content);
    write(file(), Bytes(content.begin(), content.end()));

    const auto salvaged = salvageLibrary(file());

    QVERIFY(!salvaged);
    QVERIFY(salvaged.error().code == ErrorCode::NotFound);
    QVERIFY(bytesOf(file()) == Bytes(content.begin(), content.end()));
    QVERIFY(!fs::exists(file().string() + ".damaged-1"));
}

void TestSalvage::randomDamageNeverCrashes()
{
    const Bytes whole = bytesOf(file());
    std::mt19937 random(11);
    for (int round = 0; round < 12; ++round) {
        Bytes bytes = whole;
        for (int i = 0; i < 3000; ++i)
            bytes[random() % bytes.size()] = char(random());
        write(file(), bytes);
        fs::remove(file().string() + "-wal");

        const auto salvaged = salvageLibrary(file());

        QVERIFY(salvaged || salvaged.error().code == ErrorCode::NotFound ||
                salvaged.error().code == ErrorCode::Damaged);
        if (salvaged)
            QVERIFY((*Database::open(file()))->check()->empty());
    }
}

QTEST_APPLESS_MAIN(TestSalvage)
#include "test_salvage.moc"
