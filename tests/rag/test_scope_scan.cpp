#include "rag/answer/scope_scan.h"
#include "tests/rag/small_library.h"

#include <QTest>

using namespace rag;

class TestScopeScan : public QObject
{
    Q_OBJECT

private slots:
    void findsTermsInWhateverForm_data();
    void findsTermsInWhateverForm();
    void countsPagesOfTheScopeOnly();
    void saysHowManyPagesHaveNoText();
    void stopsWhenAsked();
    void knowsOneEdit_data();
    void knowsOneEdit();
};

void TestScopeScan::findsTermsInWhateverForm_data()
{
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("hits"); ///< term=pages
    QTest::newRow("stem") << "Where are tolls paid?"
                          << "tolls=1 paid=0";
    QTest::newRow("one letter wrong in the scan") << "What is hydrostatic?"
                                                  << "hydrostatic=1";
    QTest::newRow("digits") << "What happened in ١٨٤٧?"
                            << "happened=0 ١٨٤٧=1";
    QTest::newRow("digits are not guessed") << "What happened in 18470?"
                                            << "happened=0 18470=0";
    QTest::newRow("short words are not guessed") << "Which cat?"
                                                 << "cat=0";
    QTest::newRow("Arabic clitics") << "ما هو الرمضان؟"
                                    << "الرمضان=1";
    QTest::newRow("nothing") << "Who won the regatta?"
                             << "won=0 regatta=0";
}

void TestScopeScan::findsTermsInWhateverForm()
{
    QFETCH(QString, question);
    QFETCH(QString, hits);
    SmallLibrary library;
    library.add(
        "a.pdf", "en",
        {{"A toll is due at the lock, dug in 1847."}, {"The hydrostotic test, the bat."}, {"ساعات رمضان"}});
    ScopeReader reader(*library.database, {});

    const auto scan = scanScope(reader, question.toStdString(), {});

    QVERIFY(scan);
    QCOMPARE(scan->pagesSearched, 3);
    QCOMPARE(scan->pagesInScope, 3);
    QStringList found;
    for (const TermHits &term : scan->terms)
        found << QString::fromStdString(term.term) + "=" + QString::number(term.pages);
    QCOMPARE(found.join(' '), hits);
}

void TestScopeScan::countsPagesOfTheScopeOnly()
{
    SmallLibrary library;
    library.add("a.pdf", "en", {{"toll"}, {"toll"}});
    const DocumentId second = library.add("b.pdf", "en", {{"lock"}, {"toll"}, {"toll"}, {"toll"}});
    Question question;
    question.documents = {second};
    question.firstPage = 1;
    question.lastPage = 2;
    ScopeReader reader(*library.database, question);

    const auto scan = scanScope(reader, "toll", {});

    QCOMPARE(scan->pagesInScope, 2);
    QCOMPARE(scan->terms.at(0).pages, 2);
    QCOMPARE(scan->terms.at(0).places, (std::vector<std::pair<DocumentId, int>>{{second, 1}, {second, 2}}));
}

void TestScopeScan::saysHowManyPagesHaveNoText()
{
    SmallLibrary library;
    NewDocument document;
    document.path = document.name = document.hash = "scan.pdf";
    document.pages = 2;
    const DocumentId id = library.store->addDocument(document).value();
    PageContent page;
    page.state = PageState::NoText;
    require(library.store->addPage(id, page, {}));
    ScopeReader reader(*library.database, {});

    const auto scan = scanScope(reader, "toll", {});

    QCOMPARE(scan->pagesSearched, 0);
    QCOMPARE(scan->pagesInScope, 2);
}

void TestScopeScan::stopsWhenAsked()
{
    SmallLibrary library;
    library.add("a.pdf", "en", {{"toll"}});
    ScopeReader reader(*library.database, {});
    CancelToken cancel;
    cancel.cancel();

    const auto scan = scanScope(reader, "toll", cancel);

    QVERIFY(!scan);
    QCOMPARE(scan.error().code, ErrorCode::Cancelled);
}

void TestScopeScan::knowsOneEdit_data()
{
    QTest::addColumn<QString>("a");
    QTest::addColumn<QString>("b");
    QTest::addColumn<bool>("apart");
    QTest::newRow("same") << "canal"
                          << "canal" << true;
    QTest::newRow("other letter") << "canal"
                                  << "cabal" << true;
    QTest::newRow("one more") << "canal"
                              << "canals" << true;
    QTest::newRow("one less at the front") << "canal"
                                           << "anal" << true;
    QTest::newRow("exchanged") << "canal"
                               << "cnaal" << true;
    QTest::newRow("two letters") << "canal"
                                 << "cobal" << false;
    QTest::newRow("two more") << "canal"
                              << "canalss" << false;
    QTest::newRow("empty") << ""
                           << "ab" << false;
}

void TestScopeScan::knowsOneEdit()
{
    QFETCH(QString, a);
    QFETCH(QString, b);
    QFETCH(bool, apart);

    QCOMPARE(oneEditApart(a.toStdU32String(), b.toStdU32String()), apart);
    QCOMPARE(oneEditApart(b.toStdU32String(), a.toStdU32String()), apart);
}

QTEST_GUILESS_MAIN(TestScopeScan)
#include "test_scope_scan.moc"
