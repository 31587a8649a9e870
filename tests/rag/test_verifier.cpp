#include "rag/answer/numbers.h"
#include "rag/answer/verifier.h"

#include <QFile>
#include <QTest>

#include <nlohmann/json.hpp>

using namespace rag;

namespace {

Passage passageOf(const std::string &text)
{
    Passage passage;
    passage.text = text;
    return passage;
}

Judgement judged(const std::string &sentence, const std::string &text)
{
    const Passage passage = passageOf(text);
    return judgeSentence(sentence, std::span(&passage, 1));
}

const char *nameOf(Verdict verdict)
{
    return verdict == Verdict::Supported ? "supported" : verdict == Verdict::Weak ? "weak" : "unsupported";
}

} // namespace

class TestVerifier : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheHandMadeList();
    void nothingWrongIsCalledSupported();
    void theSpanHoldsTheAlignedWords();
    void thePassageThatSupportsIsNamed();
    void nothingIsSupportedByNothing();
    void readsNumbers_data();
    void readsNumbers();
};

static std::vector<nlohmann::json> handMade()
{
    QFile file(QStringLiteral(TEST_DATA "/answers/verdicts.jsonl"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no verdicts.jsonl");
    std::vector<nlohmann::json> rows;
    for (const QByteArray &line : file.readAll().split('\n'))
        if (!line.trimmed().isEmpty())
            rows.push_back(nlohmann::json::parse(line.toStdString()));
    return rows;
}

void TestVerifier::agreesWithTheHandMadeList()
{
    constexpr double kAsked = 0.9;
    const std::vector<nlohmann::json> rows = handMade();
    QCOMPARE(rows.size(), std::size_t(60));

    int agreed = 0;
    for (const nlohmann::json &row : rows) {
        const Judgement made = judged(row["sentence"], row["passage"]);
        const bool same = row["verdict"] == nameOf(made.verdict);
        agreed += same ? 1 : 0;
        if (!same)
            qInfo("%s, not %s (%s, %.2f): %s", nameOf(made.verdict),
                  row["verdict"].get<std::string>().c_str(), made.why, made.support,
                  row["sentence"].get<std::string>().c_str());
    }

    qInfo("agreed on %d of %zu", agreed, rows.size());
    QVERIFY(agreed >= kAsked * double(rows.size()));
}

void TestVerifier::nothingWrongIsCalledSupported()
{
    for (const nlohmann::json &row : handMade())
        if (row["verdict"] == "unsupported")
            QVERIFY2(judged(row["sentence"], row["passage"]).verdict != Verdict::Supported,
                     row["sentence"].get<std::string>().c_str());
}

void TestVerifier::theSpanHoldsTheAlignedWords()
{
    const std::string text =
        "The lock was rebuilt. Boats pay a toll of four coins at the upper lock. Fish are shy.";

    const Judgement made = judged("Boats pay four coins at the upper lock.", text);

    QCOMPARE(made.verdict, Verdict::Supported);
    QCOMPARE(text.substr(made.span.begin, made.span.end - made.span.begin),
             std::string("Boats pay a toll of four coins at the upper lock"));
}

void TestVerifier::thePassageThatSupportsIsNamed()
{
    const std::vector<Passage> passages{passageOf("Fish are shy."),
                                        passageOf("The canal was dug by hand in 1847.")};

    const Judgement made = judgeSentence("The canal was dug in 1847.", passages);

    QCOMPARE(made.passage, 1);
    QCOMPARE(made.verdict, Verdict::Supported);
}

void TestVerifier::nothingIsSupportedByNothing()
{
    QCOMPARE(judgeSentence("Boats pay.", {}).verdict, Verdict::Unsupported);
    QCOMPARE(judged("", "Boats pay.").verdict, Verdict::Unsupported);
    QCOMPARE(judged("Boats pay.", "").verdict, Verdict::Unsupported);
    QCOMPARE(judged("\xff\xfe [", "\xd8 broken").verdict, Verdict::Unsupported);
}

void TestVerifier::readsNumbers_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("numbers");
    QTest::newRow("thousands") << "1,500 and 500٬000"
                               << "1500 500000";
    QTest::newRow("decimals") << "10.47 ms, ٣٧٫٥"
                              << "10.47:millisecond 37.5";
    QTest::newRow("words") << "two hundred days, twenty five pages"
                           << "200:day 25:page";
    QTest::newRow("Arabic words") << "مئة وثمانين يومًا"
                                  << "180:day";
    QTest::newRow("Arabic digits") << "٧٥٠ ريالًا"
                                   << "750:riyal";
    QTest::newRow("percent") << "1.5% or 3 percent"
                             << "1.5:percent 3:percent";
    QTest::newRow("none") << "a list of things"
                          << "";
}

void TestVerifier::readsNumbers()
{
    QFETCH(QString, text);
    QFETCH(QString, numbers);

    QStringList found;
    for (const NumberInText &number : numbersIn(text.toStdString()))
        found << QString::fromStdString(number.value + (number.unit.empty() ? "" : ":" + number.unit));

    QCOMPARE(found.join(' '), numbers);
}

QTEST_GUILESS_MAIN(TestVerifier)
#include "test_verifier.moc"
