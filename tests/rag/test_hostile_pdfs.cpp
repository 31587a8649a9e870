// Reads PDFs that were made to break readers (../shared/hostile). By default those that are known to be
// quick; with WARRAQ_HOSTILE=all every one. Prints one line a file with WARRAQ_HOSTILE_REPORT=1.

#include "rag/pdf/pdf_document.h"
#include "rag/pdf/reading_order.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <cstdio>
#include <map>

using namespace std::chrono_literals;

namespace {

struct Case
{
    QString file;
    QString kind;
    QString expected;
    QString password;
    QString isolation;
    int textChars = 0; ///< that pdftotext finds
};

struct Outcome
{
    std::string state; ///< "text", "no text", "error", "locked"
    std::string detail;
    int pages = 0;
    int failed = 0;
};

QList<Case> readManifest(const QString &folder)
{
    QList<Case> cases;
    QFile file(folder + "/manifest.tsv");
    if (!file.open(QIODevice::ReadOnly))
        return cases;
    const QStringList lines = QString::fromUtf8(file.readAll()).split('\n');
    for (const QString &line : lines.mid(1)) {
        const QStringList fields = line.split('\t');
        if (fields.size() > 15)
            cases.append(
                {folder + '/' + fields[0], fields[3], fields[4], fields[5], fields[15], fields[9].toInt()});
    }
    return cases;
}

Outcome read(const Case &item)
{
    constexpr int kMostPages = 20;
    rag::PdfOptions options;
    options.limits.perPage = 10s;
    options.limits.toOpen = 10s;
    Outcome out;
    auto document = rag::PdfDocument::open(item.file.toStdString(), item.password.toStdString(), options);
    if (!document) {
        out.state = document.error().code == rag::ErrorCode::Locked ? "locked" : "error";
        out.detail = document.error().detail;
        return out;
    }
    std::size_t bytes = 0;
    for (int page = 0; page < std::min(kMostPages, document->info().pages) && out.failed < 3; ++page) {
        ++out.pages;
        const auto text = document->text(page);
        if (!text) {
            ++out.failed;
            out.detail = text.error().detail;
            continue;
        }
        bytes += rag::orderPage(*text).text.size();
    }
    const auto image = document->render(0, 0.5);
    if (!image && out.detail.empty())
        out.detail = "not drawn: " + image.error().detail;
    out.state = bytes > 0 ? "text" : out.failed == out.pages ? "error" : "no text";
    return out;
}

} // namespace

class TestHostilePdfs : public QObject
{
    Q_OBJECT

private slots:

    void endsWithinLimitsInTheExpectedState()
    {
        const QString folder = QStringLiteral(SHARED_DATA "/hostile");
        if (!QDir(folder).exists())
            QSKIP("needs ../shared");
        const bool all = qgetenv("WARRAQ_HOSTILE") == "all";
        const bool report = all || qEnvironmentVariableIsSet("WARRAQ_HOSTILE_REPORT");
        std::map<std::string, int> counts;
        int judged = 0;
        int unexpected = 0;
        int index = 0;

        for (const Case &item : readManifest(folder)) {
            const bool quick = item.isolation == "no" && item.expected != "time-limited" && ++index % 4 == 0;
            if (!all && !quick)
                continue;
            QElapsedTimer clock;
            clock.start();
            const Outcome outcome = read(item);
            const double seconds = double(clock.elapsed()) / 1000;
            ++counts[item.expected.toStdString() + " -> " + outcome.state];
            const bool wrong =
                (item.expected == "ok text" && item.textChars > 20 && outcome.state != "text") ||
                (item.expected == "clear error" && outcome.state == "locked") ||
                (item.expected == "password asked" && outcome.state == "error");
            ++judged;
            unexpected += wrong;
            if (report && (wrong || seconds > 3 || !outcome.detail.empty()))
                std::printf("%s %-60s %-22s %-14s %s %5.1f s, %d pages, %d failed; %s\n", wrong ? "!" : " ",
                            qPrintable(item.file.section('/', -1)), qPrintable(item.kind),
                            qPrintable(item.expected), outcome.state.c_str(), seconds, outcome.pages,
                            outcome.failed, outcome.detail.c_str());
            QVERIFY2(seconds < 60, qPrintable(item.file));
        }

        for (const auto &[what, count] : counts)
            std::printf("%4d  %s\n", count, what.c_str());
        QVERIFY(judged > 20);
        QVERIFY2(unexpected * 10 <= judged, "more than one in ten ended in another state than expected");
    }
};

QTEST_GUILESS_MAIN(TestHostilePdfs)
#include "test_hostile_pdfs.moc"
