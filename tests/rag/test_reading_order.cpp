#include "engine/base/unicode.h"
#include "rag/pdf/reading_order.h"

#include <QTest>

using namespace rag;

namespace {

/// A page written by hand: every character `advance` em wide, as Poppler gives it.
class PageMaker
{
public:
    PageMaker()
    {
        m_page.width = 600;
        m_page.height = 800;
        m_page.fonts = {"Serif", "Serif-Bold"};
    }

    /// Words parted by spaces; left to right.
    PageMaker &line(float x, float y, const std::string &text, float size = 10, int font = 0)
    {
        std::size_t begin = 0;
        while (begin < text.size()) {
            std::size_t end = text.find(' ', begin);
            end = end == std::string::npos ? text.size() : end;
            x = word(x, y, text.substr(begin, end - begin), size, font) + 0.25F * size;
            begin = end + 1;
        }
        return *this;
    }

    /// One word in the order it is seen in. @return its right edge
    float word(float x, float y, const std::string &text, float size = 10, int font = 0)
    {
        PageWord word;
        word.text = text;
        word.fontSize = size;
        word.font = font;
        std::size_t at = 0;
        const float left = x;
        while (at < text.size()) {
            const auto begin = static_cast<std::uint32_t>(at);
            const char32_t c = engine::nextCodePoint(text, at);
            const float width = engine::isMark(c) && !m_wideMarks ? 0 : m_advance * size;
            word.chars.push_back({begin, static_cast<std::uint32_t>(at), {x, y, width, size}});
            x += width;
        }
        word.box = {left, y, x - left, size};
        m_page.words.push_back(word);
        return x;
    }

    /// Arabic as a reader sees it, given in logical order: words are reversed and set from the right edge.
    PageMaker &arabicLine(float right, float y, const std::string &logical)
    {
        std::size_t begin = 0;
        while (begin < logical.size()) {
            std::size_t end = logical.find(' ', begin);
            end = end == std::string::npos ? logical.size() : end;
            const std::string seen = reversed(logical.substr(begin, end - begin));
            const float width = m_advance * 10 * static_cast<float>(count(seen));
            word(right - width, y, seen);
            right -= width + 2.5F;
            begin = end + 1;
        }
        return *this;
    }

    PageMaker &wideMarks()
    {
        m_wideMarks = true;
        return *this;
    }

    PageText &page() { return m_page; }

    static std::string reversed(const std::string &text)
    {
        std::string out;
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t begin = at;
            engine::nextCodePoint(text, at);
            out.insert(0, text.substr(begin, at - begin));
        }
        return out;
    }

private:
    static std::size_t count(const std::string &text)
    {
        std::size_t n = 0;
        for (std::size_t at = 0; at < text.size();)
            n += !engine::isMark(engine::nextCodePoint(text, at));
        return n;
    }

    PageText m_page;
    float m_advance = 0.5F;
    bool m_wideMarks = false;
};

QString textOf(const PageText &page)
{
    return QString::fromStdString(orderPage(page).text);
}

void checkBoxes(const PageContent &page)
{
    std::uint32_t before = 0;
    for (const CharBox &c : page.chars) {
        QVERIFY(before <= c.begin && c.begin < c.end && c.end <= page.text.size());
        for (std::uint32_t i = before; i < c.begin; ++i)
            QVERIFY(page.text[i] == ' ' || page.text[i] == '\n');
        before = c.end;
    }
    QCOMPARE(std::size_t(before), page.text.size());
}

/// All its table blocks, and that every character has its box.
void checkTable(const PageContent &page, const char *rows)
{
    std::string text;
    for (const Block &block : page.blocks)
        if (block.kind == BlockKind::Table)
            text += (text.empty() ? "" : "\n") + page.text.substr(block.begin, block.end - block.begin);
    QCOMPARE(QString::fromStdString(text), QString(rows));
    std::string drawn;
    for (const CharBox &c : page.chars)
        drawn += page.text.substr(c.begin, c.end - c.begin);
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '|'; });
    QCOMPARE(drawn, text);
}

} // namespace

class TestReadingOrder : public QObject
{
    Q_OBJECT

private slots:

    void keepsABoxForEveryCharacter()
    {
        PageMaker maker;
        maker.line(50, 100, "alpha be-").line(50, 112, "ta ﬁnal").arabicLine(550, 200, "نص عربي");

        const PageContent page = orderPage(maker.page());

        checkBoxes(page);
        const CharBox &first = page.chars.front();
        QCOMPARE(first.box.x, 50.0F);
        QCOMPARE(first.box.y, 100.0F);
    }

    void joinsLinesIntoParagraphs()
    {
        PageMaker maker;
        maker.line(50, 100, "This line is full of words and")
            .line(50, 112, "goes on here until its end.")
            .line(50, 140, "Another paragraph after a gap");

        QCOMPARE(textOf(maker.page()), QString("This line is full of words and goes on here until its "
                                               "end.\n\nAnother paragraph after a gap"));
    }

    void startsParagraphsAtIndents()
    {
        PageMaker maker;
        maker.line(50, 100, "The first paragraph has lines that fill")
            .line(50, 112, "the column up to its right hand margin")
            .line(65, 124, "The second is indented and is filling")
            .line(50, 136, "the column up to the right margin, too");

        const PageContent page = orderPage(maker.page());

        QCOMPARE(page.blocks.size(), std::size_t(2));
        QVERIFY(page.text.substr(page.blocks[1].begin).starts_with("The second"));
    }

    void removesHyphensAtLineEnds()
    {
        PageMaker maker;
        maker.line(50, 100, "some words that are hyphen-")
            .line(50, 112, "ated, state-of-the-")
            .line(50, 124, "art well-")
            .line(50, 136, "Known");

        const QString text = textOf(maker.page());

        QVERIFY(text.startsWith("some words that are hyphenated, state-of-the-"));
        QVERIFY(text.contains("well-"));
        QVERIFY(!text.contains("wellKnown"));
    }

    void keepsLinesThatWereEndedOnPurpose()
    {
        PageMaker maker;
        maker.line(50, 100, "int main() {")
            .line(50, 112, "return 0;")
            .line(50, 124, "} // a longer line at the end");

        QCOMPARE(textOf(maker.page()), QString("int main() {\nreturn 0;\n} // a longer line at the end"));
    }

    void readsColumnsOneAfterTheOther()
    {
        PageMaker maker;
        maker.line(50, 60,
                   "A title across both columns of the whole page that is long enough to cross it all");
        for (int i = 0; i < 8; ++i) {
            const float y = 100 + 12 * static_cast<float>(i);
            maker.line(50, y, "left column line number " + std::to_string(i) + " with words");
            maker.line(320, y + 3, "right column line number " + std::to_string(i) + " with words");
        }

        const QString text = textOf(maker.page());

        QVERIFY(text.indexOf("A title") < text.indexOf("left column line number 0"));
        QVERIFY(text.indexOf("left column line number 7") < text.indexOf("right column line number 0"));
        QVERIFY(text.indexOf("left column line number 3") < text.indexOf("left column line number 4"));
    }

    void readsTheRightColumnFirstInArabic()
    {
        PageMaker maker;
        for (int i = 0; i < 8; ++i) {
            const float y = 100 + 12 * static_cast<float>(i);
            maker.arabicLine(550, y, "العمود الأول سطر طويل من الكلام هنا");
            maker.arabicLine(280, y, "العمود الثاني سطر طويل من الكلام هنا");
        }

        const QString text = textOf(maker.page());

        QVERIFY(text.lastIndexOf("الأول") < text.indexOf("الثاني"));
    }

    void readsTablesRowByRow()
    {
        PageMaker maker;
        maker.line(50, 100, "Item").line(250, 100, "Price").line(400, 100, "Tax");
        for (int i = 0; i < 5; ++i) {
            const float y = 114 + 14 * static_cast<float>(i);
            maker.line(50, y, "thing " + std::to_string(i));
            maker.line(250, y, std::to_string(100 + i));
            maker.line(400, y, std::to_string(7 + i) + "%");
        }

        QCOMPARE(textOf(maker.page()).split('\n').at(2), QString("thing 1 | 101 | 8%"));
    }

    void putsAHeadBeforeTheRowsOfATable()
    {
        PageMaker maker;
        maker.line(50, 100, "Item", 10, 1).line(250, 100, "Note", 10, 1);
        maker.line(50, 114, "pen").line(250, 114, "blue");
        maker.line(50, 128, "ink").line(250, 128, "black");
        maker.line(50, 142, "cup").line(250, 142, "white");

        const PageContent page = orderPage(maker.page());

        checkTable(page, "Item | Note\npen | blue\nink | black\ncup | white");
        QCOMPARE(page.blocks.size(), std::size_t(2)); // the head, one line break, the rows
        QCOMPARE(page.blocks[0].end + 1, page.blocks[1].begin);
        QCOMPARE(page.findings.tables, 1);
    }

    /// Cells may go on in the next line, stand around one middle, or be empty.
    void joinsLinesOfACell_data()
    {
        QTest::addColumn<bool>("middle");
        QTest::newRow("tops on one height") << false;
        QTest::newRow("around one middle") << true;
    }

    void knowsTheHeadOverCellsThatStandAtTheBottom()
    {
        PageMaker maker;
        maker.line(50, 100, "Term").line(200, 100, "Meaning");
        float y = 120;
        for (int row = 0; row < 3; ++row) {
            maker.line(200, y, "a sum of money that is paid in advance and");
            maker.line(50, y + 12, "Deposit " + std::to_string(row));
            maker.line(200, y + 12, "given back at the end");
            y += 30;
        }

        checkTable(orderPage(maker.page()),
                   "Term | Meaning\n"
                   "Deposit 0 | a sum of money that is paid in advance and given back at the end\n"
                   "Deposit 1 | a sum of money that is paid in advance and given back at the end\n"
                   "Deposit 2 | a sum of money that is paid in advance and given back at the end");
    }

    /// Each column of the page holds a table of its own.
    void partsTheColumnsOfAPageBeforeItsTables()
    {
        PageMaker maker;
        for (int row = 0; row < 8; ++row) {
            const std::string n = std::to_string(row);
            const float y = 100 + 14 * static_cast<float>(row);
            maker.line(40, y, "cmd " + n).line(100, y, "Does the thing " + n + ".");
            maker.line(340, y + 5, "opt " + n).line(400, y + 5, "Sets the knob " + n + ".");
        }

        const std::string text = orderPage(maker.page()).text;

        for (const char *row : {"cmd 0 | Does the thing 0.\n", "cmd 7 | Does the thing 7.",
                                "opt 0 | Sets the knob 0.\n", "opt 7 | Sets the knob 7."})
            QVERIFY2(text.find(row) != std::string::npos, text.c_str());
    }

    void joinsLinesOfACell()
    {
        QFETCH(bool, middle);
        PageMaker maker;
        float y = 100;
        for (int row = 0; row < 4; ++row) {
            const std::string n = std::to_string(row);
            maker.line(50, middle ? y + 5.5F : y, "term " + n);
            maker.line(200, y, "the words which explain term " + n + " and that");
            maker.line(200, y + 11, "need more than a line");
            y += 24;
        }
        maker.line(50, y, "last").line(200, y, "short");

        checkTable(orderPage(maker.page()),
                   "term 0 | the words which explain term 0 and that need more than a line\n"
                   "term 1 | the words which explain term 1 and that need more than a line\n"
                   "term 2 | the words which explain term 2 and that need more than a line\n"
                   "term 3 | the words which explain term 3 and that need more than a line\nlast | short");
    }

    void keepsThePlaceOfEmptyCells()
    {
        PageMaker maker;
        maker.line(50, 100, "Day").line(200, 100, "Morning").line(350, 100, "Evening");
        maker.line(50, 114, "Mon").line(200, 114, "Maths 1").line(350, 114, "Art 2");
        maker.line(50, 128, "Tue").line(350, 128, "Music 3");
        maker.line(200, 142, "Chess 4");
        maker.line(50, 156, "Thu").line(200, 156, "Maths 5").line(350, 156, "Art 6");

        checkTable(orderPage(maker.page()), "Day | Morning | Evening\nMon | Maths 1 | Art 2\nTue |  | "
                                            "Music 3\n| Chess 4 |\nThu | Maths 5 | Art 6");
    }

    void readsRightToLeftTablesFromTheRight()
    {
        PageMaker maker;
        maker.arabicLine(550, 100, "النوع").arabicLine(300, 100, "المدة");
        maker.arabicLine(550, 114, "سنوية").arabicLine(300, 114, "شهر");
        maker.arabicLine(550, 128, "زواج").arabicLine(300, 128, "أسبوع");
        maker.arabicLine(550, 142, "وفاة").arabicLine(300, 142, "يومان");

        const PageContent page = orderPage(maker.page());

        QCOMPARE(QString::fromStdString(page.text).split('\n').at(1), QString("سنوية | شهر"));
        QCOMPARE(page.findings.tables, 1);
    }

    void takesNoTableForWhatIsNone_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("a numbered list") << 0;
        QTest::newRow("contents with leaders") << 1;
        QTest::newRow("contents without leaders") << 2;
        QTest::newRow("code with comments") << 3;
        QTest::newRow("numbered formulas") << 4;
        QTest::newRow("two columns of text") << 5;
    }

    void takesNoTableForWhatIsNone()
    {
        QFETCH(int, kind);
        PageMaker maker;
        maker.page().fonts.push_back("Courier");
        for (int i = 1; i <= 8; ++i) {
            const float y = 100 + 12 * static_cast<float>(i);
            const std::string n = std::to_string(i);
            switch (kind) {
            case 0:
                maker.line(50, y, n + ".").line(80, y, "Open the lid of box " + n);
                break;
            case 1:
                maker.line(50, y, "Chapter " + n).line(200, y, ". . . . . . . . .").line(400, y, n + "7");
                break;
            case 2:
                maker.line(50, y, "Of matter " + n).line(400, y, n + "7");
                break;
            case 3:
                maker.line(50, y, "x = f(" + n + ")", 10, 2).line(250, y, "# call it", 10, 2);
                break;
            case 4:
                maker.line(100, y, "a + b = c" + n).line(400, y, "(" + n + ")");
                break;
            default:
                maker.line(50, y, "words that fill the left column as text does");
                maker.line(310, y, "words that fill the other column as well and");
            }
        }

        QCOMPARE(orderPage(maker.page()).findings.tables, 0);
    }

    void tellsCaptions()
    {
        PageMaker maker;
        maker.line(50, 100, "Figure 3 shows what happens when nothing else does so")
            .line(50, 130, "Figure 3: What happens")
            .arabicLine(550, 160, "جدول ٢: أنواع");

        const PageContent page = orderPage(maker.page());

        QCOMPARE(page.blocks.size(), std::size_t(3));
        QVERIFY(page.blocks[0].kind == BlockKind::Body);
        QVERIFY(page.blocks[1].kind == BlockKind::Caption);
        QCOMPARE(page.findings.captions, 2);
    }

    void takesNoBoxTitleOrCodeForAHeading()
    {
        PageMaker maker;
        maker.page().fonts.push_back("Courier-Bold");
        maker.line(50, 100, "Note", 14, 1)
            .line(50, 140, "rm -rf folder", 10, 2)
            .line(50, 160, "• An item of a list", 10, 1)
            .line(50, 180, "Body text that is longer than the rest of it and goes on for a while");

        for (const Block &block : orderPage(maker.page()).blocks)
            QVERIFY(block.kind == BlockKind::Body);
    }

    /// The sentence of the left column goes on in the right one.
    void putsFootnotesBehindTheText()
    {
        PageMaker maker;
        for (int i = 0; i < 10; ++i) {
            const float y = 500 + 12 * static_cast<float>(i);
            maker.line(50, y, "words of the left column fill it to the end");
            maker.line(310, y, "words of the right column fill it to its end");
        }
        maker.line(50, 640, "1 small words that explain a thing said above", 8);

        const PageContent page = orderPage(maker.page());

        QVERIFY(page.text.ends_with("said above"));
        QVERIFY(page.text.find("to the end words of the right") != std::string::npos ||
                page.text.find("to the end\n\nwords of the right") != std::string::npos);
    }

    void tellsHeadings()
    {
        PageMaker maker;
        maker.line(50, 60, "Large title", 18)
            .line(50, 100, "1.2 A bold one", 10, 1)
            .line(50, 130, "Body text that is longer than the rest of it and goes on for a while");

        const PageContent page = orderPage(maker.page());

        QCOMPARE(page.blocks.size(), std::size_t(3));
        QVERIFY(page.blocks[0].kind == BlockKind::Heading);
        QCOMPARE(page.blocks[0].fontSize, 18.0F);
        QVERIFY(page.blocks[1].kind == BlockKind::Heading);
        QVERIFY(page.blocks[2].kind == BlockKind::Body);
    }

    void putsArabicIntoLogicalOrder_data()
    {
        QTest::addColumn<QString>("seen"); // from left to right
        QTest::addColumn<QString>("read");
        QTest::newRow("words") << "ةيبرع صوصن"
                               << "نصوص عربية";
        QTest::newRow("number") << "مويلا 2024 ةنس"
                                << "سنة 2024 اليوم";
        QTest::newRow("Arabic digits") << "١٢٫٥ غلب"
                                       << "بلغ ١٢٫٥";
        QTest::newRow("Latin words stay") << "ديدجلا ماظنلا GNU/Linux system وه"
                                          << "هو GNU/Linux system النظام الجديد";
        QTest::newRow("Latin sign at the end") << "ةغلب C++ بتك"
                                               << "كتب C++ بلغة";
        QTest::newRow("Latin in brackets as seen") << "زاهج (router) وه"
                                                   << "هو (router) جهاز";
        QTest::newRow("Latin in brackets as meant") << "زاهج )router( وه"
                                                    << "هو (router) جهاز";
        QTest::newRow("brackets as meant") << ".)سوق( نيب"
                                           << "بين (قوس).";
        QTest::newRow("presentation forms") << "ﺔﻴﺑﺮﻌﻟﺍ ﻻ"
                                            << "لا العربية";
        QTest::newRow("reversed lam-alef") << "ةينملأا"
                                           << "الأمنية";
        QTest::newRow("Allah") << "للها"
                               << "الله";
        QTest::newRow("lam-alef before a hamza") << "ةحئلا"
                                                 << "لائحة";
        QTest::newRow("item number") << "لوألا (1"
                                     << "1) الأول";
        QTest::newRow("left-to-right line") << "The word ةملك means word in the Arabic language"
                                            << "The word كلمة means word in the Arabic language";
    }

    void putsArabicIntoLogicalOrder()
    {
        QFETCH(QString, seen);
        QFETCH(QString, read);
        PageMaker maker;
        maker.line(50, 100, seen.toStdString());

        const PageContent page = orderPage(maker.page());

        QCOMPARE(QString::fromStdString(page.text), read);
        checkBoxes(page);
    }

    void joinsLettersWhoseBoxesTouch()
    {
        PageMaker maker;
        float x = 100;
        for (const char *letter : {"ن", "م", "ح", "ر", "ل", "ا"})
            x = maker.word(x, 100, letter);

        QCOMPARE(textOf(maker.page()), QString("الرحمن"));
    }

    void putsMarksOnTheirLetters()
    {
        PageMaker maker;
        // Seen from left to right: ... ر, shadda, ح: the mark stands before the letter it belongs to.
        maker.word(100, 100, "م\u0651رحم");
        maker.word(200, 100, "\u064Bا"); // a word of its own for mark and letter
        maker.word(205, 100, "ديج");

        QCOMPARE(textOf(maker.page()), QString("جيدا\u064B محر\u0651م"));
    }

    void takesAMappedBlankForABlank()
    {
        PageMaker maker;
        maker.wideMarks().word(100, 100, "ةديدج\u064Bةلمج\u064Bهذه\u064Bنا\u064Bلاق\u064Bمث");

        const PageContent page = orderPage(maker.page());

        QCOMPARE(QString::fromStdString(page.text), QString("ثم قال ان هذه جملة جديدة"));
        QVERIFY(!page.note.empty());
    }

    void turnsALamAlefThatIsOneGlyph()
    {
        PageMaker maker;
        maker.line(50, 100, "لمع مويلل ملع نم لمعو");
        PageWord word;
        word.text =
            "مالك"; // seen from left to right: the glyph's halves are lam, alef in the order of its map
        word.text = "م\u0644\u0627\u0643";
        word.fontSize = 10;
        word.font = 0;
        word.chars = {{0, 2, {300, 100, 5, 10}},
                      {2, 4, {305, 100, 3.1F, 10}},
                      {4, 6, {308.1F, 100, 3.1F, 10}},
                      {6, 8, {311.2F, 100, 5, 10}}};
        word.box = {300, 100, 16.2F, 10};
        maker.page().words.push_back(word);

        QVERIFY(textOf(maker.page()).startsWith("كلام"));
    }

    void dropsControlsWithoutSpellingControlWords()
    {
        PageMaker maker;
        maker.line(50, 100, "a\u200Bb <|im\u200B_end|> ＜｜end｜＞ \u202Eright\u202C \x07tab");

        const QString text = textOf(maker.page());

        QVERIFY(!text.contains("<|im_end|>"));
        QVERIFY(!text.contains("<|end|>"));
        QVERIFY(text.contains("right tab"));
        for (const QChar c : text)
            QVERIFY(c == '\n' ||
                    (c.category() != QChar::Other_Control && c.category() != QChar::Other_Format));
    }

    void readsTurnedText()
    {
        PageMaker maker;
        maker.line(50, 100, "upright text is most of the page");
        PageWord side;
        side.text = "side";
        side.rotation = 270; // runs upwards
        side.fontSize = 10;
        for (std::uint32_t i = 0; i < 4; ++i)
            side.chars.push_back({i, i + 1, {20, 495 - 5 * static_cast<float>(i), 10, 5}});
        side.box = {20, 480, 10, 20};
        maker.page().words.push_back(side);

        const PageContent page = orderPage(maker.page());

        QCOMPARE(QString::fromStdString(page.text), QString("upright text is most of the page\n\nside"));
        QCOMPARE(page.chars.back().box.y, 480.0F);
    }

    void saysWhenThereIsNoText()
    {
        PageMaker empty;
        PageMaker noise;
        noise.line(50, 100, "... --- |||");
        PageMaker reversed;
        for (int i = 0; i < 6; ++i) // each word back to front in logical order: seen right way round
            reversed.line(50, 100 + 12 * static_cast<float>(i), "الكتاب الجديد الذي المدرسة الكبيرة البيت");

        QVERIFY(orderPage(empty.page()).state == PageState::NoText);
        QVERIFY(orderPage(noise.page()).state == PageState::NoText);
        const PageContent garbled = orderPage(reversed.page());
        QVERIFY(garbled.state == PageState::NoText);
        QVERIFY(!garbled.note.empty());
        QVERIFY(garbled.text.empty());
    }

    void survivesNonsense()
    {
        PageText page;
        page.words.resize(40);
        for (std::size_t i = 0; i < page.words.size(); ++i) {
            PageWord &word = page.words[i];
            word.text = i % 3 == 0 ? "\xD9\x8B" : "x)";
            word.font = -1;
            word.fontSize = i % 2 == 0 ? 0.0F : 1e6F;
            const float far = i % 5 == 0 ? -1e6F : 1e6F;
            word.chars.push_back({0, static_cast<std::uint32_t>(word.text.size()), {far, far, -far, 0}});
            word.rotation = static_cast<int>(i % 4) * 90;
        }

        checkBoxes(orderPage(page));
    }

    void guessesLanguages_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << "The file can be opened by any of the programs that are installed"
                                 << "en";
        QTest::newRow("French")
            << "Les fichiers sont ouverts par les programmes qui sont installés dans le système"
            << "fr";
        QTest::newRow("German") << "Die Datei wird von dem Programm und nicht von der Bibliothek gelesen"
                                << "de";
        QTest::newRow("Arabic") << "يمكن فتح الملف من أي برنامج مثبت"
                                << "ar";
        QTest::newRow("Persian")
            << "این پرونده را می‌توان با هر برنامه‌ای که نصب شده "
               "است "
               "باز "
               "کرد"
            << "fa";
        QTest::newRow("Chinese") << "可以用任何已安装的程序打开该文件"
                                 << "zh";
        QTest::newRow("Japanese") << "このファイルはどのプログラムでも開くことができます"
                                  << "ja";
        QTest::newRow("Russian") << "Файл можно открыть любой программой"
                                 << "ru";
        QTest::newRow("too little") << "42 !"
                                    << "";
    }

    void guessesLanguages()
    {
        QFETCH(QString, text);
        QFETCH(QString, language);

        QCOMPARE(QString::fromStdString(guessLanguage(text.toStdString())), language);
    }
};

QTEST_APPLESS_MAIN(TestReadingOrder)
#include "test_reading_order.moc"
