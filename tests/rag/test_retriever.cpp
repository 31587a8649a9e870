#include "rag/retrieve/hybrid_retriever.h"
#include "rag/retrieve/question_text.h"
#include "tests/rag/small_library.h"

#include <QTest>

using namespace rag;

namespace {

std::string joined(const std::vector<std::string> &words)
{
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

} // namespace

class TestRetriever : public QObject
{
    Q_OBJECT

private slots:
    void findsThePageThatSaysIt();
    void staysInItsScope();
    void findsWordsWithoutVectors();
    void foreignTextIsNotBuriedByTheQuestionsOwnLanguage();
    void saysHowEachPassageWasFound();
    void givesAtMostK();
    void anEmptyLibraryHasNothing();
    void aStopIsAnError();
    void dropsPassagesThatRepeatABetterOne();
    void ordersThePagesOfAPassageByTheirText();
    void namesTheLanguageOfAQuestion_data();
    void namesTheLanguageOfAQuestion();
    void leavesFunctionWordsOutOfKeyTerms();

private:
    std::vector<Passage> find(SmallLibrary &library, const std::string &text,
                              std::vector<DocumentId> scope = {}, int k = 5)
    {
        HybridRetriever retriever(library.database, library.embedder, library.index);
        return retriever.retrieve({text, std::move(scope), 0}, k, {}).value();
    }
};

void TestRetriever::findsThePageThatSaysIt()
{
    SmallLibrary library;
    library.add("bridges.pdf", "en",
                {{"Bridges are built of stone, wood or steel."},
                 {"The Galata bridge was opened in 1994 after a fire."},
                 {"Tunnels are another matter altogether."}});

    const auto passages = find(library, "When was the Galata bridge opened?");

    QVERIFY(!passages.empty());
    QCOMPARE(passages[0].page, 1);
    QCOMPARE(passages[0].documentName, std::string("bridges.pdf"));
}

void TestRetriever::staysInItsScope()
{
    SmallLibrary library;
    library.add("one.pdf", "en", {{"The lighthouse was painted red."}});
    const DocumentId two = library.add("two.pdf", "en", {{"The lighthouse was painted white."}});

    const auto passages = find(library, "What colour is the lighthouse?", {two});

    QCOMPARE(passages.size(), std::size_t(1));
    QCOMPARE(passages[0].document, two);
}

void TestRetriever::findsWordsWithoutVectors()
{
    SmallLibrary library;
    library.add("one.pdf", "en", {{"Nothing of note."}, {"The anemometer hangs on the mast."}});
    HybridRetriever words(library.database, nullptr, nullptr);

    const auto passages = words.retrieve({"Where is the anemometer?", {}, 0}, 5, {}).value();

    QCOMPARE(passages.size(), std::size_t(1));
    QCOMPARE(passages[0].page, 1);
    QCOMPARE(passages[0].vectorRank, -1);
}

/// The default embedder gives every text of the question's language a higher cosine than any other text. Here
/// the question's own words stand on all English pages, and one word of it on one Arabic page.
void TestRetriever::foreignTextIsNotBuriedByTheQuestionsOwnLanguage()
{
    SmallLibrary library;
    std::vector<std::vector<std::string>> english(30);
    for (std::size_t i = 0; i < english.size(); ++i)
        english[i] = {"where are the keys of the " + std::string(1, char('a' + i % 26)) + " house kept now"};
    library.add("english.pdf", "en", english);
    std::vector<std::vector<std::string>> arabic(30, {"كلام آخر لا صلة له بالأمر"});
    arabic[7] = {"ZX81 مفاتيح البيت معلقة خلف الباب"};
    library.add("arabic.pdf", "ar", arabic);

    const auto passages = find(library, "where are the keys of the ZX81 house", {}, 3);

    const bool found = std::any_of(passages.begin(), passages.end(), [](const Passage &passage) {
        return passage.documentName == "arabic.pdf" && passage.page == 7;
    });
    QVERIFY(found);
}

void TestRetriever::saysHowEachPassageWasFound()
{
    SmallLibrary library;
    library.add("one.pdf", "en", {{"The ferry leaves at noon."}, {"Cats sleep all day."}});

    const auto passages = find(library, "When does the ferry leave?");

    QCOMPARE(passages[0].wordRank, 0);
    QCOMPARE(passages[0].vectorRank, 0);
    QVERIFY(passages[0].similarity > 0);
    QVERIFY(passages[0].score > passages[1].score);
}

void TestRetriever::givesAtMostK()
{
    SmallLibrary library;
    library.add("one.pdf", "en", std::vector<std::vector<std::string>>(20, {"The ferry leaves at noon."}));

    QCOMPARE(find(library, "ferry", {}, 4).size(), std::size_t(4));
}

void TestRetriever::anEmptyLibraryHasNothing()
{
    SmallLibrary library;

    QVERIFY(find(library, "anything").empty());
}

void TestRetriever::aStopIsAnError()
{
    SmallLibrary library;
    library.add("one.pdf", "en", {{"The ferry leaves at noon."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    CancelToken cancel;
    cancel.cancel();

    const auto passages = retriever.retrieve({"ferry", {}, 0}, 5, cancel);

    QVERIFY(!passages);
    QCOMPARE(passages.error().code, ErrorCode::Cancelled);
}

void TestRetriever::dropsPassagesThatRepeatABetterOne()
{
    std::vector<Passage> passages(3);
    for (std::size_t i = 0; i < passages.size(); ++i) {
        passages[i].chunk = ChunkId(i + 1);
        passages[i].document = 1;
        passages[i].text = std::string(100, 'x');
    }
    passages[0].segments = {{0, 0, 0, 100}};
    passages[1].segments = {{0, 40, 0, 100}}; // shares 60 of 100
    passages[2].segments = {{0, 90, 0, 100}}; // shares 10 with the first

    dropRepeats(passages);

    QCOMPARE(passages.size(), std::size_t(2));
    QCOMPARE(passages[0].chunk, ChunkId(1));
    QCOMPARE(passages[1].chunk, ChunkId(3));
}

void TestRetriever::ordersThePagesOfAPassageByTheirText()
{
    Passage passage;
    passage.page = 4;
    passage.lastPage = 5;
    passage.segments = {{4, 900, 0, 20}, {5, 0, 21, 200}};

    QCOMPARE(pagesOf(passage), (std::vector<int>{5, 4}));
}

void TestRetriever::namesTheLanguageOfAQuestion_data()
{
    QTest::addColumn<QByteArray>("question");
    QTest::addColumn<QByteArray>("language");
    QTest::newRow("en") << QByteArray("Which file stops the daemon?") << QByteArray("en");
    QTest::newRow("en with articles")
        << QByteArray("I deleted a file but a program has it. What to do?") << QByteArray("en");
    QTest::newRow("ar") << QByteArray("كم ساعة ندوام في رمضان؟") << QByteArray("ar");
    QTest::newRow("ar with a Latin name") << QByteArray("لماذا تراجع ترتيب CSRF؟") << QByteArray("ar");
    QTest::newRow("fa") << QByteArray("سبک پیش‌فرض صفحه کدام است؟")
                        << QByteArray("fa");
    QTest::newRow("fr") << QByteArray(
                               "Sur combien de types de processeurs fonctionne-t-elle ? Où est la liste ?")
                        << QByteArray("fr");
}

void TestRetriever::namesTheLanguageOfAQuestion()
{
    QFETCH(QByteArray, question);
    QFETCH(QByteArray, language);

    QCOMPARE(QByteArray::fromStdString(questionLanguage(question.toStdString())), language);
}

void TestRetriever::leavesFunctionWordsOutOfKeyTerms()
{
    QCOMPARE(joined(keyTerms("What is the port of the printer?")), joined(keyTerms("port printer")));
    QVERIFY(!keyTerms("What is it?").empty()); // nothing else is left
}

QTEST_GUILESS_MAIN(TestRetriever)
#include "test_retriever.moc"
