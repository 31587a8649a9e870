#pragma once

#include <QIcon>
#include <QPalette>

namespace ui {

enum class Icon {
    Add,
    Folder,
    NewChat,
    Send,
    Stop,
    Copy,
    Redo,
    Close,
    Previous, ///< mirrored in right-to-left layouts, like Next
    Next,
    Unfolded,
    ZoomIn,
    ZoomOut,
    FitWidth,
    Search,
    Settings,
    Trash,
    Pencil,
    Document,
    Lock,
    Warning,
    Info,
    Quote,
    More,
    Sidebar,
    Reader,
    Ask,
    Scope,
    Report,
    List,
    Compare
};

/// A line icon drawn from paths: sharp at every size, in the colour of the palette's text at the time it is
/// painted, so that it follows the theme.
QIcon icon(Icon which, QPalette::ColorRole colour = QPalette::ButtonText);

} // namespace ui
