#include "engine/base/unicode.h"

#include <QElapsedTimer>
#include <QTest>

#include <random>
#include <vector>

using namespace std::string_literals;
using engine::NormalForm;
using engine::normalize;

namespace {

std::vector<char32_t> codePoints(std::string_view text)
{
    std::vector<char32_t> points;
    for (std::size_t at = 0; at < text.size();) {
        points.push_back(engine::nextCodePoint(text, at));
    }
    return points;
}

} // namespace

class TestUnicode : public QObject
{
    Q_OBJECT

private slots:
    void decodesEveryCodePointThatIsEncoded();
    void replacesEachMaximalIllFormedPart_data();
    void replacesEachMaximalIllFormedPart();
    void countsTheTailThatIsNotWhole_data();
    void countsTheTailThatIsNotWhole();
    void tellsClassesApart_data();
    void tellsClassesApart();
    void agreesWithQtOnLettersAndNumbers();
    void lowersOneToOne();
    void findsTheEndOfAGrapheme();
    void normalizesAllForms_data();
    void normalizesAllForms();
    void normalizesAnyTextToItself();
    void agreesWithQtOnNormalForms();
    void sortsAMegabyteOfMarksInTime();
};

void TestUnicode::decodesEveryCodePointThatIsEncoded()
{
    for (char32_t c = 1; c <= 0x10FFFF; c = c < 0x3000 ? c + 1 : c + 37) {
        std::string text;
        engine::appendUtf8(text, c);
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;

        const auto points = codePoints(text);

        QCOMPARE(points.size(), std::size_t{1});
        QCOMPARE(points.front(), surrogate ? char32_t{0xFFFD} : c);
        QVERIFY(engine::isValidUtf8(text));
    }
}

void TestUnicode::replacesEachMaximalIllFormedPart_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    const QString bad(QChar(0xFFFD));
    // The examples of Unicode 15, tables 3-8 to 3-11.
    QTest::newRow("overlong") << QByteArray("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") << bad.repeated(8) + u'A';
    QTest::newRow("surrogates") << QByteArray("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41")
                                << bad.repeated(8) + u'A';
    QTest::newRow("beyond") << QByteArray("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42")
                            << bad.repeated(5) + u'A' + bad.repeated(2) + u'B';
    QTest::newRow("truncated") << QByteArray("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41")
                               << bad.repeated(4) + u'A';
    QTest::newRow("fine") << QByteArray("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\x80") << QStringLiteral("aé€🚀");
    QTest::newRow("the replacement itself") << QByteArray("\xEF\xBF\xBD") << bad;
    QTest::newRow("at the end") << QByteArray("a\xF0\x9F") << u'a' + bad;
}

void TestUnicode::replacesEachMaximalIllFormedPart()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, text);

    const std::string valid = engine::validUtf8(bytes.toStdString());

    QCOMPARE(QString::fromStdString(valid), text);
    QVERIFY(engine::isValidUtf8(valid));
    QCOMPARE(engine::isValidUtf8(bytes.toStdString()), valid == bytes.toStdString());
}

void TestUnicode::countsTheTailThatIsNotWhole_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("tail");
    QTest::newRow("empty") << QByteArray() << 0;
    QTest::newRow("ascii") << QByteArray("abc") << 0;
    QTest::newRow("whole") << QByteArray("\xE2\x82\xAC") << 0;
    QTest::newRow("one of two") << QByteArray("a\xC3") << 1;
    QTest::newRow("one of three") << QByteArray("a\xE2") << 1;
    QTest::newRow("two of three") << QByteArray("a\xE2\x82") << 2;
    QTest::newRow("three of four") << QByteArray("\xF0\x9F\x9A") << 3;
    QTest::newRow("never whole") << QByteArray("\xE0\x80") << 0;
    QTest::newRow("stray continuation") << QByteArray("\x80\x80\x80") << 0;
    QTest::newRow("surrogate begun") << QByteArray("\xED\xA0") << 0;
    QTest::newRow("no lead byte") << QByteArray("\xFF") << 0;
}

void TestUnicode::countsTheTailThatIsNotWhole()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, tail);

    QCOMPARE(static_cast<int>(engine::incompleteTail(bytes.toStdString())), tail);
}

void TestUnicode::tellsClassesApart_data()
{
    QTest::addColumn<uint>("c");
    QTest::addColumn<uint>("classes");
    const auto row = [](const char *name, char32_t c, unsigned classes) {
        QTest::newRow(name) << uint(c) << classes;
    };
    row("a", 'a', engine::kLetter);
    row("underscore", '_', engine::kPunctuation);
    row("dollar", '$', engine::kSymbol);
    row("grave", '`', engine::kSymbol);
    row("at", '@', engine::kPunctuation);
    row("tab", '\t', engine::kWhitespace | engine::kControl);
    row("NUL", 0, engine::kControl);
    row("DEL", 0x7F, engine::kControl);
    row("no-break space", 0xA0, engine::kWhitespace);
    row("zero width space", 0x200B, engine::kControl);
    row("soft hyphen", 0xAD, engine::kControl);
    row("ideographic space", 0x3000, engine::kWhitespace);
    row("half", 0xBD, engine::kNumber);
    row("alef", 0x627, engine::kLetter | engine::kRightToLeft);
    row("shadda", 0x651, engine::kMark);
    row("Arabic digit", 0x661, engine::kNumber);
    row("Arabic comma", 0x60C, engine::kPunctuation);
    row("Hebrew alef", 0x5D0, engine::kLetter | engine::kRightToLeft);
    row("presentation form", 0xFEFB, engine::kLetter | engine::kRightToLeft);
    row("euro", 0x20AC, engine::kSymbol);
    row("rocket", 0x1F680, engine::kSymbol);
    row("Gothic letter", 0x10330, engine::kLetter);
    row("unassigned", 0x378, 0);
    row("private", 0xE000, 0);
    row("beyond Unicode", 0x110000, 0);
}

void TestUnicode::tellsClassesApart()
{
    QFETCH(uint, c);
    QFETCH(uint, classes);

    QCOMPARE(uint(engine::charClass(c)), classes);
}

void TestUnicode::agreesWithQtOnLettersAndNumbers()
{
    // Qt 6.4 knows Unicode 14, utf8proc 15: characters that Qt does not know are left out.
    for (char32_t c = 0; c < 0x30000; ++c) {
        if (QChar::category(c) == QChar::Other_NotAssigned || (c >= 0xD800 && c <= 0xDFFF)) {
            continue;
        }
        const QString name = QStringLiteral("U+%1").arg(uint(c), 4, 16);
        QVERIFY2(engine::isLetter(c) == QChar::isLetter(c), qPrintable(name));
        QVERIFY2(engine::isNumber(c) == QChar::isNumber(c), qPrintable(name));
        QVERIFY2(engine::isMark(c) == QChar::isMark(c), qPrintable(name));
        QVERIFY2(engine::isPunctuation(c) == QChar::isPunct(c), qPrintable(name));
        QVERIFY2(engine::isSymbol(c) == QChar::isSymbol(c), qPrintable(name));
        QVERIFY2(engine::isWhitespace(c) == QChar::isSpace(c), qPrintable(name));
        QVERIFY2(engine::isNonspacingMark(c) == (QChar::category(c) == QChar::Mark_NonSpacing),
                 qPrintable(name));
        const auto direction = QChar::direction(c);
        QVERIFY2(engine::isRightToLeft(c) == (direction == QChar::DirR || direction == QChar::DirAL),
                 qPrintable(name));
    }
}

void TestUnicode::lowersOneToOne()
{
    QCOMPARE(engine::toLower(U'A'), U'a');
    QCOMPARE(engine::toLower(U'['), U'[');
    QCOMPARE(engine::toLower(U'Ä'), U'ä');
    QCOMPARE(engine::toLower(U'Σ'), U'σ');
    QCOMPARE(engine::toLower(U'ß'), U'ß');
    QCOMPARE(engine::toLower(0x10400), char32_t{0x10428});
    QCOMPARE(engine::toLower(0xFFFFFFFF), char32_t{0xFFFFFFFF});
}

void TestUnicode::findsTheEndOfAGrapheme()
{
    QCOMPARE(engine::graphemeEnd("ab", 0), std::size_t{1});
    QCOMPARE(engine::graphemeEnd("e\u0301x", 0), std::size_t{3});
    QCOMPARE(engine::graphemeEnd("x\u0628\u064E\u0651", 1), std::size_t{7});
    QCOMPARE(engine::graphemeEnd("\r\nx", 0), std::size_t{2});
    QCOMPARE(engine::graphemeEnd("\U0001F44D\U0001F3FD!", 0), std::size_t{8});
    QCOMPARE(engine::graphemeEnd("\xFF\xFF", 0), std::size_t{1});
}

void TestUnicode::normalizesAllForms_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("nfc");
    QTest::addColumn<QString>("nfd");
    QTest::addColumn<QString>("nfkc");
    QTest::addColumn<QString>("nfkd");
    const auto row = [](const char *name, const char *text, const char *nfc, const char *nfd,
                        const char *nfkc, const char *nfkd) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(nfc) << QString::fromUtf8(nfd)
                            << QString::fromUtf8(nfkc) << QString::fromUtf8(nfkd);
    };
    row("empty", "", "", "", "", "");
    row("ascii", "abc", "abc", "abc", "abc", "abc");
    row("accent", "xe\u0301y", "x\u00E9y", "xe\u0301y", "x\u00E9y", "xe\u0301y");
    row("composed", "\u00E9", "\u00E9", "e\u0301", "\u00E9", "e\u0301");
    row("two marks out of order", "a\u0301\u0323", "\u1EA1\u0301", "a\u0323\u0301", "\u1EA1\u0301",
        "a\u0323\u0301");
    row("mark at the beginning", "\u0301a", "\u0301a", "\u0301a", "\u0301a", "\u0301a");
    row("ligature", "\uFB01x", "\uFB01x", "\uFB01x", "fix", "fix");
    row("lam alef", "\uFEFB", "\uFEFB", "\uFEFB", "\u0644\u0627", "\u0644\u0627");
    row("alef madda", "\u0627\u0653", "\u0622", "\u0627\u0653", "\u0622", "\u0627\u0653");
    row("shadda and fatha", "\u0628\u0651\u064E", "\u0628\u064E\u0651", "\u0628\u064E\u0651",
        "\u0628\u064E\u0651", "\u0628\u064E\u0651");
    row("Hangul", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB");
    row("Hangul in two", "\uD558\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB");
    row("excluded from composition", "\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C",
        "\u0915\u093C");
    row("angstrom", "\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A");
    row("full width", "\uFF21\u3000", "\uFF21\u3000", "\uFF21\u3000", "A ", "A ");
    row("emoji", "\U0001F44D\U0001F3FD", "\U0001F44D\U0001F3FD", "\U0001F44D\U0001F3FD",
        "\U0001F44D\U0001F3FD", "\U0001F44D\U0001F3FD");
    row("outside the first plane", "\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165",
        "\U0001D157\U0001D165", "\U0001D157\U0001D165");
}

void TestUnicode::normalizesAllForms()
{
    QFETCH(QString, text);
    QFETCH(QString, nfc);
    QFETCH(QString, nfd);
    QFETCH(QString, nfkc);
    QFETCH(QString, nfkd);
    const auto normal = [&](NormalForm form) {
        return QString::fromStdString(normalize(text.toStdString(), form));
    };

    QCOMPARE(normal(NormalForm::Nfc), nfc);
    QCOMPARE(normal(NormalForm::Nfd), nfd);
    QCOMPARE(normal(NormalForm::Nfkc), nfkc);
    QCOMPARE(normal(NormalForm::Nfkd), nfkd);
}

void TestUnicode::normalizesAnyTextToItself()
{
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (int i = 0; i < 40; ++i) {
            bytes.push_back(
                static_cast<char>(random() % (round % 2 == 0 ? 256 : 0x80) | (round % 3 == 0 ? 0x80 : 0)));
        }
        for (const NormalForm form : {NormalForm::Nfc, NormalForm::Nfd, NormalForm::Nfkc, NormalForm::Nfkd}) {
            const std::string once = normalize(bytes, form);
            QVERIFY(engine::isValidUtf8(once));
            QCOMPARE(normalize(once, form), once);
        }
    }
}

void TestUnicode::agreesWithQtOnNormalForms()
{
    // Text of characters that meet often: letters, marks of several classes, Hangul, compatibility forms.
    const std::vector<std::pair<char32_t, char32_t>> ranges{
        {'A', 'z'},       {0xC0, 0x17F},    {0x300, 0x36F},    {0x600, 0x66F},
        {0x900, 0x95F},   {0x1100, 0x11FF}, {0xAC00, 0xD7A3},  {0xFB00, 0xFB06},
        {0xFE70, 0xFEFC}, {0x1E00, 0x1EFF}, {0x1F300, 0x1F6FF}};
    std::mt19937 random(11);
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) {
            const auto &[first, last] = ranges[random() % ranges.size()];
            engine::appendUtf8(text, first + static_cast<char32_t>(random()) % (last - first + 1));
        }
        const QString qt = QString::fromStdString(text);
        const auto same = [&](NormalForm form, QString::NormalizationForm qtForm) {
            return QString::fromStdString(normalize(text, form)) == qt.normalized(qtForm);
        };
        QVERIFY2(same(NormalForm::Nfc, QString::NormalizationForm_C), qPrintable(qt));
        QVERIFY2(same(NormalForm::Nfd, QString::NormalizationForm_D), qPrintable(qt));
        QVERIFY2(same(NormalForm::Nfkc, QString::NormalizationForm_KC), qPrintable(qt));
        QVERIFY2(same(NormalForm::Nfkd, QString::NormalizationForm_KD), qPrintable(qt));
    }
}

void TestUnicode::sortsAMegabyteOfMarksInTime()
{
    std::string marks;
    while (marks.size() < 1'000'000) {
        marks += "\u0301\u0323"; // each pair stands in the wrong order
    }
    QElapsedTimer timer;
    timer.start();

    const std::string normal = normalize(marks, NormalForm::Nfc);

    QCOMPARE(normal.size(), marks.size());
    QVERIFY(normal.starts_with("\u0323\u0323"));
    QVERIFY(timer.elapsed() < 10'000);
}

QTEST_APPLESS_MAIN(TestUnicode)
#include "test_unicode.moc"
