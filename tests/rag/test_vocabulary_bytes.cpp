#include "rag/model/vocabulary_bytes.h"

#include <QTest>

#include <algorithm>

using namespace rag;

namespace {

const std::vector<std::string> kPieces{"", "b", "a", " a", "ab", "abc", "ab", " ", "\xd9", "\xd9\x82", "ba"};

VocabularyBytes vocabulary()
{
    return VocabularyBytes(int(kPieces.size()), [](Token token) { return kPieces[std::size_t(token)]; });
}

std::vector<Token> sorted(std::vector<Token> tokens)
{
    std::ranges::sort(tokens);
    return tokens;
}

} // namespace

class TestVocabularyBytes : public QObject
{
    Q_OBJECT

private slots:
    void findsEveryTokenThatATextBeginsWith_data();
    void findsEveryTokenThatATextBeginsWith();
    void knowsTheBytesOfAToken();
    void aMaskAllowsAndForbids();
};

void TestVocabularyBytes::findsEveryTokenThatATextBeginsWith_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<int>>("tokens");
    QTest::addRow("all lengths, twins too") << QByteArray("abcd") << QList<int>{2, 4, 5, 6};
    QTest::addRow("the text ends first") << QByteArray("ab") << QList<int>{2, 4, 6};
    QTest::addRow("blank") << QByteArray(" abc") << QList<int>{3, 7};
    QTest::addRow("half a letter") << QByteArray("\xd9\x82") << QList<int>{8, 9};
    QTest::addRow("none") << QByteArray("xyz") << QList<int>{};
    QTest::addRow("no text") << QByteArray() << QList<int>{};
}

void TestVocabularyBytes::findsEveryTokenThatATextBeginsWith()
{
    QFETCH(QByteArray, text);
    QFETCH(QList<int>, tokens);

    const std::vector<Token> found =
        vocabulary().beginning(std::string_view(text.data(), std::size_t(text.size())));

    QCOMPARE(sorted(found), std::vector<Token>(tokens.begin(), tokens.end()));
}

void TestVocabularyBytes::knowsTheBytesOfAToken()
{
    const VocabularyBytes bytes = vocabulary();

    QCOMPARE(std::string(bytes.bytes(5)), std::string("abc"));
    QVERIFY(bytes.bytes(0).empty());
    QVERIFY(bytes.bytes(-1).empty());
    QVERIFY(bytes.bytes(int(kPieces.size())).empty());
}

void TestVocabularyBytes::aMaskAllowsAndForbids()
{
    std::vector<std::uint8_t> allowed(5, 1);
    const Token ends[] = {3, 9};
    MaskedTokens next(allowed, ends);

    next.forbidEnd();
    QVERIFY(!next.allows(3));
    QVERIFY(next.allows(4));
    next.forbidAll();
    QVERIFY(!next.allowsAny());
    next.allow(std::vector<Token>{-1, 0, 5, 2});
    next.allowEnd();
    next.forbid(2);

    QCOMPARE(allowed, (std::vector<std::uint8_t>{1, 0, 0, 1, 0}));
    QVERIFY(!next.allows(-1) && !next.allows(9));
}

QTEST_APPLESS_MAIN(TestVocabularyBytes)
#include "test_vocabulary_bytes.moc"
