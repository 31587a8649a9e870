#pragma once

#include "ui/settings/settings.h"

#include <QColor>

class QApplication;

namespace ui {

/// Colours that a palette has no place for.
struct ThemeColours
{
    QColor faint; ///< secondary text
    QColor line;  ///< thin separators
    QColor card;  ///< the user's messages, sources
    QColor cardHover;
    QColor accentTint; ///< behind citation marks
    QColor good;
    QColor warn;
    QColor bad;
};

/// Fusion with our palette and style sheet. May be called again when the theme changes.
void applyTheme(QApplication &application, Theme theme);
/// Those of the theme applied last.
const ThemeColours &themeColours();
bool isDarkTheme();

} // namespace ui
