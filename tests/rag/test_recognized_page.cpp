#include "rag/ingest/page_source.h"
#include "rag/pdf/recognized_page.h"

#include <QTest>

#include <algorithm>

using rag::PageContent;
using rag::RecognizedPage;
using rag::RecognizedWord;

namespace {

RecognizedWord word(std::string text, rag::Box box, float confidence = 90)
{
    RecognizedWord made;
    made.text = std::move(text);
    made.box = box;
    made.confidence = confidence;
    made.fontSize = 10;
    return made;
}

/// Words side by side, 100 points each, from the left or from the right.
void addLine(RecognizedPage &page, const std::vector<std::string> &texts, float y, bool fromRight = false)
{
    float x = fromRight ? 400.0F : 100.0F;
    for (const std::string &text : texts) {
        page.words.push_back(word(text, {x, y, 80, 10}));
        x += fromRight ? -100.0F : 100.0F;
    }
    page.words.back().endsLine = true;
}

/// The box of the first character of `part`.
rag::Box boxOf(const PageContent &page, const std::string &part)
{
    const auto at = static_cast<std::uint32_t>(page.text.find(part));
    for (const rag::CharBox &c : page.chars)
        if (c.begin == at)
            return c.box;
    return {};
}

} // namespace

class TestRecognizedPage : public QObject
{
    Q_OBJECT

private slots:

    void putsACapitalBackThatWasReadAsASmallL_data()
    {
        QTest::addColumn<QString>("read");
        QTest::addColumn<QString>("meant");
        QTest::newRow("a name before a name") << "Debian, lan Murdock wrote"
                                              << "Debian, Ian Murdock wrote";
        QTest::newRow("no name") << "he led Debian and last Monday"
                                 << "he led Debian and last Monday";
        QTest::newRow("a country") << "made in ltaly today"
                                   << "made in Italy today";
        QTest::newRow("at the head of a sentence") << "So. lf so, lt is."
                                                   << "So. If so, lt is.";
        QTest::newRow("an impossible spelling") << "the lnternet lncludes"
                                                << "the Internet Includes";
        QTest::newRow("known from the page") << "Ibis flew. lbis sat"
                                             << "Ibis flew. Ibis sat";
        QTest::newRow("a command") << "type ls or ln here"
                                   << "type ls or ln here";
        QTest::newRow("lan is a net too") << "a lan party"
                                          << "a lan party";
        QTest::newRow("an article") << "l'eau et la terre"
                                    << "l'eau et la terre";
    }

    void putsACapitalBackThatWasReadAsASmallL()
    {
        QFETCH(QString, read);
        QFETCH(QString, meant);
        RecognizedPage page;
        page.language = "eng";
        std::vector<std::string> words;
        for (const QString &one : read.split(' '))
            words.push_back(one.toStdString());
        addLine(page, words, 100);

        const PageContent content = contentOf(page);

        QCOMPARE(QString::fromStdString(content.text), meant);
        QVERIFY(content.findings.ocr);
        QVERIFY(qAbs(content.findings.ocrConfidence - 0.9F) < 0.01F);
    }

    void joinsLinesThatRunOn()
    {
        RecognizedPage page;
        page.language = "eng";
        addLine(page, {"The", "kettle", "is", "descal-"}, 100);
        addLine(page, {"ed", "every", "third", "month"}, 115);
        addLine(page, {"Then"}, 130);
        addLine(page, {"it", "rests", "for", "a"}, 145);
        page.words.back().endsParagraph = true;
        addLine(page, {"Next", "paragraph"}, 200);
        const PageContent content = contentOf(page);
        QCOMPARE(content.state, rag::PageState::Read);
        QCOMPARE(content.text, std::string("The kettle is descaled every third month Then\nit rests for "
                                           "a\n\nNext paragraph"));
        QCOMPARE(content.blocks.size(), std::size_t(2));
        QVERIFY(content.note.find("eng") != std::string::npos);
    }

    void givesEveryCharacterItsShare()
    {
        RecognizedPage page;
        addLine(page, {"abcd", "efgh"}, 100);
        const PageContent content = contentOf(page);
        QCOMPARE(boxOf(content, "c").x, 140.0F);
        QCOMPARE(boxOf(content, "c").width, 20.0F);
        QCOMPARE(boxOf(content, "h").x, 260.0F);
    }

    void readsArabicFromTheRight()
    {
        RecognizedPage page;
        addLine(page, {"كتاب", "أحمر"}, 100, true);
        const PageContent content = contentOf(page);
        QCOMPARE(content.text, std::string("كتاب أحمر"));
        QCOMPARE(boxOf(content, "ك").x, 460.0F); // rightmost quarter of 400..480
        QCOMPARE(boxOf(content, "ب").x, 400.0F);
    }

    void keepsNumbersInArabicFromTheLeft()
    {
        RecognizedPage page;
        addLine(page, {"رقم12"}, 100, true);
        const PageContent content = contentOf(page);
        // On the page, from the left: 1 2 م ق ر
        QCOMPARE(boxOf(content, "1").x, 400.0F);
        QCOMPARE(boxOf(content, "2").x, 416.0F);
        QCOMPARE(boxOf(content, "ر").x, 464.0F);
    }

    void putsMarksOnTheirLetter()
    {
        RecognizedPage page;
        addLine(page, {"مُدن"}, 100, true);
        const PageContent content = contentOf(page);
        QCOMPARE(content.chars.size(), std::size_t(4));
        QCOMPARE(content.chars[1].box.x, content.chars[0].box.x);
    }

    void dropsNoiseAndKeepsWhatItEnded()
    {
        RecognizedPage page;
        addLine(page, {"one", "~"}, 100);
        page.words.back().confidence = 3;
        page.words.back().endsParagraph = true;
        addLine(page, {"\u200Ftwo", " "}, 120);
        const PageContent content = contentOf(page);
        QCOMPARE(content.text, std::string("one\n\ntwo"));
    }

    void saysWhenItCouldNotRead()
    {
        RecognizedPage page;
        addLine(page, {"xq", "zzv", "wkk"}, 100);
        for (RecognizedWord &w : page.words)
            w.confidence = 30;
        QCOMPARE(contentOf(page).state, rag::PageState::NoText);
        QVERIFY(!contentOf(page).note.empty());
        QCOMPARE(contentOf(RecognizedPage{}).state, rag::PageState::NoText);
    }

    void findsHeadings()
    {
        RecognizedPage page;
        addLine(page, {"Chapter", "2"}, 100);
        for (RecognizedWord &w : page.words)
            w.fontSize = 16;
        page.words.back().endsParagraph = true;
        addLine(page, {"a", "b", "c", "d"}, 120);
        const PageContent content = contentOf(page);
        QVERIFY(content.blocks.at(0).kind == rag::BlockKind::Heading);
        QVERIFY(content.blocks.at(1).kind == rag::BlockKind::Body);
    }

    void readsAScanThroughTheHelper()
    {
        auto source = rag::pdfSource({})(TEST_DATA "/pdf/scan.pdf", {});
        QVERIFY(source);
        const rag::CancelToken never;
        const auto english = (*source)->page(0, never);
        QVERIFY(english);
        if (english->note.find("no OCR") != std::string::npos)
            QSKIP(("needs Tesseract: " + english->note).c_str());
        QVERIFY2(english->text.find("desktop program that answers questions") != std::string::npos,
                 english->text.c_str());
        const rag::Box box = boxOf(*english, "desktop");
        QVERIFY(box.x > 100 && box.x < 220 && box.y > 90 && box.y < 140); // where the page shows it
        const auto arabic = (*source)->page(1, never);
        QVERIFY(arabic);
        QVERIFY2(arabic->note.find("ara") != std::string::npos, arabic->note.c_str());
        QVERIFY2(arabic->text.find("برنامج") != std::string::npos, arabic->text.c_str());
        const auto blank = (*source)->page(2, never);
        QVERIFY(blank);
        QCOMPARE(blank->state, rag::PageState::NoText);
    }

    void doesWithoutOcrWhereItIsOff()
    {
        rag::PdfOptions options;
        options.ocr = false;
        auto source = rag::pdfSource(options)(TEST_DATA "/pdf/scan.pdf", {});
        QVERIFY(source);
        const auto page = (*source)->page(0, {});
        QVERIFY(page);
        QCOMPARE(page->state, rag::PageState::NoText);
    }

    void goesOnWithoutTheLanguage()
    {
        rag::PdfOptions options;
        options.ocrLanguages = {"no_such_language"};
        auto source = rag::pdfSource(options)(TEST_DATA "/pdf/scan.pdf", {});
        QVERIFY(source);
        const auto page = (*source)->page(0, {});
        QVERIFY(page);
        QCOMPARE(page->state, rag::PageState::NoText);
        QVERIFY(page->note.find("no OCR") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRecognizedPage)
#include "test_recognized_page.moc"
