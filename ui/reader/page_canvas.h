#pragma once

#include "rag/types.h"

#include <QImage>
#include <QSizeF>
#include <QWidget>

#include <vector>

namespace ui {

/// The page's picture, at the size it was rendered for, and the boxes on it.
class PageCanvas final : public QWidget
{
    Q_OBJECT

public:
    explicit PageCanvas(QWidget *parent = nullptr);

    void setPage(const QImage &image, const QSizeF &points, const std::vector<rag::Box> &boxes);

    const std::vector<rag::Box> &boxes() const { return m_boxes; }

    std::vector<QRectF> paintedBoxes() const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QRectF pageRect() const;

    QImage m_image;
    QSizeF m_points;
    std::vector<rag::Box> m_boxes;
};

} // namespace ui
