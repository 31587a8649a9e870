#include "rag/eval/comparison.h"
#include "rag/eval/extraction.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace rag;

/// How well text was read, and how two runs differ.
class TestExtraction : public QObject
{
    Q_OBJECT

private slots:
    void findsAQuoteAfterFolding_data();
    void findsAQuoteAfterFolding();
    void countsTheErrorsOfTheBestSpan();
    void knowsWordsOutOfOrder();
    void countsWordsOfAReference();
    void laysBoxesOverEachOther();
    void saysWhatChanged();
    void readsRunsAndRefusesOthers();
};

void TestExtraction::findsAQuoteAfterFolding_data()
{
    QTest::addColumn<QByteArray>("quote");
    QTest::addColumn<QByteArray>("page");
    QTest::addColumn<QByteArray>("span");
    QTest::newRow("as it is") << QByteArray("blue sky") << QByteArray("The blue sky.")
                              << QByteArray("blue sky");
    QTest::newRow("breaks and marks")
        << QByteArray("Blue-sky, today") << QByteArray("A blue\nsky today!") << QByteArray("blue\nsky today");
    QTest::newRow("Arabic") << QByteArray("مُحَمَّدٌ أَخٌ") << QByteArray("قال محمد اخ لي") << QByteArray("محمد اخ");
    QTest::newRow("digits") << QByteArray("٢٥ يوما") << QByteArray("مدة 25 يوما") << QByteArray("25 يوما");
}

void TestExtraction::findsAQuoteAfterFolding()
{
    QFETCH(QByteArray, quote);
    QFETCH(QByteArray, page);
    QFETCH(QByteArray, span);

    const QuoteFit fit = fitQuote(quote.toStdString(), page.toStdString());

    QVERIFY(fit.found && fit.wordsThere);
    QCOMPARE(fit.characterError, 0.0);
    QCOMPARE(page.mid(int(fit.begin), int(fit.end - fit.begin)), span);
}

void TestExtraction::countsTheErrorsOfTheBestSpan()
{
    const std::string page = "xxxx the quikc brown fox yyyy";

    const QuoteFit fit = fitQuote("quick brown", page);

    QVERIFY(!fit.found);
    QVERIFY(std::abs(fit.characterError - 0.2) < 1e-9); // two of ten letters
    QCOMPARE(page.substr(fit.begin, fit.end - fit.begin), std::string("quikc brown"));
    QCOMPARE(fitQuote("anything", "").characterError, 1.0);
    QVERIFY(fitQuote("zzzz", "abc").characterError == 1.0);
}

void TestExtraction::knowsWordsOutOfOrder()
{
    const QuoteFit fit = fitQuote("first column second column", "first second column column");

    QVERIFY(fit.wordsThere && !fit.found);
    QVERIFY(fit.characterError > 0.1);
    QVERIFY(!fitQuote("first third", "first second").wordsThere);
}

void TestExtraction::countsWordsOfAReference()
{
    QCOMPARE(wordRecall("one two two three", "three two one"), 0.75);
    QCOMPARE(wordRecall("", "anything"), 1.0);
    QCOMPARE(characterError("abcd", "abxd"), 0.25);
    QCOMPARE(characterError("abcd", ""), 1.0);
}

void TestExtraction::laysBoxesOverEachOther()
{
    const std::vector<Box> gold{{0, 0, 10, 10}};
    const std::vector<Box> half{{5, 0, 10, 10}};
    const std::vector<Box> twice{{0, 0, 10, 6}, {0, 4, 10, 6}}; // they overlap

    QVERIFY(std::abs(overlapOf(half, gold).unionShare() - 1.0 / 3) < 1e-6);
    QVERIFY(std::abs(overlapOf(twice, gold).unionShare() - 1) < 1e-6);
    QCOMPARE(overlapOf({}, gold).unionShare(), 0.0);
    QCOMPARE(overlapOf({}, {}).unionShare(), 0.0);
}

void TestExtraction::saysWhatChanged()
{
    using Json = nlohmann::ordered_json;
    const Json old{{"document", {{"n", 2}, {"recall@5", 0.5}}},
                   {"seconds", {{"retrieve", 1.0}}},
                   {"rows", {{{"id", "a"}, {"right", true}}, {{"id", "b"}, {"right", false}}}}};
    const Json now{{"document", {{"n", 2}, {"recall@5", 0.75}}},
                   {"seconds", {{"retrieve", 9.0}}},
                   {"rows", {{{"id", "a"}, {"right", false}}, {{"id", "b"}, {"right", true}}}}};

    const Json changed = compareRuns(old, now);

    QCOMPARE(changed["figures"].size(), std::size_t(1));
    QCOMPARE(changed["figures"][0]["metric"].get<std::string>(), std::string("document/recall@5"));
    QCOMPARE(changed["figures"][0]["new"].get<double>(), 0.75);
    QCOMPARE(changed["right_to_wrong"].dump(), std::string(R"(["a"])"));
    QCOMPARE(changed["wrong_to_right"].dump(), std::string(R"(["b"])"));
    QVERIFY(compareRuns(now, now)["figures"].empty());
}

void TestExtraction::readsRunsAndRefusesOthers()
{
    QTemporaryDir folder;
    const auto write = [&](const char *name, const char *text) {
        const std::string path = folder.filePath(name).toStdString();
        std::ofstream(path) << text;
        return path;
    };

    QVERIFY(readRun(write("figures.json", R"({"document": {"n": 1}})"))->contains("document"));
    QCOMPARE(readRun(write("rows.jsonl", "{\"id\": \"a\", \"right\": true}\n{\"id\": \"b\"}\n"))
                 ->at("rows")
                 .size(),
             std::size_t(2));
    QVERIFY(!readRun(write("other.txt", "hello\n")));
    QVERIFY(!readRun(folder.filePath("none").toStdString()));
}

QTEST_GUILESS_MAIN(TestExtraction)
#include "test_extraction.moc"
