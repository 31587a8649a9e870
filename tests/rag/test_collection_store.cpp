#include "rag/store/collection_store.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace rag;

class TestCollectionStore : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void holdsDocumentsOnce();
    void losesARemovedDocument();
    void keepsItsDocumentsWhenRemoved();
    void refusesAName_data();
    void refusesAName();
    void findsANameInAnySpelling();
    void saysWhenACollectionIsGone();

private:
    DocumentId document(const char *name)
    {
        NewDocument made;
        made.name = name;
        made.hash = name;
        return *LibraryStore(*m_database).addDocument(made);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
};

void TestCollectionStore::init()
{
    m_database.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    auto opened = Database::open(m_folder->filePath("warraq.db").toStdString());
    QVERIFY(opened);
    m_database = std::move(*opened);
}

void TestCollectionStore::holdsDocumentsOnce()
{
    const DocumentId a = document("a");
    const DocumentId b = document("b");
    CollectionStore store(*m_database);
    const auto shelf = store.create("  Shelf ");

    QVERIFY(store.add(*shelf, std::array<DocumentId, 3>{b, a, b}));
    QVERIFY(store.add(*shelf, std::array<DocumentId, 2>{a, 999}));

    QCOMPARE(*store.documents(*shelf), (std::vector<DocumentId>{a, b}));
    QCOMPARE(store.collections()->size(), std::size_t(1));
    QCOMPARE(store.collections()->front().name, std::string("Shelf"));
    QCOMPARE(store.collections()->front().documents, 2);
    QVERIFY(store.take(*shelf, std::array<DocumentId, 1>{a}));
    QCOMPARE(*store.documents(*shelf), std::vector<DocumentId>{b});
    QCOMPARE(store.collectionsOf(b)->size(), std::size_t(1));
    QVERIFY(store.collectionsOf(a)->empty());
}

void TestCollectionStore::losesARemovedDocument()
{
    const DocumentId a = document("a");
    CollectionStore store(*m_database);
    const auto shelf = store.create("Shelf");
    QVERIFY(store.add(*shelf, std::array<DocumentId, 1>{a}));

    QVERIFY(LibraryStore(*m_database).removeDocument(a));

    QVERIFY(store.documents(*shelf)->empty());
}

void TestCollectionStore::keepsItsDocumentsWhenRemoved()
{
    const DocumentId a = document("a");
    CollectionStore store(*m_database);
    const auto shelf = store.create("Shelf");
    QVERIFY(store.add(*shelf, std::array<DocumentId, 1>{a}));

    QVERIFY(store.remove(*shelf));

    QVERIFY(LibraryStore(*m_database).document(a)->has_value());
    QVERIFY(store.collectionsOf(a)->empty());
    QCOMPARE(*m_database->number("SELECT count(*) FROM collected"), std::int64_t(0));
}

void TestCollectionStore::refusesAName_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << "";
    QTest::newRow("blanks") << " \t ";
    QTest::newRow("the same") << "Contracts";
    QTest::newRow("another case") << "CONTRACTS ";
}

void TestCollectionStore::refusesAName()
{
    QFETCH(QString, name);
    CollectionStore store(*m_database);
    QVERIFY(store.create("Contracts"));
    const auto other = store.create("Other");

    const auto made = store.create(name.toStdString());
    const auto renamed = store.rename(*other, name.toStdString());

    QVERIFY(!made && made.error().code == ErrorCode::Unsupported);
    QVERIFY(!renamed && renamed.error().code == ErrorCode::Unsupported);
    QCOMPARE(store.collections()->size(), std::size_t(2));
}

void TestCollectionStore::findsANameInAnySpelling()
{
    CollectionStore store(*m_database);
    const auto shelf = store.create("أنظمة الشركة");

    QCOMPARE(store.named("انظمه الشركه")->value().id, *shelf);
    QVERIFY(store.rename(*shelf, "أنظمة الشركة")); // its own name
    QVERIFY(!store.named("none")->has_value());
}

void TestCollectionStore::saysWhenACollectionIsGone()
{
    CollectionStore store(*m_database);

    QCOMPARE(store.documents(7).error().code, ErrorCode::NotFound);
    QCOMPARE(store.remove(7).error().code, ErrorCode::NotFound);
    QCOMPARE(store.rename(7, "x").error().code, ErrorCode::NotFound);
    QCOMPARE(store.add(7, {}).error().code, ErrorCode::NotFound);
}

QTEST_APPLESS_MAIN(TestCollectionStore)
#include "test_collection_store.moc"
