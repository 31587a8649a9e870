#pragma once

#include <QWidget>

namespace ui {

/// Covers its parent while files are dragged over it and says what dropping them does. Lets all events
/// through.
class DropOverlay final : public QWidget
{
    Q_OBJECT

public:
    explicit DropOverlay(QWidget *parent);

    void cover();

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace ui
