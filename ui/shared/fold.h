#pragma once

#include <QToolButton>

namespace ui {

/// A line that shows or hides what stands below it.
class Fold final : public QToolButton
{
    Q_OBJECT

public:
    /// @param below  shown while unfolded; the caller lays it out
    Fold(const char *name, QWidget *below, bool unfolded, QWidget *parent = nullptr);

private:
    void showState();

    QWidget *m_below;
};

} // namespace ui
