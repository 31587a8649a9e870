#pragma once

#include <QMargins>
#include <QWidget>

namespace ui {

/// Margins as they are for a window from left to right, for the way this one goes: layouts mirror what is in
/// them, not their margins.
inline QMargins mirrored(const QMargins &margins, const QWidget &widget)
{
    return widget.layoutDirection() == Qt::LeftToRight
               ? margins
               : QMargins(margins.right(), margins.top(), margins.left(), margins.bottom());
}

} // namespace ui
