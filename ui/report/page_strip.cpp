#include "ui/report/page_strip.h"

#include "ui/report/report_text.h"
#include "ui/settings/theme.h"
#include "ui/shared/convert.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>

#include <algorithm>

namespace ui {

namespace {

constexpr int kCell = 16;
constexpr int kStep = 20; ///< from one cell to the next

QColor colourOf(rag::PageGrade grade)
{
    switch (grade) {
    case rag::PageGrade::Green:
        return themeColours().good;
    case rag::PageGrade::Amber:
        return themeColours().warn;
    case rag::PageGrade::Red:
        return themeColours().bad;
    }
    return {};
}

} // namespace

void paintGrade(QPainter &painter, const QRect &where, rag::PageGrade grade)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF cell = QRectF(where).adjusted(0.5, 0.5, -0.5, -0.5);
    const QColor colour = colourOf(grade);
    QColor ground = colour;
    ground.setAlpha(grade == rag::PageGrade::Green ? 70 : 110);
    painter.setPen(QPen(colour, 1));
    painter.setBrush(ground);
    painter.drawRoundedRect(cell, 3, 3);
    const QPointF middle = cell.center();
    if (grade == rag::PageGrade::Amber) {
        painter.setBrush(painter.pen().color());
        painter.drawEllipse(middle, cell.width() / 8, cell.width() / 8);
    } else if (grade == rag::PageGrade::Red) {
        const qreal arm = cell.width() / 5;
        painter.setPen(QPen(colour, 1.8, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(middle - QPointF(arm, arm), middle + QPointF(arm, arm));
        painter.drawLine(middle - QPointF(arm, -arm), middle + QPointF(arm, -arm));
    }
    painter.restore();
}

PageStrip::PageStrip(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("pageStrip"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setCursor(Qt::PointingHandCursor);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Pages by how well they were read"));
}

void PageStrip::setPages(std::vector<rag::PageReport> pages)
{
    m_pages = std::move(pages);
    m_current = 0;
    updateGeometry();
    update();
}

int PageStrip::columns(int width) const
{
    return std::max(1, width / kStep);
}

int PageStrip::heightForWidth(int width) const
{
    const int across = columns(width);
    return std::max(1, (int(m_pages.size()) + across - 1) / across) * kStep;
}

QSize PageStrip::sizeHint() const
{
    return {25 * kStep, heightForWidth(25 * kStep)};
}

QRect PageStrip::cellRect(int index) const
{
    const int across = columns(width());
    const QRect cell(index % across * kStep + 2, index / across * kStep + 2, kCell, kCell);
    return QStyle::visualRect(layoutDirection(), QRect(0, 0, across * kStep, height()), cell);
}

int PageStrip::indexAt(const QPoint &where) const
{
    const int across = columns(width());
    const int x = isRightToLeft() ? across * kStep - 1 - where.x() : where.x();
    if (x < 0 || x >= across * kStep || where.y() < 0) {
        return -1;
    }
    const int index = where.y() / kStep * across + x / kStep;
    return index < int(m_pages.size()) ? index : -1;
}

void PageStrip::paintEvent(QPaintEvent *event)
{
    QPainter painter(this);
    for (int i = 0; i < int(m_pages.size()); ++i) {
        const QRect cell = cellRect(i);
        if (!event->rect().intersects(cell)) {
            continue;
        }
        paintGrade(painter, cell, m_pages[std::size_t(i)].grade);
        if (hasFocus() && i == m_current) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(cell.adjusted(-1, -1, 0, 0));
        }
    }
}

void PageStrip::setCurrent(int index)
{
    m_current = std::clamp(index, 0, std::max(0, int(m_pages.size()) - 1));
    if (!m_pages.empty()) {
        const auto &page = m_pages[std::size_t(m_current)];
        setAccessibleDescription(pageTitle(page) + QLatin1Char(' ') + reasonsText(page));
    }
    update();
}

void PageStrip::mousePressEvent(QMouseEvent *event)
{
    const int index = indexAt(event->pos());
    if (event->button() == Qt::LeftButton && index >= 0) {
        setCurrent(index);
        emit chosen(m_pages[std::size_t(index)].page);
    }
}

void PageStrip::mouseMoveEvent(QMouseEvent *event)
{
    setCursor(indexAt(event->pos()) >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void PageStrip::keyPressEvent(QKeyEvent *event)
{
    const int forward = isRightToLeft() ? -1 : 1;
    switch (event->key()) {
    case Qt::Key_Right:
        return setCurrent(m_current + forward);
    case Qt::Key_Left:
        return setCurrent(m_current - forward);
    case Qt::Key_Down:
        return setCurrent(m_current + columns(width()));
    case Qt::Key_Up:
        return setCurrent(m_current - columns(width()));
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (!m_pages.empty()) {
            emit chosen(m_pages[std::size_t(m_current)].page);
        }
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool PageStrip::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        if (const int index = indexAt(help->pos()); index >= 0) {
            const auto &page = m_pages[std::size_t(index)];
            const QString reasons = reasonsText(page);
            QToolTip::showText(help->globalPos(),
                               asToolTip(reasons.isEmpty() ? pageTitle(page)
                                                           : pageTitle(page) + QLatin1Char('\n') + reasons),
                               this, cellRect(index));
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace ui
