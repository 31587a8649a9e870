#include "ui/report/report_text.h"

#include "ui/shared/convert.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>

namespace ui {

namespace {

using rag::PageReason;

class Text
{
    Q_DECLARE_TR_FUNCTIONS(ReportText)
};

QString percent(float part)
{
    return QLocale().toString(int(part * 100 + 0.5F)) + QLocale().percent();
}

QString reasonText(PageReason reason, const rag::PageReport &page)
{
    switch (reason) {
    case PageReason::Skipped:
        return Text::tr("could not be read");
    case PageReason::NoText:
        return Text::tr("a picture without text, and not read by OCR");
    case PageReason::Blank:
        return Text::tr("blank");
    case PageReason::Ocr:
        return Text::tr("read from its picture (OCR), %1 sure").arg(percent(page.ocrConfidence));
    case PageReason::DoubtfulOcr:
        return Text::tr("read from its picture (OCR), only %1 sure: much of it may be wrong")
            .arg(percent(page.ocrConfidence));
    case PageReason::Garbled:
        return Text::tr("the text in the file made no sense");
    case PageReason::HiddenText:
        return Text::tr("text that a reader does not see was left out");
    case PageReason::Repaired:
        return Text::tr("its letters were put right");
    case PageReason::Table:
        return Text::tr("%Ln table(s)", nullptr, page.tables);
    case PageReason::Caption:
        return Text::tr("%Ln caption(s)", nullptr, page.captions);
    }
    return {};
}

} // namespace

QString pageTitle(const rag::PageReport &page)
{
    const QString number = QLocale().toString(page.page + 1);
    const QString label = toQString(page.label);
    return label.isEmpty() || label == QString::number(page.page + 1)
               ? Text::tr("Page %1").arg(number)
               : Text::tr("Page %1 (printed %2)").arg(number, label);
}

QString reasonsText(const rag::PageReport &page)
{
    QStringList texts;
    for (const auto reason : page.reasons) {
        texts << reasonText(reason, page);
    }
    return texts.join(Text::tr("; ", "between the reasons for a page's grade"));
}

QString summaryText(const std::vector<rag::PageReport> &pages)
{
    const rag::ReportCounts counts = rag::countReports(pages);
    QStringList sentences;
    sentences << Text::tr("%Ln page(s):", nullptr, int(pages.size())) + QLatin1Char(' ') +
                     Text::tr("%1 read well, %2 worth a look, %3 not to be relied on.")
                         .arg(QLocale().toString(counts.green), QLocale().toString(counts.amber),
                              QLocale().toString(counts.red));
    if (counts.ocrPages > 0) {
        sentences << Text::tr("%Ln page(s) read from their pictures (OCR), %1 sure on average.", nullptr,
                              counts.ocrPages)
                         .arg(percent(counts.ocrConfidence));
    }
    if (counts.hiddenTextPages > 0) {
        sentences << Text::tr("%Ln page(s) hold text that a reader does not see; it was left out.", nullptr,
                              counts.hiddenTextPages);
    }
    if (counts.tables > 0) {
        sentences << Text::tr("%Ln table(s) found.", nullptr, counts.tables);
    }
    return sentences.join(QLatin1Char(' '));
}

} // namespace ui
