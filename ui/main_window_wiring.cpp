// The window's connections, and what it does when something is wanted of it. Its looks are in
// main_window.cpp, its dialogs in main_window_dialogs.cpp.
#include "ui/actions.h"
#include "ui/chat/answer_wishes.h"
#include "ui/chat/chat_view.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/question_box.h"
#include "ui/chat/scope_menu.h"
#include "ui/history/history_view.h"
#include "ui/library/library_view.h"
#include "ui/main_window.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"
#include "ui/shared/convert.h"
#include "ui/shared/drop_overlay.h"
#include "ui/shared/error_text.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QLocale>
#include <QMimeData>
#include <QSplitter>
#include <QStackedWidget>

namespace ui {

namespace {

QStringList localFiles(const QMimeData *data)
{
    QStringList files;
    for (const QUrl &url : data->urls()) {
        if (url.isLocalFile()) {
            files.append(url.toLocalFile());
        }
    }
    return files;
}

} // namespace

void MainWindow::connectActions()
{
    const auto on = [this](Actions::Id id, auto &&call) {
        connect((*m_actions)[id], &QAction::triggered, this, call);
    };
    on(Actions::AddFiles, [this] { chooseFiles(); });
    on(Actions::AddFolder, [this] { chooseFolder(); });
    on(Actions::OpenSettings, [this] { openSettings(); });
    on(Actions::Quit, [this] { close(); });
    on(Actions::NewConversation, [this] {
        m_workspace.chat().newConversation();
        m_question->focusText();
    });
    on(Actions::Ask, [this] { m_question->focusText(); });
    on(Actions::Stop, [this] { m_workspace.chat().stop(); });
    on(Actions::AnswerAgain, [this] { m_workspace.chat().regenerate(); });
    on(Actions::CopyAnswer, [this] { QGuiApplication::clipboard()->setText(m_chat->lastAnswer()); });
    on(Actions::SearchConversations, [this] {
        m_lists->show();
        m_history->focusSearch();
    });
    on(Actions::ShowSidebar, [this](bool shown) { m_lists->setVisible(shown); });
    on(Actions::ShowReader, [this](bool shown) { showReader(shown); });
    on(Actions::NextPage, [this] { m_reader->turn(1); });
    on(Actions::PreviousPage, [this] { m_reader->turn(-1); });
    on(Actions::ZoomIn, [this] { m_reader->zoom(1); });
    on(Actions::ZoomOut, [this] { m_reader->zoom(-1); });
    on(Actions::FitWidth, [this] { m_reader->fitWidth(); });
    on(Actions::About, [this] { showAbout(); });
    connect(m_empty, &EmptyPage::addClicked, this, &MainWindow::chooseFiles);
    connect(m_reader, &ReaderPane::closed, this, [this] { showReader(false); });
    connect(m_reader, &ReaderPane::passwordWanted, this,
            [this](const QString &path) { askForPassword(path, false); });
}

void MainWindow::connectLibrary()
{
    LibraryController &library = m_workspace.library();
    DocumentModel &documents = library.documents();
    connect(&library, &LibraryController::noticed, this, &MainWindow::notice);
    connect(&library, &LibraryController::modelProblem, this, &MainWindow::showModelProblem);
    connect(&library, &LibraryController::passwordNeeded, this, &MainWindow::askForPassword);
    connect(&library, &LibraryController::oneAdded, this, [this](const QString &path) {
        if (m_workspace.chat().messages().isEmpty()) { // its first page is seen at once, while it is read
            showReader(true);
            m_reader->openPage(QFileInfo(path).fileName(), 0, m_workspace.library().pageRequest(path));
        }
    });
    connect(&library.scope(), &AskScope::changed, this, &MainWindow::updateScope);
    connect(&documents, &QAbstractItemModel::dataChanged, this, &MainWindow::updateAnswering);
    connect(m_library, &LibraryView::openWanted, this, [this](rag::DocumentId id) { showPage(id, 0); });
    connect(&library, &LibraryController::reportWanted, this, &MainWindow::openReport);
    connect(m_library, &LibraryView::reportWanted, this, &MainWindow::openReport);
    connect(m_library, &LibraryView::listWanted, this, &MainWindow::askWhatToList);
    connect(
        m_library, &LibraryView::taskWanted, this,
        [this](rag::TaskKind kind, const std::vector<rag::DocumentId> &ids) { startTask(kind, ids, {}); });
    connect(m_library, &LibraryView::retryWanted, &library, &LibraryController::retry);
    connect(m_library, &LibraryView::stopWanted, &library, &LibraryController::stop);
    connect(m_library, &LibraryView::removeWanted, this, &MainWindow::askToRemove);
}

void MainWindow::connectChat()
{
    ChatController &chat = m_workspace.chat();
    connect(&chat, &ChatController::noticed, this, &MainWindow::notice);
    connect(&chat, &ChatController::modelProblem, this, &MainWindow::showModelProblem);
    connect(&chat, &ChatController::modelReady, this,
            [this] { m_messages->dismiss(QStringLiteral("model")); });
    connect(&chat, &ChatController::statusChanged, this, &MainWindow::showStatus);
    connect(&chat, &ChatController::answeringChanged, this, &MainWindow::updateAnswering);
    connect(&chat, &ChatController::opened, this, [this](rag::ConversationId id) {
        m_history->setOpen(id);
        updateAnswering();
    });
    connect(&chat.messages(), &QAbstractItemModel::modelReset, this, &MainWindow::updatePages);
    connect(&chat.messages(), &QAbstractItemModel::rowsInserted, this, &MainWindow::updatePages);
    connect(m_history, &HistoryView::openWanted, &chat, &ChatController::open);
    connect(m_history, &HistoryView::removeWanted, &chat, &ChatController::remove);
    connect(m_history, &HistoryView::searched, &chat, &ChatController::search);
    connect(m_question, &QuestionBox::sent, this, &MainWindow::send);
    connect(m_question, &QuestionBox::stopClicked, &chat, &ChatController::stop);
    connectAnswers();
    connect(&m_workspace.workers().store(), &StoreWorker::located, this, &MainWindow::showCitation);
    m_history->setOpen(chat.openConversation());
    if (!chat.status().model.isEmpty()) { // the window was built anew
        showStatus(chat.status());
    }
}

void MainWindow::connectAnswers()
{
    ChatController &chat = m_workspace.chat();
    AnswerWishes &wishes = m_chat->wishes();
    connect(&wishes, &AnswerWishes::citation, this, &MainWindow::showCitation);
    connect(&wishes, &AnswerWishes::page, this, &MainWindow::showPage);
    connect(&wishes, &AnswerWishes::link, this, &MainWindow::openLink);
    connect(&wishes, &AnswerWishes::again, &chat, [&chat] { chat.regenerate(); });
    connect(&wishes, &AnswerWishes::againSearchingFor, &chat, &ChatController::regenerate);
    connect(&wishes, &AnswerWishes::answerNow, &chat, &ChatController::answerNow);
    connect(&wishes, &AnswerWishes::ask, this, &MainWindow::send);
    connect(&wishes, &AnswerWishes::passage, this, [this](const rag::Passage &passage) {
        post(m_workspace.workers().store(),
             [store = &m_workspace.workers().store(), passage] { store->locate(passage); });
    });
}

void MainWindow::connectScope()
{
    m_scopeMenu = new ScopeMenu(m_workspace.library().scope(), this);
    m_question->setScopeMenu(m_scopeMenu);
    connect(m_scopeMenu, &QMenu::aboutToShow, this, [this] {
        const rag::DocumentId open = m_reader->isHidden() ? 0 : m_reader->document();
        const auto *row = m_workspace.library().documents().find(open);
        m_scopeMenu->setOpenDocument(row ? open : 0, row ? toQString(row->document.name) : QString());
    });
    connect(m_scopeMenu, &ScopeMenu::pagesWanted, this, &MainWindow::choosePages);
    connect(m_scopeMenu, &ScopeMenu::saveWanted, this, &MainWindow::nameCollection);
    connect(m_scopeMenu, &ScopeMenu::removeWanted, this, &MainWindow::removeCollection);
    StoreWorker &store = m_workspace.workers().store();
    const auto load = [&store] { post(store, [worker = &store] { worker->loadCollections(); }); };
    connect(&store, &StoreWorker::collectionsLoaded, m_scopeMenu, &ScopeMenu::setCollections);
    connect(&store, &StoreWorker::documentRemoved, m_scopeMenu, load);
    load();
}

void MainWindow::send(const QString &question)
{
    const DocumentModel &documents = m_workspace.library().documents();
    if (documents.countInScope() == 0) {
        const bool none = documents.rowCount() == 0;
        notice({Notice::Kind::Info,
                none ? tr("There is no document to ask yet.") : tr("No document is ticked."),
                none ? tr("Add a PDF first.") : tr("Tick those that shall be asked."),
                none ? tr("Add PDFs…") : tr("Ask all"),
                [this, none] {
                    if (none) {
                        chooseFiles();
                    } else {
                        m_workspace.library().documents().setScope({});
                    }
                },
                0, QStringLiteral("scope")});
        return;
    }
    m_messages->dismiss(QStringLiteral("scope"));
    rag::AnswerOptions options;
    options.maxTokens = m_settings.answerTokens();
    m_workspace.chat().setOptions(options);
    m_question->clear();
    m_workspace.chat().ask(question);
}

void MainWindow::showCitation(const rag::Citation &citation)
{
    showReader(true);
    m_reader->openCitation(citation, m_workspace.library().pageRequest(citation.document));
}

void MainWindow::showPage(rag::DocumentId document, int page)
{
    if (const auto *row = m_workspace.library().documents().find(document)) {
        showReader(true);
        m_reader->openPage(toQString(row->document.name), page, m_workspace.library().pageRequest(document));
    }
}

void MainWindow::showReader(bool shown)
{
    m_reader->setVisible(shown);
    if (!shown) {
        m_reader->close();
    }
    updatePages();
}

void MainWindow::showModelProblem(const engine::Error &error)
{
    const ErrorText text = errorText(error, Doing::LoadModel);
    m_model->setText(tr("No model"));
    notice({Notice::Kind::Error, text.what, text.todo, tr("Settings…"), [this] { openSettings(); }, 0,
            QStringLiteral("model")});
}

void MainWindow::showStatus(const ModelStatus &status)
{
    m_model->setText(status.model.isEmpty()    ? tr("Ready")
                     : status.device.isEmpty() ? status.model
                                               : QStringLiteral("%1 · %2").arg(status.model, status.device));
    m_speed->setText(status.tokensPerSecond > 0
                         ? tr("%1 tokens/s").arg(QLocale().toString(status.tokensPerSecond, 'f', 1))
                         : QString());
}

void MainWindow::updateScope()
{
    const DocumentModel &documents = m_workspace.library().documents();
    m_empty->setDocuments(documents.rowCount());
    m_question->setPlaceholder(documents.rowCount() == 0 ? tr("Add a PDF, then ask about it")
                                                         : tr("Ask about your documents"));
    m_question->setScopeText(m_workspace.library().scope().text());
    updateAnswering();
}

void MainWindow::updateAnswering()
{
    ChatController &chat = m_workspace.chat();
    const bool answering = chat.isAnswering();
    m_question->setAnswering(answering);
    (*m_actions)[Actions::Stop]->setEnabled(answering);
    (*m_actions)[Actions::AnswerAgain]->setEnabled(!answering && chat.openConversation() != 0);
    int reading = 0;
    for (int row = 0; row < m_workspace.library().documents().rowCount(); ++row) {
        reading += m_workspace.library().documents().row(row)->job != 0 ? 1 : 0;
    }
    m_state->setText(answering     ? tr("Answering…")
                     : reading > 0 ? tr("Reading %Ln document(s)…", nullptr, reading)
                                   : QString());
}

void MainWindow::updatePages()
{
    m_stack->setCurrentWidget(m_workspace.chat().messages().isEmpty() ? static_cast<QWidget *>(m_empty)
                                                                      : m_chat);
    const bool reading = !m_reader->isHidden();
    (*m_actions)[Actions::ShowReader]->setChecked(reading);
    for (const auto id :
         {Actions::NextPage, Actions::PreviousPage, Actions::ZoomIn, Actions::ZoomOut, Actions::FitWidth}) {
        (*m_actions)[id]->setEnabled(reading);
    }
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasUrls() && !localFiles(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
        m_overlay->cover();
    }
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent *)
{
    m_overlay->hide();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    m_overlay->hide();
    event->acceptProposedAction();
    addPaths(localFiles(event->mimeData()));
}

} // namespace ui
