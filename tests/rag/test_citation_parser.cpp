#include "rag/answer/citation_parser.h"

#include <QTest>

using namespace rag;

namespace {

/// Text as it is, a mark as "{n}".
std::string shown(const std::vector<AnswerPart> &parts)
{
    std::string text;
    for (const AnswerPart &part : parts)
        if (const auto *mark = std::get_if<CitationMark>(&part))
            text += "{" + std::to_string(mark->n) + "}";
        else
            text += std::get<std::string>(part);
    return text;
}

std::string parsed(const std::vector<std::string> &pieces, int passages)
{
    CitationParser parser(passages);
    std::string text;
    for (const std::string &piece : pieces)
        text += shown(parser.add(piece));
    return text + shown(parser.finish());
}

} // namespace

class TestCitationParser : public QObject
{
    Q_OBJECT

private slots:
    void readsMarks_data();
    void readsMarks();

    void aMarkMayComeByteByByte_data() { readsMarks_data(); }

    void aMarkMayComeByteByByte();
    void holdsBackOnlyWhatMayBecomeAMark();
    void neverGivesANumberThatNamesNoPassage();
};

void TestCitationParser::readsMarks_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("one") << QByteArray("so [1].") << QByteArray("so {1}.");
    QTest::newRow("two in a row") << QByteArray("so [1][3]") << QByteArray("so {1}{3}");
    QTest::newRow("list") << QByteArray("so [1, 3]") << QByteArray("so {1}{3}");
    QTest::newRow("Arabic digits") << QByteArray("نعم [٢]") << QByteArray("نعم {2}");
    QTest::newRow("Arabic comma") << QByteArray("نعم [١، ٢]") << QByteArray("نعم {1}{2}");
    QTest::newRow("no such passage") << QByteArray("so [4].") << QByteArray("so .");
    QTest::newRow("zero") << QByteArray("so [0]") << QByteArray("so ");
    QTest::newRow("one of two exists") << QByteArray("so [9, 2]") << QByteArray("so {2}");
    QTest::newRow("huge") << QByteArray("so [99999999999999999999]") << QByteArray("so ");
    QTest::newRow("overflowing to 1") << QByteArray("so [4294967297]") << QByteArray("so ");
    QTest::newRow("words in brackets") << QByteArray("a [see 1] b") << QByteArray("a [see 1] b");
    QTest::newRow("empty brackets") << QByteArray("int a[];") << QByteArray("int a[];");
    QTest::newRow("nested") << QByteArray("[[2]") << QByteArray("[{2}");
    QTest::newRow("lone closing") << QByteArray("a] b") << QByteArray("a] b");
    QTest::newRow("cut off at the end") << QByteArray("so [1") << QByteArray("so ");
    QTest::newRow("bracket at the end") << QByteArray("so [") << QByteArray("so [");
}

void TestCitationParser::readsMarks()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);

    QCOMPARE(QByteArray::fromStdString(parsed({text.toStdString()}, 3)), expected);
}

void TestCitationParser::aMarkMayComeByteByByte()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    std::vector<std::string> bytes;
    for (const char c : text)
        bytes.emplace_back(1, c);

    QCOMPARE(QByteArray::fromStdString(parsed(bytes, 3)), expected);
}

void TestCitationParser::holdsBackOnlyWhatMayBecomeAMark()
{
    CitationParser parser(3);

    QCOMPARE(shown(parser.add("text [1")), std::string("text "));
    QCOMPARE(shown(parser.add("x")), std::string("[1x"));
}

void TestCitationParser::neverGivesANumberThatNamesNoPassage()
{
    quint32 seed = 1;
    const std::string alphabet = "[]0123456789, a";
    for (int round = 0; round < 2000; ++round) {
        CitationParser parser(2);
        for (int i = 0; i < 40; ++i) {
            seed = seed * 1664525 + 1013904223;
            for (const AnswerPart &part : parser.add(std::string(1, alphabet[seed % alphabet.size()])))
                if (const auto *mark = std::get_if<CitationMark>(&part))
                    QVERIFY(mark->n == 1 || mark->n == 2);
        }
    }
}

QTEST_APPLESS_MAIN(TestCitationParser)
#include "test_citation_parser.moc"
