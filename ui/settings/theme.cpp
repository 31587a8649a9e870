#include "ui/settings/theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

namespace ui {

namespace {

/// Warm paper and ink by day, a dim desk by night; one teal accent. Text on its ground has a contrast of at
/// least 4.5 : 1 (WCAG 2.1, 1.4.3).
struct Colours
{
    QColor window, base, alternate, text, faint, disabled, button, line, accent, onAccent, link, card,
        cardHover, accentTint, good, warn, bad, infoGround, warningGround, errorGround;
};

Colours light()
{
    return {QColor(0xf6f4ef), QColor(0xfffefb), QColor(0xf1eee7), QColor(0x23262b), QColor(0x5f6570),
            QColor(0xa3a6ab), QColor(0xfbfaf7), QColor(0xdedad0), QColor(0x0f766e), QColor(0xffffff),
            QColor(0x0f6a63), QColor(0xefebe2), QColor(0xe6e1d5), QColor(0xd5ebe7), QColor(0x2e7d4f),
            QColor(0x9a6a12), QColor(0xb3392f), QColor(0xe3efed), QColor(0xfaeed2), QColor(0xf9e0dc)};
}

Colours dark()
{
    return {QColor(0x1c1e21), QColor(0x232629), QColor(0x292c30), QColor(0xe6e4df), QColor(0xa0a5ad),
            QColor(0x6c7178), QColor(0x2d3135), QColor(0x3a3e43), QColor(0x2a9d8f), QColor(0xffffff),
            QColor(0x6fd0c3), QColor(0x2d3135), QColor(0x373c41), QColor(0x21423f), QColor(0x6fbf8f),
            QColor(0xe0b35a), QColor(0xef8b80), QColor(0x213634), QColor(0x40361f), QColor(0x472a27)};
}

ThemeColours g_colours; // the theme is one for the whole program, as the palette is
bool g_dark = false;

QPalette paletteOf(const Colours &c)
{
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.base);
    palette.setColor(QPalette::AlternateBase, c.alternate);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::PlaceholderText, c.faint);
    palette.setColor(QPalette::Button, c.button);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::ToolTipBase, c.card);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.onAccent);
    palette.setColor(QPalette::Link, c.link);
    palette.setColor(QPalette::LinkVisited, c.link);
    palette.setColor(QPalette::BrightText, c.bad);
    palette.setColor(QPalette::Mid, c.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, c.disabled);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    return palette;
}

QString styleSheetOf(const Colours &c)
{
    QString sheet = QStringLiteral(R"(
QToolTip { background: @card; color: @text; border: 1px solid @line; padding: 4px 6px; }
QSplitter::handle { background: @line; }
QMenuBar { background: @window; border-bottom: 1px solid @line; padding: 2px; }
QMenuBar::item { padding: 4px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @cardHover; }
QStatusBar { background: @window; border-top: 1px solid @line; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @faint; padding: 2px 8px; }
QLabel#faint, QLabel[faint="true"], QLabel#scan { color: @faint; }
QLabel#heading { font-weight: 600; }
QLabel#emptyTitle { font-size: 15pt; font-weight: 600; }
QListView, QListWidget { background: transparent; border: none; outline: none; }
QLineEdit { background: @base; border: 1px solid @line; border-radius: 6px; padding: 5px 8px; selection-background-color: @accent; }
QLineEdit:focus { border-color: @accent; }
QPushButton { background: @button; border: 1px solid @line; border-radius: 6px; padding: 5px 14px; }
QPushButton:hover { background: @cardHover; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @disabled; }
QDialogButtonBox, QMessageBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:default, QPushButton#primary { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton:default:disabled, QPushButton#primary:disabled { background: @line; color: @disabled; border-color: @line; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 4px; background: transparent; }
QToolButton:hover { background: @cardHover; }
QToolButton:pressed, QToolButton:checked { background: @accentTint; }
QToolButton:focus { border-color: @accent; }
QToolButton[fold="true"] { color: @faint; padding: 2px 4px; }
QToolButton[fold="true"]:checked { background: transparent; }
QPlainTextEdit#thoughts { background: @alternate; color: @faint; border-radius: 8px; padding: 4px 6px; }
QPushButton[chip="true"] { background: transparent; border-radius: 12px; padding: 4px 10px; text-align: left; }
QPushButton[chip="true"]:hover { background: @card; border-color: @accent; }
QPushButton[chip="true"]:focus { border-color: @accent; }
QPushButton#answerNow { padding: 2px 10px; border-radius: 10px; }
QProgressBar { background: @line; border: none; border-radius: 2px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QToolButton#send { background: @accent; border-radius: 15px; padding: 4px; }
QToolButton#send:hover { background: @link; }
QToolButton#send:disabled { background: @line; }
QToolButton#scope { color: @faint; padding: 2px 6px; text-align: left; }
QToolButton::menu-indicator { image: none; }
QWidget#sidebar, QWidget#readerPane { background: @window; }
QWidget#chatPane, QWidget#chatCanvas { background: @base; }
QScrollArea#chatView { border: none; background: @base; }
QAbstractScrollArea#pageView { border: none; background: @alternate; }
QFrame#questionFrame { background: @window; border: 1px solid @line; border-radius: 12px; }
QFrame#questionFrame[focused="true"] { border-color: @accent; }
QPlainTextEdit#question { border: none; background: transparent; padding: 0 4px; }
QFrame#userBubble { background: @card; border-radius: 12px; }
QTextBrowser { border: none; background: transparent; selection-background-color: @accent; selection-color: @onAccent; }
QPushButton#source { text-align: left; background: transparent; border: 1px solid @line; border-radius: 8px; padding: 6px 10px; color: @text; }
QPushButton#source:hover { background: @card; border-color: @accent; }
QPushButton#source:focus { border-color: @accent; }
QFrame#notice { border-radius: 8px; border: 1px solid @line; background: @infoGround; }
QFrame#notice[kind="warning"] { background: @warningGround; }
QFrame#notice[kind="error"] { background: @errorGround; }
QLabel#quote { color: @text; background: @card; border-radius: 8px; padding: 8px 10px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 4px; margin: 1px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)");
    const std::pair<const char *, QColor> names[] = {{"@cardHover", c.cardHover},
                                                     {"@card", c.card},
                                                     {"@accentTint", c.accentTint},
                                                     {"@accent", c.accent},
                                                     {"@onAccent", c.onAccent},
                                                     {"@text", c.text},
                                                     {"@line", c.line},
                                                     {"@link", c.link},
                                                     {"@window", c.window},
                                                     {"@faint", c.faint},
                                                     {"@base", c.base},
                                                     {"@button", c.button},
                                                     {"@disabled", c.disabled},
                                                     {"@alternate", c.alternate},
                                                     {"@infoGround", c.infoGround},
                                                     {"@warningGround", c.warningGround},
                                                     {"@errorGround", c.errorGround}};
    for (const auto &[name, colour] : names) {
        sheet.replace(QLatin1String(name), colour.name());
    }
    return sheet;
}

/// Qt 6.4 does not tell the desktop's colour scheme; the palette the platform gave before ours does.
bool systemIsDark(const QApplication &application)
{
    static const bool dark = application.palette().color(QPalette::Window).lightness() < 128;
    return dark;
}

} // namespace

void applyTheme(QApplication &application, Theme theme)
{
    g_dark = systemIsDark(application);
    if (theme != Theme::System) {
        g_dark = theme == Theme::Dark;
    }
    const Colours colours = g_dark ? dark() : light();
    g_colours = {colours.faint,      colours.line, colours.card, colours.cardHover,
                 colours.accentTint, colours.good, colours.warn, colours.bad};
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setPalette(paletteOf(colours));
    application.setStyleSheet(styleSheetOf(colours));
}

const ThemeColours &themeColours()
{
    return g_colours;
}

bool isDarkTheme()
{
    return g_dark;
}

} // namespace ui
