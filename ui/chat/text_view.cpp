#include "ui/chat/text_view.h"

#include <QAbstractTextDocumentLayout>
#include <QResizeEvent>
#include <QWheelEvent>

#include <cmath>

namespace ui {

TextView::TextView(QWidget *parent)
    : QTextBrowser(parent)
{
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    viewport()->setAutoFillBackground(false);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setTabChangesFocus(true);
    setAcceptDrops(false); // the window takes what is dropped
}

void TextView::show(std::unique_ptr<QTextDocument> document)
{
    document->setTextWidth(-1);
    m_naturalWidth = int(std::ceil(document->idealWidth())) + 2;
    document->setTextWidth(viewport()->width());
    document->setParent(this);
    updateGeometry();
    // The first one is Qt's own, which deletes it here.
    QTextDocument *before = this->document()->parent() == this ? this->document() : nullptr;
    setDocument(document.release());
    if (before) {
        before->deleteLater();
    }
    fitHeight();
}

bool TextView::hasSelection() const
{
    return textCursor().hasSelection();
}

QSize TextView::sizeHint() const
{
    return {m_naturalWidth, int(std::ceil(document()->size().height()))};
}

QSize TextView::minimumSizeHint() const
{
    return {40, fontMetrics().height()};
}

int TextView::heightForWidth(int) const
{
    return int(std::ceil(document()->size().height()));
}

void TextView::resizeEvent(QResizeEvent *event)
{
    QTextBrowser::resizeEvent(event);
    if (event->oldSize().width() != event->size().width()) {
        fitHeight();
    }
}

void TextView::wheelEvent(QWheelEvent *event)
{
    event->ignore(); // the conversation scrolls, not one message
}

QVariant TextView::loadResource(int, const QUrl &)
{
    return {};
}

void TextView::fitHeight()
{
    document()->setTextWidth(viewport()->width());
    const int height = int(std::ceil(document()->size().height())) + 2;
    if (height != this->height()) {
        setFixedHeight(height);
    }
}

} // namespace ui
