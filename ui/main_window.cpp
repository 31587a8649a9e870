#include "ui/main_window.h"

#include "ui/actions.h"
#include "ui/chat/chat_view.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/question_box.h"
#include "ui/history/history_view.h"
#include "ui/library/library_view.h"
#include "ui/reader/reader_pane.h"
#include "ui/shared/convert.h"
#include "ui/shared/drop_overlay.h"
#include "ui/shared/icons.h"
#include "ui/shared/password_dialog.h"

#include <QCloseEvent>
#include <QLabel>
#include <QMenuBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

namespace ui {

MainWindow::MainWindow(Workspace &workspace, Settings &settings, QWidget *parent)
    : QMainWindow(parent)
    , m_workspace(workspace)
    , m_settings(settings)
    , m_actions(new Actions(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Warraq"));
    setAcceptDrops(true);
    m_actions->fill(*menuBar());
    buildPanes();
    buildStatusLine();
    m_overlay = new DropOverlay(this);
    connectActions();
    connectLibrary();
    connectChat();
    connectScope();
    updateScope();
    updateAnswering();
    updatePages();
    restore();
    m_question->focusText();
}

MainWindow::~MainWindow()
{
    remember();
}

void MainWindow::buildPanes()
{
    m_panes = new QSplitter(Qt::Horizontal, this);
    m_panes->setObjectName(QStringLiteral("panes"));
    m_panes->setHandleWidth(1);
    m_panes->setChildrenCollapsible(false);
    m_panes->addWidget(buildSidebar());
    m_panes->addWidget(buildChat());
    m_reader = new ReaderPane(m_workspace.workers(), this);
    m_panes->addWidget(m_reader);
    m_panes->setStretchFactor(1, 3);
    m_panes->setStretchFactor(2, 2);
    m_panes->setSizes({270, 560, 450});
    m_reader->hide();
    setCentralWidget(m_panes);
}

QWidget *MainWindow::buildSidebar()
{
    m_library = new LibraryView(m_workspace.library().documents(),
                                {(*m_actions)[Actions::AddFiles], (*m_actions)[Actions::AddFolder]}, this);
    m_history =
        new HistoryView(m_workspace.chat().conversations(), (*m_actions)[Actions::NewConversation], this);
    m_lists = new QSplitter(Qt::Vertical, this);
    m_lists->setObjectName(QStringLiteral("sidebar"));
    m_lists->setHandleWidth(1);
    m_lists->setChildrenCollapsible(false);
    m_lists->addWidget(m_library);
    m_lists->addWidget(m_history);
    m_lists->setSizes({360, 340});
    m_lists->setMinimumWidth(210);
    return m_lists;
}

QWidget *MainWindow::buildChat()
{
    auto *pane = new QWidget(this);
    pane->setObjectName(QStringLiteral("chatPane"));
    pane->setAttribute(Qt::WA_StyledBackground);
    pane->setMinimumWidth(320);
    m_messages = new MessageBar(pane);
    m_empty = new EmptyPage(pane);
    m_chat = new ChatView(m_workspace.chat().messages(), pane);
    m_stack = new QStackedWidget(pane);
    m_stack->setObjectName(QStringLiteral("chatStack"));
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_chat);
    m_question = new QuestionBox(pane);

    auto *notices = new QHBoxLayout;
    notices->setContentsMargins(14, 10, 14, 0);
    notices->addWidget(m_messages);
    auto *question = new QHBoxLayout;
    question->setContentsMargins(20, 6, 20, 16);
    question->addStretch(1);
    question->addWidget(m_question, 100);
    question->addStretch(1);
    m_question->setMaximumWidth(780);
    auto *column = new QVBoxLayout(pane);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(notices);
    column->addWidget(m_stack, 1);
    column->addLayout(question);
    return pane;
}

void MainWindow::buildStatusLine()
{
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("state"));
    m_model = new QLabel(tr("Loading the models…"), this);
    m_model->setObjectName(QStringLiteral("model"));
    m_model->setTextFormat(Qt::PlainText);
    m_speed = new QLabel(this);
    m_speed->setObjectName(QStringLiteral("speed"));
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_state, 1);
    statusBar()->addPermanentWidget(m_model);
    statusBar()->addPermanentWidget(m_speed);
}

void MainWindow::notice(const Notice &notice)
{
    m_messages->show(notice);
}

void MainWindow::addPaths(const QStringList &filesAndFolders)
{
    m_workspace.library().add(filesAndFolders);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    remember();
    event->accept();
}

void MainWindow::restore()
{
    resize(1280, 800);
    restoreGeometry(m_settings.state(QStringLiteral("window")));
    m_panes->restoreState(m_settings.state(QStringLiteral("panes")));
    m_lists->restoreState(m_settings.state(QStringLiteral("lists")));
    m_lists->setVisible(m_settings.state(QStringLiteral("listsHidden")) != "1");
    m_panes->setHandleWidth(1);
    m_lists->setHandleWidth(1);
    m_reader->hide(); // it has no page yet
    (*m_actions)[Actions::ShowSidebar]->setChecked(!m_lists->isHidden());
}

void MainWindow::remember()
{
    m_settings.setState(QStringLiteral("window"), saveGeometry());
    m_settings.setState(QStringLiteral("panes"), m_panes->saveState());
    m_settings.setState(QStringLiteral("lists"), m_lists->saveState());
    m_settings.setState(QStringLiteral("listsHidden"), m_lists->isHidden() ? "1" : "0");
}

} // namespace ui
