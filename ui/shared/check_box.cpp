#include "ui/shared/check_box.h"

#include "ui/settings/theme.h"

#include <QPainter>
#include <QStyle>

namespace ui {

namespace {

constexpr int kGap = 7;
constexpr int kPad = 3; ///< room for the sign of focus

} // namespace

QSize CheckBox::sizeHint() const
{
    const QSize words = fontMetrics().size(Qt::TextShowMnemonic, text());
    return {kCheckSize + kGap + words.width() + 2 * kPad, std::max(kCheckSize, words.height()) + 2 * kPad};
}

QSize CheckBox::minimumSizeHint() const
{
    return sizeHint();
}

void CheckBox::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (hasFocus()) {
        painter.setPen(palette().color(QPalette::Highlight));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    }
    const QRect box(kPad, (height() - kCheckSize) / 2, kCheckSize, kCheckSize);
    paintCheck(painter, QStyle::visualRect(layoutDirection(), rect(), box), palette(), checkState());
    const QRect words = rect().adjusted(kPad + kCheckSize + kGap, 0, -kPad, 0);
    const auto align = QStyle::visualAlignment(layoutDirection(), Qt::AlignLeading | Qt::AlignVCenter);
    style()->drawItemText(&painter, QStyle::visualRect(layoutDirection(), rect(), words),
                          int(align) | Qt::TextShowMnemonic, palette(), isEnabled(), text(),
                          QPalette::WindowText);
}

bool CheckBox::hitButton(const QPoint &where) const
{
    return rect().contains(where);
}

void paintCheck(QPainter &painter, const QRect &where, const QPalette &palette, Qt::CheckState state)
{
    const QRectF box = QRectF(where).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool filled = state != Qt::Unchecked;
    const QColor accent = palette.color(QPalette::Highlight);
    painter.setPen(QPen(filled ? accent : themeColours().faint, 1.2));
    painter.setBrush(filled ? QBrush(accent) : Qt::NoBrush);
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(
        QPen(palette.color(QPalette::HighlightedText), 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    if (state == Qt::Checked) {
        const QPointF tick[] = {box.topLeft() + QPointF(3.4, 8), box.topLeft() + QPointF(6.6, 11.2),
                                box.topLeft() + QPointF(11.8, 4.6)};
        painter.drawPolyline(tick, 3);
    } else if (state == Qt::PartiallyChecked) {
        painter.drawLine(box.topLeft() + QPointF(4, 7.5), box.topLeft() + QPointF(11, 7.5));
    }
}

} // namespace ui
