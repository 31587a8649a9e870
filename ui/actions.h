#pragma once

#include <QAction>
#include <QObject>

#include <array>

class QMenuBar;

namespace ui {

/// Every action of the window with its text, shortcut, icon and menu. The window connects them.
class Actions final : public QObject
{
    Q_OBJECT

public:
    enum Id {
        AddFiles,
        AddFolder,
        OpenSettings,
        Quit,
        NewConversation,
        Ask,
        Stop,
        AnswerAgain,
        CopyAnswer,
        SearchConversations,
        ShowSidebar,
        ShowReader,
        NextPage,
        PreviousPage,
        ZoomIn,
        ZoomOut,
        FitWidth,
        About,
        Count
    };

    explicit Actions(QWidget *window);

    QAction *operator[](Id id) const { return m_actions[std::size_t(id)]; }

    void fill(QMenuBar &bar) const;

private:
    std::array<QAction *, Count> m_actions{};
};

} // namespace ui
