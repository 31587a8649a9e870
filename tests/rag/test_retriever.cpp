#include "rag/retrieve/engine_reranker.h"
#include "rag/retrieve/hybrid_retriever.h"
#include "rag/retrieve/question_text.h"
#include "tests/rag/small_library.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <filesystem>
#include <limits>
#include <random>

using namespace rag;

namespace {

std::string joined(const std::vector<std::string> &words)
{
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

Question asking(const std::string &text, std::vector<DocumentId> scope = {})
{
    Question question;
    question.text = text;
    question.documents = std::move(scope);
    return question;
}

/// Prefers the text that holds a word.
class WordReranker final : public Reranker
{
public:
    explicit WordReranker(std::string word)
        : m_word(std::move(word))
    {
    }

    Result<std::vector<float>> score(std::string_view, std::span<const std::string_view> texts,
                                     const CancelToken &) const override
    {
        std::vector<float> scores;
        for (const std::string_view text : texts)
            scores.push_back(text.find(m_word) == text.npos ? -5.0F : 5.0F);
        return scores;
    }

private:
    std::string m_word;
};

/// Turns the order round of what holds no given word, and can not read the rest.
class HalfBlindReranker final : public Reranker
{
public:
    explicit HalfBlindReranker(std::string word)
        : m_word(std::move(word))
    {
    }

    Result<std::vector<float>> score(std::string_view, std::span<const std::string_view> texts,
                                     const CancelToken &) const override
    {
        std::vector<float> scores;
        for (const std::string_view text : texts)
            scores.push_back(text.find(m_word) == text.npos ? float(scores.size())
                                                            : std::numeric_limits<float>::quiet_NaN());
        return scores;
    }

    double weight() const override { return 20; }

private:
    std::string m_word;
};

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
    void searchesForWhatWasWrittenOut();
    void staysOnItsPages_data();
    void staysOnItsPages();
    void followsALibraryThatGrows();
    void liftsAPassageWhoseNeighbourFitsToo();
    void putsTheSameTextOfAnotherFileLast();
    void putsATableOfContentsBehind();
    void asksTheReranker();
    void leavesInPlaceWhatTheRerankerCanNotRead();
    void asksAnEnglishModelOfEnglishAlone_data();
    void asksAnEnglishModelOfEnglishAlone();
    void takesAtMostSoManyOfOneDocument();
    void findsPassagesInTimeAmongTenThousand();
    void ordersThePagesOfAPassageByTheirText();
    void namesTheLanguageOfAQuestion_data();
    void namesTheLanguageOfAQuestion();
    void leavesFunctionWordsOutOfKeyTerms();

private:
    std::vector<Passage> find(SmallLibrary &library, const std::string &text,
                              std::vector<DocumentId> scope = {}, int k = 5)
    {
        HybridRetriever retriever(library.database, library.embedder, library.index);
        return retriever.retrieve(asking(text, std::move(scope)), k, {}).value();
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

    const auto passages = words.retrieve(asking("Where is the anemometer?"), 5, {}).value();

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

    const auto passages = retriever.retrieve(asking("ferry"), 5, cancel);

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

void TestRetriever::searchesForWhatWasWrittenOut()
{
    SmallLibrary library;
    library.add("one.pdf", "en", {{"The ferry leaves at noon."}, {"The train leaves at nine."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    Question question = asking("And the other one?");
    question.searchText = "When does the train leave?";

    const auto passages = retriever.retrieve(question, 5, {}).value();

    QCOMPARE(passages[0].page, 1);
}

void TestRetriever::staysOnItsPages_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("last");
    QTest::addColumn<int>("found");
    QTest::newRow("all") << 0 << -1 << 6;
    QTest::newRow("middle") << 2 << 3 << 2;
    QTest::newRow("to the end") << 4 << -1 << 2;
    QTest::newRow("from the beginning") << 0 << 0 << 1;
    QTest::newRow("behind the last") << 9 << 12 << 0;
}

void TestRetriever::staysOnItsPages()
{
    QFETCH(int, first);
    QFETCH(int, last);
    QFETCH(int, found);
    SmallLibrary library;
    std::vector<std::vector<std::string>> pages;
    for (int i = 0; i < 6; ++i)
        pages.push_back({"The ferry number " + std::to_string(i) + " leaves at noon from pier " +
                         std::string(1, char('A' + i))});
    library.add("one.pdf", "en", pages);
    HybridRetriever retriever(library.database, library.embedder, library.index);
    Question question = asking("When does the ferry leave?");
    question.firstPage = first;
    question.lastPage = last;

    const auto passages = retriever.retrieve(question, 10, {}).value();

    QCOMPARE(int(passages.size()), found);
    for (const Passage &passage : passages)
        QVERIFY(passage.page >= first && (last < 0 || passage.page <= last));
}

void TestRetriever::followsALibraryThatGrows()
{
    SmallLibrary library;
    const DocumentId one = library.add("one.pdf", "en", {{"Cats sleep all day."}});
    HybridRetriever retriever(library.database, library.embedder, library.index);
    QCOMPARE(retriever.retrieve(asking("When does the ferry leave?"), 5, {})->size(), std::size_t(1));

    library.add("two.pdf", "en", {{"The ferry leaves at noon."}});
    const auto grown = retriever.retrieve(asking("When does the ferry leave?"), 5, {}).value();
    QVERIFY(library.store->removeDocument(one));
    const auto shrunk = retriever.retrieve(asking("When does the ferry leave?"), 5, {}).value();

    QCOMPARE(grown.size(), std::size_t(2));
    QCOMPARE(grown[0].documentName, std::string("two.pdf"));
    QCOMPARE(shrunk.size(), std::size_t(1));
}

/// Two passages say the same of the question; only one stands beside more of it.
void TestRetriever::liftsAPassageWhoseNeighbourFitsToo()
{
    SmallLibrary library;
    library.add("alone.pdf", "en",
                {{"Weather of the week and nothing else."},
                 {"The lighthouse lamp was lit by hand."},
                 {"Recipes for soup with beans and rice."}});
    library.add("together.pdf", "en",
                {{"Weather of the month and nothing else."},
                 {"The lighthouse lamp was lit by hand."},
                 {"Of the lighthouse lamp and of oil for it."}});
    HybridOptions options;
    options.repeatsLast = false;
    HybridRetriever retriever(library.database, library.embedder, library.index, options);

    const auto passages = retriever.retrieve(asking("Was the lighthouse lamp lit by hand?"), 5, {}).value();

    QCOMPARE(passages[0].documentName, std::string("together.pdf"));
    QCOMPARE(passages[0].page, 1);
}

void TestRetriever::putsTheSameTextOfAnotherFileLast()
{
    const std::string text =
        "The ferry leaves at noon from the northern pier on every day of the week but one.";
    std::vector<Passage> passages(3);
    passages[0].document = 1;
    passages[0].text = text;
    passages[1].document = 2;
    passages[1].text = text + "\n";
    passages[2].document = 3;
    passages[2].text = "On Mondays the boat is cleaned and does not go before two in the afternoon at all.";

    putRepeatsLast(passages);

    QCOMPARE(passages.size(), std::size_t(3));
    QCOMPARE(passages[1].document, DocumentId(3));
    QCOMPARE(passages[2].document, DocumentId(2));
}

void TestRetriever::putsATableOfContentsBehind()
{
    const std::string contents =
        "1 The ferry . . . . . . . . . . . . . . . . . . 3\n2 The pier . . . . . . . . . 9";
    SmallLibrary library;
    library.add("one.pdf", "en", {{contents}, {"The ferry, the pier and the harbour are open at noon."}});

    QCOMPARE(contentsShare(contents), 1.0);
    QCOMPARE(contentsShare("Version 1.2.3 goes at noon."), 0.0);
    QCOMPARE(find(library, "the ferry and the pier")[0].page, 1);
}

void TestRetriever::asksTheReranker()
{
    SmallLibrary library;
    library.add("one.pdf", "en",
                {{"The ferry leaves at noon."}, {"The ferry leaves at nine."}, {"The ferry is blue."}});
    HybridRetriever plain(library.database, library.embedder, library.index);
    const auto before = plain.retrieve(asking("When does the ferry leave?"), 5, {}).value();
    HybridRetriever retriever(
        library.database, library.embedder, library.index, {},
        std::make_shared<WordReranker>(before[1].text.substr(before[1].text.size() - 6)));

    const auto passages = retriever.retrieve(asking("When does the ferry leave?"), 5, {}).value();

    QCOMPARE(passages.size(), before.size());
    QCOMPARE(passages[0].chunk, before[1].chunk);
}

void TestRetriever::leavesInPlaceWhatTheRerankerCanNotRead()
{
    SmallLibrary library;
    library.add("one.pdf", "en",
                {{"The ferry leaves at noon."}, {"The ferry leaves at nine."}, {"The ferry is blue."}});
    HybridRetriever plain(library.database, library.embedder, library.index);
    const auto before = plain.retrieve(asking("When does the ferry leave?"), 5, {}).value();
    QCOMPARE(before.size(), std::size_t(3));
    HybridRetriever retriever(
        library.database, library.embedder, library.index, {},
        std::make_shared<HalfBlindReranker>(before[1].text.substr(before[1].text.size() - 6)));

    const auto passages = retriever.retrieve(asking("When does the ferry leave?"), 5, {}).value();

    QCOMPARE(passages.size(), before.size());
    QCOMPARE(passages[0].chunk, before[2].chunk);
    QCOMPARE(passages[1].chunk, before[1].chunk);
    QCOMPARE(passages[2].chunk, before[0].chunk);
}

void TestRetriever::asksAnEnglishModelOfEnglishAlone_data()
{
    QTest::addColumn<QString>("model");
    QTest::newRow("cross-encoder") << "bert-reranker";
    QTest::newRow("embedding model") << "minilm";
}

void TestRetriever::asksAnEnglishModelOfEnglishAlone()
{
    QFETCH(const QString, model);
    const auto folder = std::filesystem::path(SHARED_DATA) / "golden/models" / model.toStdString() / "hf";
    if (!std::filesystem::exists(folder))
        QSKIP("needs ../shared");
    const auto loaded = engine::Model::load(folder);
    QVERIFY(loaded.has_value());
    const auto reranker = EngineReranker::open(*loaded);
    QVERIFY(reranker.has_value());
    const std::string_view texts[] = {"The ferry leaves at noon, and it is the only one of the day.",
                                      "تغادر العبّارة الميناء عند الظهر كل يوم.",
                                      "Le bac part à midi, et il est le seul de la journée pour les îles.",
                                      "port 8080; ferry 1200; pier 7"};

    const auto first = (*reranker)->score("When does the ferry leave?", texts, {});
    const auto again = (*reranker)->score("When does the ferry leave?", texts, {});
    const auto arabic = (*reranker)->score("متى تغادر العبّارة؟", texts, {});

    QVERIFY(first && again && arabic);
    QCOMPARE(first->size(), std::size_t(4));
    QVERIFY(std::isfinite((*first)[0]) && std::isfinite((*first)[3]));
    QVERIFY(std::isnan((*first)[1]) && std::isnan((*first)[2]));
    QCOMPARE((*again)[0], (*first)[0]); // from memory
    for (const float score : *arabic)
        QVERIFY(std::isnan(score));
}

void TestRetriever::takesAtMostSoManyOfOneDocument()
{
    SmallLibrary library;
    library.add("one.pdf", "en",
                {{"The ferry leaves at noon."}, {"The ferry leaves at nine."}, {"The ferry leaves at ten."}});
    library.add("two.pdf", "en", {{"A ferry is a ship."}});
    HybridOptions options;
    options.perDocument = 2;
    HybridRetriever retriever(library.database, library.embedder, library.index, options);

    const auto passages = retriever.retrieve(asking("When does the ferry leave?"), 3, {}).value();

    QCOMPARE(passages.size(), std::size_t(3));
    QCOMPARE(passages[2].documentName, std::string("two.pdf"));
}

/// Words, vectors, fusion, all of it: 300 ms are promised. The best of three, for other programs run too.
void TestRetriever::findsPassagesInTimeAmongTenThousand()
{
    constexpr int kPages = 100;
    constexpr int kChunksAPage = 100;
    SmallLibrary library;
    NewDocument document;
    document.path = document.name = document.hash = "long.pdf";
    document.pages = kPages;
    const DocumentId id = library.store->addDocument(document).value();
    std::mt19937 random(5);
    std::vector<ReadPage> pages(kPages);
    for (int p = 0; p < kPages; ++p) {
        pages[std::size_t(p)].content = makePage(p, {"page"});
        for (int c = 0; c < kChunksAPage; ++c) {
            Chunk chunk;
            chunk.page = chunk.lastPage = p;
            for (int w = 0; w < 60; ++w)
                chunk.text += "word" + std::to_string(random() % 3000) + " ";
            pages[std::size_t(p)].chunks.push_back(std::move(chunk));
        }
    }
    require(library.store->addPages(id, pages));
    require(library.store->setLanguage(id, "en"));
    const auto chunks = library.store->chunksToEmbed(id, library.embedder->fingerprint(), 20'000).value();
    std::vector<ChunkId> ids;
    std::vector<float> rows;
    for (const Passage &chunk : chunks) {
        ids.push_back(chunk.chunk);
        const std::vector<float> row = FakeEmbedder::vectorOf(chunk.text);
        rows.insert(rows.end(), row.begin(), row.end());
    }
    require(library.index->add(ids, rows));
    HybridRetriever retriever(library.database, library.embedder, library.index);

    qint64 best = std::numeric_limits<qint64>::max();
    for (int i = 0; i < 3; ++i) {
        QElapsedTimer timer;
        timer.start();
        const auto passages = retriever.retrieve(asking("Where is word17 beside word1999 and word5?"), 5, {});
        best = std::min(best, timer.elapsed());
        QCOMPARE(passages->size(), std::size_t(5));
    }

    QCOMPARE(ids.size(), std::size_t(kPages * kChunksAPage));
    QVERIFY2(best < 300, qPrintable(QString::number(best) + " ms"));
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
