#include "ui/actions.h"

#include "ui/shared/icons.h"

#include <QMenu>
#include <QMenuBar>
#include <QWidget>

#include <optional>
#include <vector>

namespace ui {

namespace {

enum class Menu { File, Conversation, View, Help };

struct Entry
{
    Actions::Id id;
    Menu menu;
    const char *name;
    QString text;
    QString tip;
    QKeySequence keys;
    std::optional<Icon> icon;
    bool separated = false; ///< a line above
};

using A = Actions;

/// THE table.
std::vector<Entry> entries()
{
    using K = QKeySequence;
    return {
        {A::AddFiles, Menu::File, "addFiles", Actions::tr("&Add PDFs…"),
         Actions::tr("Add PDF files to the library"), K::Open, Icon::Add},
        {A::AddFolder, Menu::File, "addFolder", Actions::tr("Add a &folder…"),
         Actions::tr("Add all PDF files of a folder"), K(Qt::CTRL | Qt::SHIFT | Qt::Key_O), Icon::Folder},
        {A::OpenSettings, Menu::File, "settings", Actions::tr("&Settings…"),
         Actions::tr("Appearance, language, models"), K(Qt::CTRL | Qt::Key_Comma), Icon::Settings, true},
        {A::Quit, Menu::File, "quit", Actions::tr("&Quit"), Actions::tr("Close Warraq"),
         K(Qt::CTRL | Qt::Key_Q), Icon::Close, true},

        {A::NewConversation, Menu::Conversation, "newConversation", Actions::tr("&New conversation"),
         Actions::tr("Begin a new conversation"), K::New, Icon::NewChat},
        {A::Ask, Menu::Conversation, "ask", Actions::tr("&Write a question"),
         Actions::tr("Go to the question box"), K(Qt::CTRL | Qt::Key_L), Icon::Pencil, true},
        {A::Stop, Menu::Conversation, "stop", Actions::tr("&Stop answering"),
         Actions::tr("Stop the answer that is being made"), K(Qt::Key_Escape), Icon::Stop},
        {A::AnswerAgain, Menu::Conversation, "answerAgain", Actions::tr("Answer &again"),
         Actions::tr("Drop the last answer and make another"), K(Qt::CTRL | Qt::Key_R), Icon::Redo},
        {A::CopyAnswer, Menu::Conversation, "copyAnswer", Actions::tr("&Copy the answer"),
         Actions::tr("Copy the last answer"), K(Qt::CTRL | Qt::SHIFT | Qt::Key_C), Icon::Copy},
        {A::SearchConversations, Menu::Conversation, "search", Actions::tr("Searc&h conversations"),
         Actions::tr("Search in past conversations"), K(Qt::CTRL | Qt::SHIFT | Qt::Key_F), Icon::Search,
         true},

        {A::ShowSidebar, Menu::View, "showSidebar", Actions::tr("&Library and conversations"),
         Actions::tr("Show or hide the lists"), K(Qt::Key_F9), Icon::Sidebar},
        {A::ShowReader, Menu::View, "showReader", Actions::tr("&Page"), Actions::tr("Show or hide the page"),
         K(Qt::Key_F8), Icon::Reader},
        {A::NextPage, Menu::View, "nextPage", Actions::tr("&Next page"), Actions::tr("Go to the next page"),
         K(Qt::CTRL | Qt::Key_PageDown), Icon::Next, true},
        {A::PreviousPage, Menu::View, "previousPage", Actions::tr("P&revious page"),
         Actions::tr("Go to the previous page"), K(Qt::CTRL | Qt::Key_PageUp), Icon::Previous},
        {A::ZoomIn, Menu::View, "zoomIn", Actions::tr("L&arger"), Actions::tr("Show the page larger"),
         K::ZoomIn, Icon::ZoomIn},
        {A::ZoomOut, Menu::View, "zoomOut", Actions::tr("&Smaller"), Actions::tr("Show the page smaller"),
         K::ZoomOut, Icon::ZoomOut},
        {A::FitWidth, Menu::View, "fitWidth", Actions::tr("&Fit the width"),
         Actions::tr("Show the page as wide as its pane"), K(Qt::CTRL | Qt::Key_0), Icon::FitWidth},

        {A::About, Menu::Help, "about", Actions::tr("&About Warraq"), Actions::tr("Version and licence"), K(),
         Icon::Info},
    };
}

} // namespace

Actions::Actions(QWidget *window)
    : QObject(window)
{
    for (const Entry &entry : entries()) {
        auto *action = new QAction(entry.text, window);
        action->setObjectName(QLatin1String("action_") + QLatin1String(entry.name));
        action->setToolTip(
            entry.keys.isEmpty()
                ? entry.tip
                : QStringLiteral("%1 (%2)").arg(entry.tip, entry.keys.toString(QKeySequence::NativeText)));
        action->setStatusTip(QString());
        action->setShortcut(entry.keys);
        if (entry.icon) {
            action->setIcon(icon(*entry.icon));
        }
        window->addAction(action);
        m_actions[std::size_t(entry.id)] = action;
    }
    for (const Id id : {ShowSidebar, ShowReader}) {
        m_actions[std::size_t(id)]->setCheckable(true);
    }
    m_actions[std::size_t(Quit)]->setMenuRole(QAction::QuitRole);
    m_actions[std::size_t(OpenSettings)]->setMenuRole(QAction::PreferencesRole);
    m_actions[std::size_t(About)]->setMenuRole(QAction::AboutRole);
}

void Actions::fill(QMenuBar &bar) const
{
    QMenu *menus[] = {bar.addMenu(tr("&File")), bar.addMenu(tr("&Conversation")), bar.addMenu(tr("&View")),
                      bar.addMenu(tr("&Help"))};
    for (const Entry &entry : entries()) {
        QMenu *menu = menus[std::size_t(entry.menu)];
        if (entry.separated) {
            menu->addSeparator();
        }
        menu->addAction((*this)[entry.id]);
    }
}

} // namespace ui
