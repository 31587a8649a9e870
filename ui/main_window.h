#pragma once

#include "ui/settings/settings.h"
#include "ui/shared/message_bar.h"
#include "ui/workspace.h"

#include <QMainWindow>
#include <QPointer>

class QLabel;
class QSplitter;
class QStackedWidget;

namespace ui {

class Actions;
class ChatView;
class DropOverlay;
class EmptyPage;
class HistoryView;
class LibraryView;
class PasswordDialog;
class QuestionBox;
class ReaderPane;
class ScopeMenu;

/// The window: lists, conversation, page; what is dropped on it; what it remembers of itself.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Workspace &workspace, Settings &settings, QWidget *parent = nullptr);
    ~MainWindow() override;

    void notice(const Notice &notice);
    void addPaths(const QStringList &filesAndFolders);

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void buildPanes();
    QWidget *buildSidebar();
    QWidget *buildChat();
    void buildStatusLine();
    void connectActions();
    void connectLibrary();
    void connectChat();
    void connectAnswers();
    void connectScope();
    void restore();
    void remember();

    void send(const QString &question);
    void chooseFiles();
    void chooseFolder();
    void askToRemove(int row);
    void askForPassword(const QString &path, bool wasWrong);
    void openSettings();
    void openLink(const QUrl &link);
    void showAbout();
    void openReport(rag::DocumentId document);
    void choosePages();
    void nameCollection();
    void removeCollection(const CollectionEntry &collection);
    void askWhatToList(rag::DocumentId document);
    /// @param what  to list
    void startTask(rag::TaskKind kind, const std::vector<rag::DocumentId> &documents, const QString &what);
    void showPage(rag::DocumentId document, int page);
    void showCitation(const rag::Citation &citation);
    void showReader(bool shown);
    void showModelProblem(const engine::Error &error);
    void showStatus(const ModelStatus &status);
    void updateScope();
    void updateAnswering();
    void updatePages();

    Workspace &m_workspace;
    Settings &m_settings;
    Actions *m_actions;
    QSplitter *m_panes = nullptr;
    QSplitter *m_lists = nullptr;
    LibraryView *m_library = nullptr;
    HistoryView *m_history = nullptr;
    MessageBar *m_messages = nullptr;
    QStackedWidget *m_stack = nullptr;
    EmptyPage *m_empty = nullptr;
    ChatView *m_chat = nullptr;
    QuestionBox *m_question = nullptr;
    ScopeMenu *m_scopeMenu = nullptr;
    ReaderPane *m_reader = nullptr;
    DropOverlay *m_overlay = nullptr;
    QLabel *m_state = nullptr;
    QLabel *m_model = nullptr;
    QLabel *m_speed = nullptr;
    QPointer<PasswordDialog> m_passwordDialog;
    QStringList m_passwordsWanted; ///< documents whose turn comes after the dialog that is open
};

} // namespace ui
