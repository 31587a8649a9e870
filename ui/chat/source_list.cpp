#include "ui/chat/source_list.h"

#include "ui/settings/theme.h"
#include "ui/shared/convert.h"

#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QStyle>
#include <QTextLayout>
#include <QVBoxLayout>

namespace ui {

namespace {

constexpr int kMargin = 10;
constexpr int kBadge = 22;
constexpr int kQuoteLines = 2; ///< at most

} // namespace

SourceCard::SourceCard(const QString &mark, const QString &title, const QString &quote, QWidget *parent,
                       const QString &detail)
    : QAbstractButton(parent)
    , m_mark(mark)
    , m_title(title)
    , m_quote(quote.simplified())
    , m_detail(detail)
{
    setObjectName(QStringLiteral("source"));
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(mark.isEmpty() ? tr("Passage: %1").arg(title) : tr("Source %1: %2").arg(mark, title));
    setAccessibleDescription(detail.isEmpty() ? m_quote : detail + QLatin1Char('\n') + m_quote);
    setToolTip(tr("Show it on the page"));
}

QSize SourceCard::sizeHint() const
{
    const int lines = 1 + (m_quote.isEmpty() ? 0 : m_quoteLines) + (m_detail.isEmpty() ? 0 : 1);
    return {260, lines * fontMetrics().lineSpacing() + 2 * kMargin - 2};
}

void SourceCard::resizeEvent(QResizeEvent *event)
{
    QAbstractButton::resizeEvent(event);
    const int indent = m_mark.isEmpty() ? 0 : kBadge + 8;
    const int room = width() - 2 * kMargin - indent;
    const int lines = fontMetrics().horizontalAdvance(m_quote) > room ? kQuoteLines : 1;
    if (lines != m_quoteLines) {
        m_quoteLines = lines;
        updateGeometry();
    }
}

void SourceCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColours &colours = themeColours();
    const bool lit = underMouse() || hasFocus();
    painter.setPen(QPen(lit ? palette().color(QPalette::Highlight) : colours.line, 1));
    painter.setBrush(underMouse() ? QBrush(colours.card) : Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);

    QRect inside = rect().adjusted(kMargin, kMargin - 2, -kMargin, 0);
    if (!m_mark.isEmpty()) {
        const QRect badge(inside.left(), inside.top(), kBadge, fontMetrics().lineSpacing());
        const QRect placed = QStyle::visualRect(layoutDirection(), rect(), badge);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.accentTint);
        painter.drawRoundedRect(placed, 5, 5);
        painter.setPen(palette().color(QPalette::Link));
        painter.drawText(placed, Qt::AlignCenter, m_mark);
        inside.setLeft(inside.left() + kBadge + 8);
    }
    QRect line(inside.left(), inside.top(), inside.width(), fontMetrics().lineSpacing());
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::Text));
    const QString title = QFontMetrics(bold).elidedText(m_title, Qt::ElideMiddle, line.width());
    painter.drawText(QStyle::visualRect(layoutDirection(), rect(), line),
                     int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeading | Qt::AlignVCenter)),
                     title);
    painter.setFont(font());
    if (!m_detail.isEmpty()) {
        line.translate(0, fontMetrics().lineSpacing());
        painter.setPen(palette().color(QPalette::Link));
        painter.drawText(QStyle::visualRect(layoutDirection(), rect(), line),
                         int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeading | Qt::AlignVCenter)),
                         fontMetrics().elidedText(m_detail, Qt::ElideRight, line.width()));
    }
    const QRect quote(inside.left(), line.bottom() + 2, inside.width(), rect().bottom() - line.bottom());
    drawQuote(painter, QStyle::visualRect(layoutDirection(), rect(), quote));
}

/// The quote's first lines, in the direction of its own text.
void SourceCard::drawQuote(QPainter &painter, const QRect &area) const
{
    painter.setPen(themeColours().faint);
    QTextOption option;
    option.setTextDirection(m_quote.isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    QTextLayout layout(m_quote, font());
    layout.setTextOption(option);
    layout.beginLayout();
    qreal y = 0;
    for (int i = 0; i < kQuoteLines; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid()) {
            break;
        }
        line.setLineWidth(area.width());
        const bool last = i == kQuoteLines - 1;
        const QString text =
            last ? m_quote.mid(line.textStart()) : m_quote.mid(line.textStart(), line.textLength());
        const auto flags = (m_quote.isRightToLeft() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
        painter.save();
        painter.setLayoutDirection(option.textDirection());
        painter.drawText(QRectF(area.left(), area.top() + y, area.width(), fontMetrics().lineSpacing()),
                         int(flags | Qt::AlignAbsolute | Qt::TextSingleLine),
                         fontMetrics().elidedText(text.trimmed(), Qt::ElideRight, area.width()));
        painter.restore();
        y += fontMetrics().lineSpacing();
    }
    layout.endLayout();
}

SourceList::SourceList(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("sources"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(6);
}

void SourceList::setSources(const std::vector<rag::Citation> &citations,
                            const std::vector<rag::Passage> &nearest)
{
    while (QLayoutItem *item = m_layout->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (const auto &citation : citations) {
        auto *card = new SourceCard(
            QLocale().toString(citation.n),
            placeText(toQString(citation.documentName), citation.page, toQString(citation.pageLabel)),
            toQString(citation.quote), this);
        connect(card, &SourceCard::clicked, this, [this, citation] { emit citationClicked(citation); });
        m_layout->addWidget(card);
    }
    for (const auto &passage : nearest) {
        auto *card = new SourceCard(
            {}, placeText(toQString(passage.documentName), passage.page, toQString(passage.pageLabel)),
            toQString(passage.text), this);
        connect(card, &SourceCard::clicked, this, [this, passage] { emit passageClicked(passage); });
        m_layout->addWidget(card);
    }
    setVisible(m_layout->count() > 0);
}

QString placeText(const QString &document, int page, const QString &pageLabel)
{
    const QString number = QLocale().toString(page + 1);
    // Isolated, so that a Latin file name and Arabic words around it keep their own order.
    const QString name = QChar(0x2068) + document + QChar(0x2069);
    if (pageLabel.isEmpty() || pageLabel == QString::number(page + 1)) {
        return SourceList::tr("%1 · page %2").arg(name, number);
    }
    return SourceList::tr("%1 · page %2 (printed %3)").arg(name, number, pageLabel);
}

} // namespace ui
