#include "ui/reader/page_view.h"

#include "ui/reader/page_canvas.h"

#include <QKeyEvent>
#include <QScrollBar>
#include <QWheelEvent>

namespace ui {

PageView::PageView(QWidget *parent)
    : QScrollArea(parent)
    , m_canvas(new PageCanvas(this))
{
    setObjectName(QStringLiteral("pageView"));
    setAccessibleName(tr("Page"));
    setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    setFocusPolicy(Qt::StrongFocus);
    setWidget(m_canvas);
    m_canvas->setAutoFillBackground(false); // the area behind it shows
}

void PageView::show(const RenderedPage &page, const std::vector<rag::Box> &boxes, bool goToBoxes)
{
    m_canvas->setPage(page.image, page.points, boxes);
    if (goToBoxes) {
        goToFirstBox();
    }
}

void PageView::clear()
{
    m_canvas->setPage({}, {}, {});
}

const std::vector<rag::Box> &PageView::boxes() const
{
    return m_canvas->boxes();
}

std::vector<QRectF> PageView::paintedBoxes() const
{
    return m_canvas->paintedBoxes();
}

int PageView::widthForPage() const
{
    // Room for the scroll bar whether it is there or not: otherwise its coming and going changes the width
    // for ever.
    const int width = this->width() - verticalScrollBar()->sizeHint().width() - 28;
    return int(std::max(120, width) * devicePixelRatioF());
}

void PageView::goToFirstBox()
{
    const auto boxes = paintedBoxes();
    if (boxes.empty()) {
        verticalScrollBar()->setValue(0);
        return;
    }
    QRectF all = boxes.front();
    for (const QRectF &box : boxes) {
        all |= box;
    }
    const int above = std::max(24, (viewport()->height() - int(all.height())) / 3);
    verticalScrollBar()->setValue(int(all.top()) - above);
    horizontalScrollBar()->setValue(int(all.center().x()) - viewport()->width() / 2);
}

void PageView::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    if (event->oldSize().width() != event->size().width()) {
        emit resized();
    }
}

void PageView::wheelEvent(QWheelEvent *event)
{
    const int turn = event->angleDelta().y();
    if (event->modifiers() & Qt::ControlModifier) {
        emit zoomWanted(turn > 0 ? 1 : -1);
        event->accept();
        return;
    }
    const QScrollBar *bar = verticalScrollBar();
    if (turn < 0 && bar->value() == bar->maximum()) {
        emit pageWanted(1);
    } else if (turn > 0 && bar->value() == bar->minimum()) {
        emit pageWanted(-1);
    } else {
        QScrollArea::wheelEvent(event);
    }
}

void PageView::keyPressEvent(QKeyEvent *event)
{
    const QScrollBar *bar = verticalScrollBar();
    if (event->matches(QKeySequence::MoveToNextPage) && bar->value() == bar->maximum()) {
        emit pageWanted(1);
    } else if (event->matches(QKeySequence::MoveToPreviousPage) && bar->value() == bar->minimum()) {
        emit pageWanted(-1);
    } else {
        QScrollArea::keyPressEvent(event);
    }
}

} // namespace ui
