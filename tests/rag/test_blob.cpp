#include "rag/store/blob.h"
#include "rag/store/sha256.h"

#include <QCryptographicHash>
#include <QTest>

#include <random>

using namespace rag;

class TestBlob : public QObject
{
    Q_OBJECT

private slots:
    void keepsCharactersToASixteenthPoint();
    void takesFewBytesForALine();
    void keepsTheOtherLists();
    void refusesEveryCutOrForeignBlob();
    void hashesLikeTheStandard_data();
    void hashesLikeTheStandard();
};

void TestBlob::keepsCharactersToASixteenthPoint()
{
    std::mt19937 generator(7);
    const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
    std::vector<CharBox> chars;
    std::uint32_t at = 0;
    for (int i = 0; i < 2000; ++i) {
        at += random() % 3;
        const std::uint32_t end = at + 1 + random() % 5;
        const auto number = [&] { return static_cast<float>(random() % 100000) / 97.0F - 100.0F; };
        chars.push_back({at, end, {number(), number(), number() + 100, number() + 100}});
        at = end;
    }

    const auto back = unpackChars(packChars(chars), at);

    QVERIFY(back);
    QCOMPARE(back->size(), chars.size());
    for (std::size_t i = 0; i < chars.size(); ++i) {
        QCOMPARE((*back)[i].begin, chars[i].begin);
        QCOMPARE((*back)[i].end, chars[i].end);
        QVERIFY(std::abs((*back)[i].box.x - chars[i].box.x) <= 1 / 32.0F + 1e-3F);
        QVERIFY(std::abs((*back)[i].box.bottom() - chars[i].box.bottom()) <= 1 / 32.0F + 1e-3F);
    }
}

void TestBlob::takesFewBytesForALine()
{
    std::vector<CharBox> chars;
    for (std::uint32_t i = 0; i < 80; ++i)
        chars.push_back({i, i + 1, {72 + 5.5F * static_cast<float>(i), 100, 5.5F, 12}});

    QVERIFY(packChars(chars).size() <= 80 * 3 + 16);
}

void TestBlob::keepsTheOtherLists()
{
    const std::vector<Block> blocks{{0, 5, BlockKind::Heading, 18}, {7, 40, BlockKind::Body, 10.5F}};
    const std::vector<Segment> segments{{3, 100, 0, 20}, {4, 0, 21, 19}};
    const std::vector<OutlineItem> outline{{"Über uns", 0, 0}, {"", 1, -1}};
    const std::vector<Box> boxes{{1, 2, 3, 4}, {-5.5F, 0, 10, 1}};
    const std::vector<float> floats{0.25F, -1, 3e-20F};

    const auto blocksBack = unpackBlocks(packBlocks(blocks), 40);
    const auto segmentsBack = unpackSegments(packSegments(segments), 40);
    const auto outlineBack = unpackOutline(packOutline(outline));
    const auto boxesBack = unpackBoxes(packBoxes(boxes));

    QVERIFY(blocksBack && segmentsBack && outlineBack && boxesBack);
    QVERIFY((*blocksBack)[0].kind == BlockKind::Heading);
    QCOMPARE((*blocksBack)[1].end, 40U);
    QCOMPARE((*blocksBack)[1].fontSize, 10.5F);
    QCOMPARE((*segmentsBack)[1].page, 4);
    QCOMPARE((*segmentsBack)[1].length, 19U);
    QCOMPARE((*outlineBack)[0].title, std::string("Über uns"));
    QCOMPARE((*outlineBack)[1].page, -1);
    QCOMPARE((*boxesBack)[1].x, -5.5F);
    QCOMPARE((*boxesBack)[1].width, 10.0F);
    QCOMPARE(*unpackFloats(packFloats(floats)), floats);
}

void TestBlob::refusesEveryCutOrForeignBlob()
{
    const std::vector<CharBox> chars{{0, 1, {1, 2, 3, 4}}, {1, 5, {4, 2, 3, 4}}};
    const Blob whole = packChars(chars);

    for (std::size_t size = 0; size < whole.size(); ++size)
        QVERIFY(!unpackChars(std::span(whole).first(size), 5));
    QVERIFY(unpackChars(whole, 5));
    QVERIFY(!unpackChars(whole, 4)); // passes the text's end

    std::mt19937 generator(3);
    const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
    for (int i = 0; i < 20000; ++i) {
        Blob noise(random() % 40);
        for (auto &byte : noise)
            byte = static_cast<std::uint8_t>(random());
        if (const auto read = unpackChars(noise, 100))
            QVERIFY(read->empty() || read->back().end <= 100);
        if (const auto read = unpackBlocks(noise, 100))
            QVERIFY(read->empty() || read->back().end <= 100);
        static_cast<void>(unpackSegments(noise, 100).has_value());
        static_cast<void>(unpackOutline(noise).has_value());
        static_cast<void>(unpackBoxes(noise).has_value());
    }
}

void TestBlob::hashesLikeTheStandard_data()
{
    // FIPS 180-4 examples, and lengths around the padding's edges (checked with sha256sum).
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("hash");
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << QByteArray("abc")
                         << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("a million") << QByteArray(1000000, 'a')
                               << QByteArray(
                                      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    for (const int size : {55, 56, 63, 64, 65, 119, 120, 128}) {
        const QByteArray text(size, 'x');
        QTest::newRow(qPrintable(QString::number(size)))
            << text << QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex();
    }
}

void TestBlob::hashesLikeTheStandard()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, hash);
    const auto bytes = std::as_bytes(std::span(text.constData(), static_cast<std::size_t>(text.size())));

    Sha256 pieces;
    for (std::size_t at = 0; at < bytes.size(); at += 37)
        pieces.add(bytes.subspan(at, std::min<std::size_t>(37, bytes.size() - at)));

    QCOMPARE(QByteArray::fromStdString(hexOf(pieces.finish())), hash);
}

QTEST_APPLESS_MAIN(TestBlob)
#include "test_blob.moc"
