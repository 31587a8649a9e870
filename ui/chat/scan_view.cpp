#include "ui/chat/scan_view.h"

#include "ui/shared/convert.h"

#include <QLocale>

namespace ui {

namespace {

QString number(int value)
{
    return QLocale().toString(value);
}

/// Kept in its own direction inside a line of the other.
QString isolated(const QString &text)
{
    return QChar(0x2068) + text.toHtmlEscaped() + QChar(0x2069);
}

QString coverage(const rag::ScopeScan &scan)
{
    const QString searched = ScanView::tr("Searched %1 of %Ln page(s).", nullptr, scan.pagesInScope)
                                 .arg(number(scan.pagesSearched));
    return scan.pagesSearched < scan.pagesInScope
               ? searched + QLatin1Char(' ') + ScanView::tr("The others have no text that could be searched.")
               : searched;
}

QString places(const rag::TermHits &hits, const std::map<rag::DocumentId, QString> &documents)
{
    QStringList links;
    rag::DocumentId before = 0;
    for (const auto &[document, page] : hits.places) {
        const QString link = QStringLiteral("<a href=\"page:%1:%2\">%3</a>")
                                 .arg(document)
                                 .arg(page)
                                 .arg(ScanView::tr("p. %1").arg(number(page + 1)));
        const auto name = documents.find(document);
        // With several documents each is named once, before its pages.
        links << (document != before && documents.size() > 1 && name != documents.end()
                      ? isolated(name->second) + QLatin1Char(' ') + link
                      : link);
        before = document;
    }
    if (hits.pages > int(hits.places.size())) {
        links << QString(QChar(0x2026));
    }
    return links.join(QStringLiteral(" · "));
}

} // namespace

QString scanText(const rag::ScopeScan &scan, const std::map<rag::DocumentId, QString> &documents)
{
    QStringList lines{coverage(scan)};
    for (const auto &term : scan.terms) {
        const QString word = isolated(toQString(term.term));
        lines << (term.pages == 0 ? ScanView::tr("“%1”: on no page").arg(word)
                                  : ScanView::tr("“%1”: on %Ln page(s): %2", nullptr, term.pages)
                                        .arg(word, places(term, documents)));
    }
    return lines.join(QStringLiteral("<br>"));
}

ScanView::ScanView(QWidget *parent)
    : QLabel(parent)
{
    setObjectName(QStringLiteral("scan"));
    setTextFormat(Qt::RichText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextBrowserInteraction);
    setAccessibleName(tr("What was searched"));
    connect(this, &QLabel::linkActivated, this, &ScanView::open);
    hide();
}

void ScanView::setMessage(const ChatMessage &message)
{
    const auto &scan = message.details.scan;
    if (scan) {
        setText(scanText(*scan, message.documents));
    }
    setVisible(scan.has_value());
}

void ScanView::open(const QString &link)
{
    const QStringList parts = link.split(QLatin1Char(':'));
    if (parts.size() == 3 && parts.front() == QLatin1String("page")) {
        emit pageClicked(parts[1].toLongLong(), parts[2].toInt());
    }
}

} // namespace ui
