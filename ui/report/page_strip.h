#pragma once

#include "rag/store/page_report.h"

#include <QWidget>

#include <vector>

namespace ui {

/// A small cell a page: green and plain, amber with a dot, red with a cross. A click or Enter chooses one.
class PageStrip final : public QWidget
{
    Q_OBJECT

public:
    explicit PageStrip(QWidget *parent = nullptr);

    void setPages(std::vector<rag::PageReport> pages);
    QRect cellRect(int index) const;

    bool hasHeightForWidth() const override { return true; }

    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

signals:
    void chosen(int page);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    int columns(int width) const;
    int indexAt(const QPoint &where) const;
    void setCurrent(int index);

    std::vector<rag::PageReport> m_pages;
    int m_current = 0; ///< that the keyboard is at
};

/// The sign of a grade: its colour and its shape.
void paintGrade(QPainter &painter, const QRect &where, rag::PageGrade grade);

} // namespace ui
