#include "rag/pdf/protocol.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace rag;
using namespace rag::pdf;

namespace {

PageText somePage()
{
    PageText page;
    page.page = 4;
    page.width = 595;
    page.height = 842;
    page.label = "iv";
    page.fonts = {"Amiri", "Helvetica-Bold"};
    page.truncated = true;
    PageWord word;
    word.text = "m\xD8\xA7";
    word.chars = {{0, 1, {1, 2, 3, 4}}, {1, 3, {4, 2, 3, 4}}};
    word.box = {1, 2, 6, 4};
    word.fontSize = 11;
    word.font = 1;
    word.rotation = 270;
    word.spaceAfter = false;
    page.words = {word, word};
    return page;
}

} // namespace

class TestProtocol : public QObject
{
    Q_OBJECT

private slots:

    void carriesPages()
    {
        const PageText sent = somePage();

        const auto got = decodeText(encode(sent));

        QVERIFY(got);
        QCOMPARE(got->label, sent.label);
        QCOMPARE(got->fonts, sent.fonts);
        QVERIFY(got->truncated);
        QCOMPARE(got->words.size(), std::size_t(2));
        QCOMPARE(got->words[1].text, sent.words[1].text);
        QCOMPARE(got->words[1].rotation, 270);
        QCOMPARE(got->words[1].font, 1);
        QVERIFY(!got->words[1].spaceAfter);
        QCOMPARE(got->words[1].chars[1].end, std::uint32_t(3));
        QCOMPARE(got->words[1].chars[1].box.x, 4.0F);
    }

    void carriesTheRest()
    {
        OpenRequest open;
        open.password = "pass";
        open.memoryBytes = 1ULL << 40;
        Extras extras;
        extras.outline = {{"Title", 2, -1}};
        extras.labels = {"i", ""};
        PageImage image;
        image.width = 2;
        image.height = 1;
        image.pixels.assign(8, 7);

        QCOMPARE(decodeOpenRequest(encode(open))->password, open.password);
        QCOMPARE(decodeOpenRequest(encode(open))->memoryBytes, open.memoryBytes);
        QCOMPARE(decodeExtras(encode(extras))->outline[0].level, 2);
        QCOMPARE(decodeExtras(encode(extras))->labels, extras.labels);
        QCOMPARE(decodeImage(encode(image))->pixels, image.pixels);
        QCOMPARE(decodeError(encode(Error{ErrorCode::Locked, "why"}))->code, ErrorCode::Locked);
        QCOMPARE(*decodePage(encodePage(9)), 9);
        QCOMPARE(*decodeHello(encodeHello()), kProtocolVersion);
        QCOMPARE(decodeDrawRequest(encode(DrawRequest{3, 1.5}))->pixelsPerPoint, 1.5);
    }

    void refusesEveryShorterOrLongerRecord()
    {
        const Body whole = encode(somePage());

        for (std::size_t size = 0; size < whole.size(); ++size)
            QVERIFY(!decodeText(std::span(whole).first(size)));
        Body longer = whole;
        longer.push_back(std::byte{0});

        QVERIFY(!decodeText(longer));
    }

    void survivesEveryFlippedByte()
    {
        const Body whole = encode(somePage());
        int accepted = 0;

        for (std::size_t at = 0; at < whole.size(); ++at) {
            for (const int mask : {0x01, 0x80, 0xFF}) {
                Body bad = whole;
                bad[at] ^= static_cast<std::byte>(mask);
                const auto page = decodeText(bad);
                if (!page)
                    continue;
                ++accepted;
                for (const PageWord &word : page->words) {
                    QVERIFY(word.font < static_cast<int>(page->fonts.size()));
                    for (const CharBox &c : word.chars)
                        QVERIFY(c.begin < c.end && c.end <= word.text.size() && std::isfinite(c.box.x));
                }
            }
        }

        QVERIFY(accepted > 0); // letters and boxes may differ
    }

    void refusesWhatCannotBe()
    {
        PageText page = somePage();
        page.words[0].font = 2;
        QVERIFY(!decodeText(encode(page)));
        page = somePage();
        page.words[0].rotation = 45;
        QVERIFY(!decodeText(encode(page)));
        page = somePage();
        page.words[0].chars[1].end = 4;
        QVERIFY(!decodeText(encode(page)));
        page = somePage();
        page.words[0].box.x = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(!decodeText(encode(page)));
        PageImage image;
        image.width = 100'000;
        image.height = 100'000;
        QVERIFY(!decodeImage(encode(image)));
        QVERIFY(!decodeInfo(encode(PdfInfo{})));
        QVERIFY(!decodePage(encodePage(-1)));
        QVERIFY(!decodeDrawRequest(encode(DrawRequest{0, -1})));
    }

    void refusesForeignHeaders()
    {
        const auto header = encodeHeader({RecordKind::TextRead, 1000});

        QCOMPARE(decodeHeader(header, 1000)->size, std::uint32_t(1000));
        QVERIFY(!decodeHeader(header, 999));
        auto bad = header;
        bad[0] ^= std::byte{1};
        QVERIFY(!decodeHeader(bad, 1000));
        bad = header;
        bad[4] = std::byte{200};
        QVERIFY(!decodeHeader(bad, 1000));
    }
};

QTEST_APPLESS_MAIN(TestProtocol)
#include "test_protocol.moc"
