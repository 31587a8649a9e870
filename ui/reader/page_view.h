#pragma once

#include "ui/work/page_renderer.h"

#include <QImage>
#include <QScrollArea>

#include <vector>

namespace ui {

class PageCanvas;

/// A page with the cited boxes lit. It only shows: what it would like to see (another size, another page) it
/// says.
class PageView final : public QScrollArea
{
    Q_OBJECT

public:
    explicit PageView(QWidget *parent = nullptr);

    /// @param boxes  points, from the top left; the first is scrolled to when `goToBoxes`
    void show(const RenderedPage &page, const std::vector<rag::Box> &boxes, bool goToBoxes);
    void clear();
    const std::vector<rag::Box> &boxes() const;
    /// Where the boxes are painted, in the canvas's pixels.
    std::vector<QRectF> paintedBoxes() const;
    /// Device pixels a page may be wide so as to need no scrolling sideways.
    int widthForPage() const;

signals:
    void resized();
    void zoomWanted(int steps); ///< Ctrl and the wheel
    void pageWanted(int step);  ///< the wheel or a key went past the end (1) or the beginning (-1)

protected:
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void goToFirstBox();

    PageCanvas *m_canvas;
};

} // namespace ui
