#pragma once

#include <QCheckBox>

class QPainter;
class QPalette;

namespace ui {

/// A check box in the program's own look, the same in lists and dialogs.
class CheckBox final : public QCheckBox
{
    Q_OBJECT

public:
    using QCheckBox::QCheckBox;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool hitButton(const QPoint &where) const override;
};

/// The box alone, 16 wide and high, with a tick, or with a dash where only some are ticked.
void paintCheck(QPainter &painter, const QRect &where, const QPalette &palette, Qt::CheckState state);

constexpr int kCheckSize = 16;

} // namespace ui
