#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "rag/text/normalizer.h"
#include "tests/support/fake_embedder.h"
#include "tests/support/fake_pages.h"

#include <QTemporaryDir>
#include <QTest>

using namespace rag;
namespace fs = std::filesystem;

namespace {

NewDocument named(const std::string &name, int pages = 2)
{
    NewDocument document;
    document.path = "/books/" + name;
    document.name = name;
    document.hash = "hash of " + name;
    document.title = "Title of " + name;
    document.pages = pages;
    document.outline = {{"One", 0, 0}, {"Two", 1, 1}};
    return document;
}

Chunk chunkOf(int page, const std::string &text, const std::string &section = {})
{
    return {page, page, section, text, {{page, 0, 0, static_cast<std::uint32_t>(text.size())}}, 3};
}

} // namespace

class TestLibraryStore : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void keepsADocument();
    void takesTheSameFileOnce();
    void keepsAPageWithItsBoxes();
    void keepsHowPagesWereRead();
    void refusesAPageOutOfTurnAndAddsNothing();
    void findsByWords_data();
    void findsByWords();
    void searchesAmongDocuments();
    void ranksTheRicherPassageFirst();
    void takesAnyTextForAQuery();
    void givesChunksInTheOrderAskedFor();
    void embedsWhatHasNoVector();
    void listsWhatIsUnfinished();
    void removesADocumentAndNothingElse();
    void clearsContentToReadAgain();
    void countsChanges();

private:
    DocumentId add(const std::string &name, const std::vector<Chunk> &chunks)
    {
        const auto id = m_store->addDocument(named(name, 1));
        if (!id || !m_store->addPage(*id, makePage(0, {"text of the page"}), chunks) ||
            !m_store->finishReading(*id, {}, "en"))
            qFatal("cannot add");
        return *id;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<LibraryStore> m_store;
};

void TestLibraryStore::init()
{
    m_store.reset();
    m_database.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = Database::open(fs::path(m_folder->path().toStdString()) / "warraq.db");
    QVERIFY(opened);
    m_database = std::move(*opened);
    m_store = std::make_unique<LibraryStore>(*m_database);
}

void TestLibraryStore::keepsADocument()
{
    const auto id = m_store->addDocument(named("a.pdf"));
    QVERIFY(id);
    QVERIFY(m_store->setLanguage(*id, "ar"));
    QVERIFY(m_store->setState(*id, DocumentState::PartlyDone, "one page missing"));

    const auto document = m_store->document(*id);

    QVERIFY(document && *document);
    QCOMPARE((*document)->name, std::string("a.pdf"));
    QCOMPARE((*document)->title, std::string("Title of a.pdf"));
    QCOMPARE((*document)->language, std::string("ar"));
    QVERIFY((*document)->state == DocumentState::PartlyDone);
    QCOMPARE((*document)->note, std::string("one page missing"));
    QCOMPARE((*document)->pages, 2);
    QCOMPARE((*document)->addedAt.size(), std::string("2026-01-01T00:00:00.000Z").size());
    const auto outline = m_store->outline(*id);
    QCOMPARE(outline->size(), std::size_t(2));
    QCOMPARE((*outline)[1].title, std::string("Two"));
    QCOMPARE((*m_store->documentByPath("/books/a.pdf"))->id, *id);
    QVERIFY(!*m_store->documentByHash("another"));
    QVERIFY(!*m_store->document(*id + 1));
}

void TestLibraryStore::takesTheSameFileOnce()
{
    const auto first = m_store->addDocument(named("a.pdf"));
    NewDocument again = named("a.pdf");
    again.path = "/elsewhere/a.pdf";

    const auto second = m_store->addDocument(again);

    QCOMPARE(*second, *first);
    QCOMPARE(m_store->documents()->size(), std::size_t(1));
}

void TestLibraryStore::keepsAPageWithItsBoxes()
{
    const auto id = m_store->addDocument(named("a.pdf"));
    PageContent page = makePage(0, {"Heading", "Ein Satz über Papier.", "نص عربي"}, {0});
    page.label = "iv";
    page.note = "repaired";

    QVERIFY(m_store->addPage(*id, page, {}));

    const auto back = m_store->page(*id, 0);
    QVERIFY(back && *back);
    QCOMPARE((*back)->text, page.text);
    QCOMPARE((*back)->label, page.label);
    QCOMPARE((*back)->note, page.note);
    QCOMPARE((*back)->width, page.width);
    QCOMPARE((*back)->blocks.size(), std::size_t(3));
    QVERIFY((*back)->blocks[0].kind == BlockKind::Heading);
    QCOMPARE((*back)->chars.size(), page.chars.size());
    for (std::size_t i = 0; i < page.chars.size(); ++i) {
        QCOMPARE((*back)->chars[i].begin, page.chars[i].begin);
        QCOMPARE((*back)->chars[i].end, page.chars[i].end);
        QCOMPARE((*back)->chars[i].box.x, page.chars[i].box.x); // whole points
    }
    QVERIFY(!*m_store->page(*id, 1));
}

void TestLibraryStore::keepsHowPagesWereRead()
{
    const auto id = m_store->addDocument(named("a.pdf", 2));
    PageContent first = makePage(0, {"text of the page"});
    first.findings = {true, 0.75F, true, true, 3, 2};
    PageContent second = makePage(1, {});
    second.label = "ii";
    second.state = PageState::NoText;
    QVERIFY(m_store->addPages(*id, std::vector<ReadPage>{{first, {}}, {second, {}}}));

    const auto page = m_store->page(*id, 0);
    const auto reports = m_store->pageReports(*id);

    QVERIFY(page && *page);
    QCOMPARE((*page)->text, first.text);
    QCOMPARE((*page)->findings.ocrConfidence, 0.75F);
    QCOMPARE((*page)->findings.tables, 3);
    QVERIFY((*page)->findings.garbled && (*page)->findings.hiddenText && (*page)->findings.ocr);
    QVERIFY(reports);
    QCOMPARE(reports->size(), std::size_t(2));
    QCOMPARE((*reports)[0].captions, 2);
    QVERIFY((*reports)[0].grade == PageGrade::Amber);
    QCOMPARE((*reports)[1].label, std::string("ii"));
    QVERIFY((*reports)[1].grade == PageGrade::Red);
    QVERIFY(m_store->clearContent(*id));
    QCOMPARE(*m_database->number("SELECT count(*) FROM page_findings"), std::int64_t(0));
}

void TestLibraryStore::refusesAPageOutOfTurnAndAddsNothing()
{
    const auto id = m_store->addDocument(named("a.pdf"));
    const std::vector<ReadPage> pages{{makePage(0, {"first"}), {chunkOf(0, "first")}},
                                      {makePage(2, {"third"}), {}}};

    QVERIFY(!m_store->addPages(*id, pages));

    QCOMPARE((*m_store->document(*id))->pagesDone, 0);
    QCOMPARE(m_store->chunksOf(std::span(&*id, 1))->size(), std::size_t(0));
    QCOMPARE(m_store->searchWords("first", 5, {})->size(), std::size_t(0));
}

void TestLibraryStore::findsByWords_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("query");
    QTest::addColumn<bool>("found");
    QTest::newRow("a word") << "The maker of paper"
                            << "paper" << true;
    QTest::newRow("other case, marks") << "Café Noir"
                                       << "cafe" << true;
    QTest::newRow("any of several") << "The maker of paper"
                                    << "who sells paper" << true;
    QTest::newRow("none") << "The maker of paper"
                          << "ink" << false;
    QTest::newRow("Arabic without marks")
        << QString::fromUtf8("قال مُحَمَّدٌ ذلك") << QString::fromUtf8("محمد") << true;
    QTest::newRow("Arabic article") << QString::fromUtf8("هذا الكتاب قديم") << QString::fromUtf8("كتاب")
                                    << true;
    QTest::newRow("Arabic digits") << QString::fromUtf8("سنة ١٢٣٤") << "1234" << true;
    QTest::newRow("Chinese") << QString::fromUtf8("中文文本处理") << QString::fromUtf8("文本") << true;
}

void TestLibraryStore::findsByWords()
{
    QFETCH(QString, text);
    QFETCH(QString, query);
    QFETCH(bool, found);
    add("other.pdf", {chunkOf(0, "zzz yyy xxx")});
    add("a.pdf", {chunkOf(0, text.toStdString())});

    const auto hits = m_store->searchWords(indexWords(query.toStdString()), 5, {});

    QVERIFY(hits);
    QCOMPARE(hits->size(), std::size_t(found ? 1 : 0));
}

void TestLibraryStore::searchesAmongDocuments()
{
    const DocumentId a = add("a.pdf", {chunkOf(0, "paper and ink"), chunkOf(0, "paper alone")});
    const DocumentId b = add("b.pdf", {chunkOf(0, "paper too")});

    QCOMPARE(m_store->searchWords("paper", 10, {})->size(), std::size_t(3));
    QCOMPARE(m_store->searchWords("paper", 10, std::span(&a, 1))->size(), std::size_t(2));
    QCOMPARE(m_store->searchWords("paper", 10, std::span(&b, 1))->size(), std::size_t(1));
    QCOMPARE(m_store->searchWords("paper", 2, {})->size(), std::size_t(2));
    const DocumentId gone = 99;
    QCOMPARE(m_store->searchWords("paper", 10, std::span(&gone, 1))->size(), std::size_t(0));
}

void TestLibraryStore::ranksTheRicherPassageFirst()
{
    std::vector<Chunk> chunks;
    for (int i = 0; i < 20; ++i)
        chunks.push_back(chunkOf(0, "filler words about the weather"));
    chunks.push_back(chunkOf(0, "papyrus once among many other words in a long passage about the weather"));
    chunks.push_back(chunkOf(0, "papyrus and papyrus"));
    chunks.push_back(chunkOf(0, "nothing of it", "A section on papyrus"));
    const DocumentId id = add("a.pdf", chunks);
    const auto ids = m_store->chunksOf(std::span(&id, 1));

    const auto hits = m_store->searchWords("papyrus", 5, {});

    QCOMPARE(hits->size(), std::size_t(3));
    QCOMPARE((*hits)[0].chunk, (*ids)[21]);
    QVERIFY((*hits)[0].bm25 > (*hits)[1].bm25);
    QVERIFY((*hits)[1].bm25 > (*hits)[2].bm25);
}

void TestLibraryStore::takesAnyTextForAQuery()
{
    add("a.pdf", {chunkOf(0, "paper")});

    for (const char *odd :
         {"", " ", "\"", "AND", "NEAR(", "a* OR", "paper\" OR \"ink", "-:^(){}", "words : x"})
        QVERIFY2(m_store->searchWords(odd, 5, {}), odd);
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += "w" + std::to_string(i) + " ";
    QVERIFY(m_store->searchWords(many, 5, {}));
    QCOMPARE(m_store->searchWords("paper", 0, {})->size(), std::size_t(0));
}

void TestLibraryStore::givesChunksInTheOrderAskedFor()
{
    const DocumentId id = add("a.pdf", {chunkOf(0, "one", "S"), chunkOf(0, "two")});
    const auto ids = m_store->chunksOf(std::span(&id, 1));

    const auto passages = m_store->chunks(std::vector<ChunkId>{(*ids)[1], 999, (*ids)[0]});

    QCOMPARE(passages->size(), std::size_t(2));
    QCOMPARE((*passages)[0].text, std::string("two"));
    QCOMPARE((*passages)[1].text, std::string("one"));
    QCOMPARE((*passages)[1].section, std::string("S"));
    QCOMPARE((*passages)[1].documentName, std::string("a.pdf"));
    QCOMPARE((*passages)[1].segments.size(), std::size_t(1));
    QCOMPARE((*passages)[1].segments[0].length, 3U);
}

void TestLibraryStore::embedsWhatHasNoVector()
{
    const DocumentId id = add("a.pdf", {chunkOf(0, "one"), chunkOf(0, "two"), chunkOf(0, "three")});
    const auto first = m_store->chunksToEmbed(id, "m1", 2);
    QCOMPARE(first->size(), std::size_t(2));

    QVERIFY(m_store->addVectors("m1", std::vector<StoredVector>{{(*first)[0].chunk, {1, 0}},
                                                                {(*first)[1].chunk, {0, 1}},
                                                                {4711, {0, 1}}})); // removed meanwhile

    QCOMPARE(m_store->chunksToEmbed(id, "m1", 10)->size(), std::size_t(1));
    QCOMPARE(m_store->chunksToEmbed(id, "m1", 10)->front().text, std::string("three"));
    QCOMPARE(m_store->chunksToEmbed(id, "m2", 10)->size(), std::size_t(3));
    QCOMPARE((*m_store->document(id))->chunksEmbedded, 2);
    const auto vectors = m_store->vectors("m1", (*first)[0].chunk, 10);
    QCOMPARE(vectors->size(), std::size_t(1));
    QCOMPARE((*vectors)[0].values, (std::vector<float>{0, 1}));
    QCOMPARE(m_store->vectorIds("m1")->size(), std::size_t(2));
    QCOMPARE(m_store->vectorIds("m2")->size(), std::size_t(0));
    // The same vector again counts once.
    QVERIFY(m_store->addVectors("m1", std::vector<StoredVector>{{(*first)[0].chunk, {1, 0}}}));
    QCOMPARE((*m_store->document(id))->chunksEmbedded, 2);
}

void TestLibraryStore::listsWhatIsUnfinished()
{
    const DocumentId done = add("done.pdf", {chunkOf(0, "one")});
    QVERIFY(m_store->addVectors(
        "m1", std::vector<StoredVector>{{m_store->chunksOf(std::span(&done, 1))->front(), {1}}}));
    QVERIFY(m_store->setState(done, DocumentState::Done, ""));
    const DocumentId failed = add("failed.pdf", {});
    QVERIFY(m_store->setState(failed, DocumentState::Failed, ""));
    const auto begun = m_store->addDocument(named("begun.pdf"));

    const auto forFirst = m_store->unfinished("m1");
    const auto forOther = m_store->unfinished("m2");

    QCOMPARE(forFirst->size(), std::size_t(1));
    QCOMPARE(forFirst->front().id, *begun);
    QCOMPARE(forOther->size(), std::size_t(2)); // another embedding model: vectors are missing
}

void TestLibraryStore::removesADocumentAndNothingElse()
{
    const DocumentId a = add("a.pdf", {chunkOf(0, "paper and ink"), chunkOf(0, "parchment")});
    const DocumentId b = add("b.pdf", {chunkOf(0, "paper too")});
    const auto chunks = m_store->chunksOf(std::span(&a, 1));
    for (const ChunkId chunk : *chunks)
        QVERIFY(m_store->addVectors("m1", std::vector<StoredVector>{{chunk, {1, 2}}}));

    const auto removed = m_store->removeDocument(a);

    QVERIFY(removed);
    QCOMPARE(*removed, *chunks);
    QVERIFY(!*m_store->document(a));
    for (const char *table : {"pages", "chunks", "words"})
        QCOMPARE(*m_database->number(std::string("SELECT count(*) FROM ") + table), std::int64_t(1));
    QCOMPARE(*m_database->number("SELECT count(*) FROM vectors"), std::int64_t(0));
    QCOMPARE(m_store->searchWords("paper", 10, {})->size(), std::size_t(1));
    QCOMPARE(m_store->searchWords("parchment", 10, {})->size(), std::size_t(0));
    QVERIFY(m_database->check()->empty());
    QVERIFY(m_database->run("INSERT INTO words (words) VALUES ('integrity-check')"));
    QVERIFY(add("c.pdf", {}) > b); // ids are not used again
}

void TestLibraryStore::clearsContentToReadAgain()
{
    const DocumentId id = add("a.pdf", {chunkOf(0, "paper")});

    QCOMPARE(m_store->clearContent(id)->size(), std::size_t(1));

    const auto document = m_store->document(id);
    QCOMPARE((*document)->pagesDone, 0);
    QCOMPARE((*document)->chunks, 0);
    QVERIFY(!*m_store->isRead(id));
    QVERIFY(m_store->addPage(id, makePage(0, {"again"}), {}));
}

void TestLibraryStore::countsChanges()
{
    const auto before = m_store->generation();
    const DocumentId id = add("a.pdf", {chunkOf(0, "paper")});
    const auto added = m_store->generation();
    QVERIFY(m_store->removeDocument(id));

    QVERIFY(*added > *before);
    QVERIFY(*m_store->generation() > *added);
    QCOMPARE(m_store->libraryId()->size(), std::size_t(32));
}

QTEST_APPLESS_MAIN(TestLibraryStore)
#include "test_library_store.moc"
