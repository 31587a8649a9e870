#include "ui/shared/drop_overlay.h"

#include "ui/shared/icons.h"

#include <QPainter>

namespace ui {

DropOverlay::DropOverlay(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("dropOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAccessibleName(tr("Drop to add to the library"));
    hide();
}

void DropOverlay::cover()
{
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

void DropOverlay::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = palette().color(QPalette::Window);
    veil.setAlpha(225);
    painter.fillRect(rect(), veil);

    const QColor accent = palette().color(QPalette::Highlight);
    const QRectF frame = QRectF(rect()).adjusted(24, 24, -24, -24);
    painter.setPen(QPen(accent, 2.5, Qt::DashLine));
    painter.drawRoundedRect(frame, 16, 16);

    const QPoint centre = rect().center();
    icon(Icon::Document).paint(&painter, QRect(centre.x() - 28, centre.y() - 70, 56, 56));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    painter.setFont(large);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRect(0, centre.y(), width(), 40), Qt::AlignCenter, tr("Drop to add to the library"));
    painter.setFont(font());
    painter.drawText(QRect(0, centre.y() + 42, width(), 30), Qt::AlignCenter,
                     tr("PDF files, or folders with PDF files"));
}

} // namespace ui
