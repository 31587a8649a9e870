#include "rag/store/page_report.h"

#include <QTest>

using namespace rag;

namespace {

PageContent pageWith(PageState state, const PageFindings &findings, const std::string &note = {})
{
    PageContent page;
    page.state = state;
    page.findings = findings;
    page.note = note;
    return page;
}

using Reasons = std::vector<PageReason>;

} // namespace

class TestPageReport : public QObject
{
    Q_OBJECT

private slots:
    void saysHowAPageWasRead_data();
    void saysHowAPageWasRead();
    void countsPages();
};

void TestPageReport::saysHowAPageWasRead_data()
{
    QTest::addColumn<PageContent>("page");
    QTest::addColumn<PageGrade>("grade");
    QTest::addColumn<Reasons>("reasons");
    const auto row = [](const char *name, const PageContent &page, PageGrade grade, const Reasons &reasons) {
        QTest::newRow(name) << page << grade << reasons;
    };

    row("plain", pageWith(PageState::Read, {}), PageGrade::Green, {});
    row("with a table", pageWith(PageState::Read, {false, 0, false, false, 2, 1}), PageGrade::Green,
        {PageReason::Table, PageReason::Caption});
    row("skipped", pageWith(PageState::Skipped, {}, "out of time"), PageGrade::Red, {PageReason::Skipped});
    row("a picture, no OCR", pageWith(PageState::NoText, {}), PageGrade::Red, {PageReason::NoText});
    row("garbled, no OCR", pageWith(PageState::NoText, {false, 0, true}, "?"), PageGrade::Red,
        {PageReason::NoText, PageReason::Garbled});
    row("nothing on it", pageWith(PageState::NoText, {true, 0}), PageGrade::Green, {PageReason::Blank});
    row("a good scan", pageWith(PageState::Read, {true, 0.93F}, "read by OCR"), PageGrade::Amber,
        {PageReason::Ocr});
    row("a bad scan", pageWith(PageState::Read, {true, 0.5F}, "read by OCR"), PageGrade::Red,
        {PageReason::DoubtfulOcr});
    row("a scan nobody can read", pageWith(PageState::NoText, {true, 0.3F}), PageGrade::Red,
        {PageReason::DoubtfulOcr});
    row("garbled and read by OCR", pageWith(PageState::Read, {true, 0.9F, true}, "?"), PageGrade::Amber,
        {PageReason::Garbled, PageReason::Ocr});
    row("hidden text", pageWith(PageState::Read, {false, 0, false, true}, "left out"), PageGrade::Amber,
        {PageReason::HiddenText});
    row("repaired", pageWith(PageState::Read, {}, "blanks repaired"), PageGrade::Amber,
        {PageReason::Repaired});
}

void TestPageReport::saysHowAPageWasRead()
{
    QFETCH(PageContent, page);
    QFETCH(PageGrade, grade);
    QFETCH(Reasons, reasons);

    const PageReport report = reportOf(page);

    QVERIFY(report.grade == grade);
    QVERIFY(report.reasons == reasons);
    QCOMPARE(report.tables, page.findings.tables);
    QCOMPARE(report.note, page.note);
}

void TestPageReport::countsPages()
{
    std::vector<PageReport> pages;
    pages.push_back(reportOf(pageWith(PageState::Read, {false, 0, false, false, 2, 1})));
    pages.push_back(reportOf(pageWith(PageState::Read, {true, 0.9F, true})));
    pages.push_back(reportOf(pageWith(PageState::Read, {true, 0.5F})));
    pages.push_back(reportOf(pageWith(PageState::NoText, {true, 0})));

    const ReportCounts counts = countReports(pages);

    QCOMPARE(counts.green, 2);
    QCOMPARE(counts.amber, 1);
    QCOMPARE(counts.red, 1);
    QCOMPARE(counts.ocrPages, 2);
    QVERIFY(qAbs(counts.ocrConfidence - 0.7F) < 1e-5F);
    QCOMPARE(counts.garbledPages, 1);
    QCOMPARE(counts.blankPages, 1);
    QCOMPARE(counts.tables, 2);
    QCOMPARE(counts.captions, 1);
}

QTEST_APPLESS_MAIN(TestPageReport)
#include "test_page_report.moc"
