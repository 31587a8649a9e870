#include "ui/reader/page_canvas.h"

#include "ui/settings/theme.h"
#include "ui/shared/convert.h"

#include <QPainter>

namespace ui {

namespace {

constexpr int kEdge = 12; ///< round the page

} // namespace

PageCanvas::PageCanvas(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("pageCanvas"));
}

void PageCanvas::setPage(const QImage &image, const QSizeF &points, const std::vector<rag::Box> &boxes)
{
    m_image = image;
    m_image.setDevicePixelRatio(devicePixelRatioF());
    m_points = points;
    m_boxes = boxes;
    resize(sizeHint());
    updateGeometry();
    update();
}

std::vector<QRectF> PageCanvas::paintedBoxes() const
{
    std::vector<QRectF> painted;
    if (m_points.isEmpty()) {
        return painted;
    }
    const QRectF page = pageRect();
    const double scale = page.width() / m_points.width();
    for (const rag::Box &box : m_boxes) {
        const QRectF points = toQRectF(box);
        painted.emplace_back(page.topLeft() + points.topLeft() * scale, points.size() * scale);
    }
    return painted;
}

QSize PageCanvas::sizeHint() const
{
    const QSizeF size = m_image.deviceIndependentSize();
    return QSize(int(size.width()), int(size.height())) + QSize(2 * kEdge, 2 * kEdge);
}

QRectF PageCanvas::pageRect() const
{
    const QSizeF size = m_image.deviceIndependentSize();
    return {std::max<qreal>(kEdge, (width() - size.width()) / 2), qreal(kEdge), size.width(), size.height()};
}

void PageCanvas::paintEvent(QPaintEvent *)
{
    if (m_image.isNull()) {
        return;
    }
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF page = pageRect();
    painter.fillRect(page.translated(0, 2).adjusted(-1, -1, 1, 1), QColor(0, 0, 0, 40));
    painter.drawImage(page.topLeft(), m_image);
    // As a highlighter does it: the ink stays black.
    painter.setCompositionMode(QPainter::CompositionMode_Multiply);
    for (const QRectF &box : paintedBoxes()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(255, 226, 110));
        painter.drawRoundedRect(box.adjusted(-2, -1, 2, 1), 3, 3);
    }
    painter.setCompositionMode(QPainter::CompositionMode_SourceOver);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0xd9, 0x8e, 0x04), 1.2));
    for (const QRectF &box : paintedBoxes()) {
        painter.drawRoundedRect(box.adjusted(-2, -1, 2, 1), 3, 3);
    }
}

} // namespace ui
