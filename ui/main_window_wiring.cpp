// The window's connections, and what it does when something is wanted of it. Its looks are in
// main_window.cpp.
#include "ui/actions.h"
#include "ui/chat/chat_view.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/question_box.h"
#include "ui/history/history_view.h"
#include "ui/library/library_view.h"
#include "ui/main_window.h"
#include "ui/reader/page_view.h"
#include "ui/reader/reader_pane.h"
#include "ui/settings/settings_dialog.h"
#include "ui/shared/convert.h"
#include "ui/shared/drop_overlay.h"
#include "ui/shared/error_text.h"
#include "ui/shared/password_dialog.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QLocale>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
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

/// A question box that does not block and shows no mark-up of what others wrote.
QMessageBox *question(QWidget *parent, const char *name, const QString &text, const QString &detail)
{
    auto *box = new QMessageBox(QMessageBox::Question, QCoreApplication::applicationName(), text,
                                QMessageBox::NoButton, parent);
    box->setObjectName(QLatin1String(name));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(detail);
    return box;
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
    connect(&documents, &DocumentModel::scopeChanged, this, &MainWindow::updateScope);
    connect(&documents, &QAbstractItemModel::rowsInserted, this, &MainWindow::updateScope);
    connect(&documents, &QAbstractItemModel::rowsRemoved, this, &MainWindow::updateScope);
    connect(&documents, &QAbstractItemModel::dataChanged, this, &MainWindow::updateAnswering);
    connect(m_library, &LibraryView::openWanted, this, [this](rag::DocumentId id) {
        if (const auto *row = m_workspace.library().documents().find(id)) {
            showReader(true);
            m_reader->openPage(toQString(row->document.name), 0, m_workspace.library().pageRequest(id));
        }
    });
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
    connect(m_chat, &ChatView::citationClicked, this, &MainWindow::showCitation);
    connect(m_chat, &ChatView::linkClicked, this, &MainWindow::openLink);
    connect(m_chat, &ChatView::regenerateClicked, &chat, &ChatController::regenerate);
    connect(m_chat, &ChatView::passageClicked, this, [this](const rag::Passage &passage) {
        post(m_workspace.workers().store(),
             [store = &m_workspace.workers().store(), passage] { store->locate(passage); });
    });
    connect(&m_workspace.workers().store(), &StoreWorker::located, this, &MainWindow::showCitation);
    m_history->setOpen(chat.openConversation());
    if (!chat.status().model.isEmpty()) { // the window was built anew
        showStatus(chat.status());
    }
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

void MainWindow::chooseFiles()
{
    auto *dialog = new QFileDialog(this, tr("Add PDFs"));
    dialog->setObjectName(QStringLiteral("fileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("PDF files (*.pdf *.PDF)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::addPaths);
    dialog->open();
}

void MainWindow::chooseFolder()
{
    auto *dialog = new QFileDialog(this, tr("Add a folder"));
    dialog->setObjectName(QStringLiteral("folderDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::addPaths);
    dialog->open();
}

void MainWindow::askToRemove(int row)
{
    DocumentModel &documents = m_workspace.library().documents();
    const auto *document = documents.row(row);
    if (!document) {
        return;
    }
    if (document->document.id == 0) {
        m_workspace.library().remove(row);
        return;
    }
    const rag::DocumentId id = document->document.id;
    auto *box = question(
        this, "removeDialog", tr("Remove “%1” from the library?").arg(toQString(document->document.name)),
        tr("Everything that was read from it is deleted. The file itself stays where it is, and so do "
           "conversations that cite it."));
    QPushButton *remove = box->addButton(tr("Remove"), QMessageBox::DestructiveRole);
    box->setDefaultButton(box->addButton(tr("Cancel"), QMessageBox::RejectRole));
    connect(remove, &QPushButton::clicked, this, [this, id] {
        if (m_reader->path() == m_workspace.library().pageRequest(id).path) {
            showReader(false);
        }
        m_workspace.library().remove(m_workspace.library().documents().rowOf(id));
    });
    box->open();
}

void MainWindow::askForPassword(const QString &path, bool wasWrong)
{
    if (m_passwordDialog) {
        if (!m_passwordsWanted.contains(path)) {
            m_passwordsWanted.append(path);
        }
        return;
    }
    m_passwordDialog = new PasswordDialog(QFileInfo(path).fileName(), wasWrong, this);
    connect(m_passwordDialog, &QDialog::finished, this, [this, path](int result) {
        const QString password = m_passwordDialog->password();
        m_passwordDialog.clear();
        if (result == QDialog::Accepted) {
            m_workspace.library().givePassword(path, password);
            if (m_reader->path() == path) {
                m_reader->reload(m_workspace.library().pageRequest(path));
            }
        }
        if (!m_passwordsWanted.isEmpty()) {
            askForPassword(m_passwordsWanted.takeFirst(), false);
        }
    });
    m_passwordDialog->open();
}

void MainWindow::openSettings()
{
    (new SettingsDialog(m_settings, this))->open();
}

/// A model may write any link: it is opened only after a question that shows the whole address, and only as a
/// page of the web or a letter, never as a file.
void MainWindow::openLink(const QUrl &link)
{
    const QString scheme = link.scheme().toLower();
    if (scheme != QLatin1String("http") && scheme != QLatin1String("https") &&
        scheme != QLatin1String("mailto")) {
        notice({Notice::Kind::Warning,
                tr("This link was not opened, since it leads to no page of the web."),
                link.toString(),
                {},
                {},
                8000,
                QStringLiteral("link")});
        return;
    }
    auto *box = question(this, "linkDialog",
                         tr("Open this address in the browser? The model wrote it; it may lead anywhere."),
                         link.toString(QUrl::FullyEncoded));
    QPushButton *open = box->addButton(tr("Open"), QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(tr("Cancel"), QMessageBox::RejectRole));
    connect(open, &QPushButton::clicked, this, [link] { QDesktopServices::openUrl(link); });
    box->open();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Warraq"),
                                tr("Warraq %1").arg(QCoreApplication::applicationVersion()),
                                QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("aboutDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(QPixmap(QStringLiteral(":/icons/warraq-64.png")));
    box->setInformativeText(
        tr("Ask any PDF, on your own machine, and check every answer against the page.\n\nThe name "
           "means the maker and seller of books and paper. Free software under the Apache License 2.0."));
    box->open();
}

void MainWindow::showCitation(const rag::Citation &citation)
{
    showReader(true);
    m_reader->openCitation(citation, m_workspace.library().pageRequest(citation.document));
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
    const int asked = documents.countInScope();
    m_empty->setDocuments(documents.rowCount());
    m_question->setPlaceholder(documents.rowCount() == 0 ? tr("Add a PDF, then ask about it")
                                                         : tr("Ask about your documents"));
    if (documents.rowCount() == 0) {
        m_question->setScopeText({});
    } else if (documents.scope().empty() && asked > 0) {
        m_question->setScopeText(tr("Asking the whole library: %Ln document(s)", nullptr, asked));
    } else {
        m_question->setScopeText(asked == 0 ? tr("No document is ticked")
                                            : tr("Asking %Ln document(s)", nullptr, asked));
    }
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
