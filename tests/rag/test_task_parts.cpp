#include "rag/tasks/matches.h"
#include "rag/tasks/salience.h"
#include "rag/tasks/structure.h"
#include "tests/support/fake_pages.h"

#include <QTest>

using namespace rag;

namespace {

Passage passageOf(std::string text, int page = 0, std::string section = "")
{
    Passage passage;
    passage.chunk = page + 1;
    passage.page = passage.lastPage = page;
    passage.section = std::move(section);
    passage.segments = {{page, 0, 0, std::uint32_t(text.size())}};
    passage.text = std::move(text);
    return passage;
}

/// @param headings  size by block; 0: body
PageContent pageWith(int number, const std::vector<std::pair<std::string, float>> &blocks)
{
    PageContent page;
    page.page = number;
    for (const auto &[text, size] : blocks) {
        if (!page.text.empty())
            page.text += "\n\n";
        Block block;
        block.begin = std::uint32_t(page.text.size());
        page.text += text;
        block.end = std::uint32_t(page.text.size());
        block.kind = size > 0 ? BlockKind::Heading : BlockKind::Body;
        block.fontSize = size > 0 ? size : 10;
        page.blocks.push_back(block);
    }
    return page;
}

std::vector<std::string> linesOf(const std::vector<Heading> &headings)
{
    std::vector<std::string> lines;
    for (const Heading &heading : headings)
        lines.push_back(std::to_string(heading.level) + " " + heading.title + " p" +
                        std::to_string(heading.page));
    return lines;
}

std::vector<std::string> matched(const char *what, const std::string &text, const std::string &section = "")
{
    std::vector<std::string> found;
    for (const Match &match : ListedThing(what).matches(passageOf(text, 0, section)))
        found.push_back(text.substr(match.begin, match.end - match.begin));
    return found;
}

} // namespace

/// The pure parts of whole-document tasks.
class TestTaskParts : public QObject
{
    Q_OBJECT

private slots:
    void ranksHeadingsByTheirNumbers();
    void ranksHeadingsBySizeWithoutNumbers();
    void takesTitlesAndLevelsFromTheOutline();
    void leavesTheTableOfContentsOut();
    void cutsPartsAtChapters();
    void cutsEvenPartsWithoutHeadings();
    void neverMakesMorePartsThanAsked();
    void knowsWhatStandsAlone_data();
    void knowsWhatStandsAlone();
    void choosesTheSentenceOnTheMatter();
    void matchesStemsRowsAndHeadings();
    void matchesKindsOfText_data();
    void matchesKindsOfText();
};

void TestTaskParts::ranksHeadingsByTheirNumbers()
{
    const std::vector<PageContent> pages{
        pageWith(0, {{"1 Introduction", 14}, {"Some text here.", 0}, {"1.1 Scope", 14}}),
        pageWith(1, {{"1.1.1 Details", 14}, {"2 Methods", 14}}), pageWith(2, {{"الفصل الثالث", 14}})};

    QCOMPARE(linesOf(headingsOf(pages, {})),
             (std::vector<std::string>{"0 1 Introduction p0", "1 1.1 Scope p0", "2 1.1.1 Details p1",
                                       "0 2 Methods p1", "0 الفصل الثالث p2"}));
}

void TestTaskParts::ranksHeadingsBySizeWithoutNumbers()
{
    const std::vector<PageContent> pages{pageWith(0, {{"Big title", 20}, {"Smaller one", 14}, {"Body", 0}}),
                                         pageWith(1, {{"Another", 14.2F}, {"Least of all", 11}})};

    QCOMPARE(linesOf(headingsOf(pages, {})), (std::vector<std::string>{"0 Big title p0", "1 Smaller one p0",
                                                                       "1 Another p1", "2 Least of all p1"}));
}

void TestTaskParts::takesTitlesAndLevelsFromTheOutline()
{
    const std::vector<PageContent> pages{pageWith(0, {{"Introduction", 14}, {"Introduction", 0}}),
                                         pageWith(1, {{"A note", 12}, {"2. The results", 14}})};
    const std::vector<OutlineItem> outline{{"Introduction", 0, -1}, {"The results", 1, -1}, {"Gone", 0, -1}};

    QCOMPARE(linesOf(headingsOf(pages, outline)),
             (std::vector<std::string>{"0 Introduction p0", "1 The results p1", "0 Gone p-1"}));
}

void TestTaskParts::leavesTheTableOfContentsOut()
{
    const std::vector<PageContent> pages{
        pageWith(0, {{"1 Start . . . . . . 3", 12}, {"2 End . . . . . . . 9", 12}}),
        pageWith(1, {{"1 Start", 12}})};

    QCOMPARE(linesOf(headingsOf(pages, {})), (std::vector<std::string>{"0 1 Start p1"}));
}

void TestTaskParts::cutsPartsAtChapters()
{
    std::vector<Passage> passages;
    for (int page = 0; page < 8; ++page)
        passages.push_back(passageOf("text", page));
    const std::vector<Heading> headings{
        {"One", 0, 1, 0, 3}, {"One a", 1, 2, 0, 3}, {"Two", 0, 4, 0, 3}, {"Three", 0, 6, 0, 3}};

    const std::vector<Part> parts = partsOf(passages, headings, 10);

    QCOMPARE(parts.size(), std::size_t(4));
    QCOMPARE(parts[0].title, std::string());
    QCOMPARE(parts[1].title, std::string("One"));
    QCOMPARE(parts[1].first, std::size_t(1));
    QCOMPARE(parts[1].end, std::size_t(4));
    QCOMPARE(parts[3].end, std::size_t(8));
}

void TestTaskParts::cutsEvenPartsWithoutHeadings()
{
    const std::vector<Passage> passages(10, passageOf("text"));

    const std::vector<Part> parts = partsOf(passages, {}, 3);

    QCOMPARE(parts.size(), std::size_t(3));
    QCOMPARE(parts.front().first, std::size_t(0));
    QCOMPARE(parts.back().end, std::size_t(10));
    QVERIFY(partsOf({}, {}, 3).empty());
}

void TestTaskParts::neverMakesMorePartsThanAsked()
{
    std::vector<Passage> passages;
    std::vector<Heading> headings;
    for (int page = 0; page < 50; ++page) {
        passages.push_back(passageOf("text", page));
        headings.push_back({"H" + std::to_string(page), 0, page, 0, 2});
    }
    for (const std::size_t most : {1, 2, 4, 7, 49, 50}) {
        const std::vector<Part> parts = partsOf(passages, headings, most);

        QVERIFY(!parts.empty() && parts.size() <= most);
        std::size_t next = 0; // every passage is in exactly one
        for (const Part &part : parts) {
            QCOMPARE(part.first, next);
            next = part.end;
        }
        QCOMPARE(next, passages.size());
    }
}

void TestTaskParts::knowsWhatStandsAlone_data()
{
    QTest::addColumn<QByteArray>("better");
    QTest::addColumn<QByteArray>("worse");
    const QByteArray good = "The annual leave of an employee is thirty days with full pay.";
    QTest::newRow("code") << good << QByteArray("for (int i = 0; i < n; ++i) { x[i] += y[i] * 2; } // loop");
    QTest::newRow("contents") << good << QByteArray("The annual leave of employees . . . . . . . . . . . 14");
    QTest::newRow("row") << good << QByteArray("annual leave | thirty days | full pay | all employees");
    QTest::newRow("heading") << good << QByteArray("Annual leave");
    QTest::newRow("points back") << good
                                 << QByteArray("This is then also paid in full by the company itself.");
    QTest::newRow("fragment") << good << QByteArray("of the annual leave is thirty days with full pay,");
    QTest::newRow("Arabic") << QByteArray("يستحق الموظف إجازة سنوية مدتها ثلاثون يومًا بأجر كامل.")
                            << QByteArray("وهذا ما ذكر في المادة السابقة");
}

void TestTaskParts::knowsWhatStandsAlone()
{
    QFETCH(QByteArray, better);
    QFETCH(QByteArray, worse);

    QVERIFY(standsAlone(better.toStdString()) > standsAlone(worse.toStdString()));
    QVERIFY(standsAlone(better.toStdString()) > 0.5);
}

void TestTaskParts::choosesTheSentenceOnTheMatter()
{
    std::vector<Passage> passages;
    for (int page = 0; page < 6; ++page)
        passages.push_back(
            passageOf("The pump pushes water through the filter of the plant. Some visitors came by "
                      "on a sunny afternoon in spring.",
                      page, "Pump and filter"));
    const Salience salience(passages);

    const std::vector<KeySentence> best = salience.keySentences(2, 1);

    QCOMPARE(best.size(), std::size_t(1));
    QCOMPARE(passages[2].text.substr(best[0].begin, best[0].end - best[0].begin),
             std::string("The pump pushes water through the filter of the plant."));
}

void TestTaskParts::matchesStemsRowsAndHeadings()
{
    QCOMPARE(matched("deadlines", "The deadline is in May. Nothing here.\nreport | deadline 3 June | paid"),
             (std::vector<std::string>{"The deadline is in May.", "report | deadline 3 June | paid"}));
    QCOMPARE(matched("notice period", "The period is two months. Other words.", "Notice"),
             std::vector<std::string>{"The period is two months."});
    QCOMPARE(matched("إجازات", "مدة الإجازة ثلاثون يومًا. لا شيء هنا."),
             std::vector<std::string>{"مدة الإجازة ثلاثون يومًا."});
    QVERIFY(matched("zebra", "The deadline is in May.").empty());
}

void TestTaskParts::matchesKindsOfText_data()
{
    QTest::addColumn<QByteArray>("what");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("is");
    QTest::newRow("date") << QByteArray("dates") << QByteArray("Signed on 5 May 2024 in Fez") << true;
    QTest::newRow("date in numbers") << QByteArray("date") << QByteArray("until 2024-05-12 only") << true;
    QTest::newRow("Arabic date") << QByteArray("التواريخ") << QByteArray("في ١٢ مايو ٢٠٢٤ صدر القرار")
                                 << true;
    QTest::newRow("may, no month") << QByteArray("dates") << QByteArray("It may rain on him") << false;
    QTest::newRow("version, no date") << QByteArray("dates") << QByteArray("version 3.1.4 of it") << false;
    QTest::newRow("money") << QByteArray("prices") << QByteArray("It costs €25 a day") << true;
    QTest::newRow("riyal") << QByteArray("المبالغ") << QByteArray("يدفع ٥٠٠ ريال شهريًا") << true;
    QTest::newRow("no money") << QByteArray("prices") << QByteArray("It has 25 pages") << false;
    QTest::newRow("percentage") << QByteArray("percentages") << QByteArray("about 12.5 % of all") << true;
    QTest::newRow("Arabic percentage") << QByteArray("النسب") << QByteArray("بنسبة ٢٥٪ من الراتب") << true;
    QTest::newRow("mail") << QByteArray("email addresses") << QByteArray("write to a.b@example.org today")
                          << true;
    QTest::newRow("no mail") << QByteArray("emails") << QByteArray("user@ and @home") << false;
    QTest::newRow("link") << QByteArray("links") << QByteArray("see https://example.org/x") << true;
}

void TestTaskParts::matchesKindsOfText()
{
    QFETCH(QByteArray, what);
    QFETCH(QByteArray, text);
    QFETCH(bool, is);

    QCOMPARE(!matched(what.constData(), text.toStdString()).empty(), is);
}

QTEST_GUILESS_MAIN(TestTaskParts)
#include "test_task_parts.moc"
