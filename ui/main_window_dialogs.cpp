// The dialogs of the window. None of them blocks.
#include "ui/chat/pages_dialog.h"
#include "ui/chat/scope_menu.h"
#include "ui/main_window.h"
#include "ui/reader/reader_pane.h"
#include "ui/report/report_dialog.h"
#include "ui/settings/settings_dialog.h"
#include "ui/shared/convert.h"
#include "ui/shared/name_dialog.h"
#include "ui/shared/password_dialog.h"

#include <QCoreApplication>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

namespace ui {

namespace {

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

void MainWindow::openReport(rag::DocumentId document)
{
    const auto *row = m_workspace.library().documents().find(document);
    if (!row) {
        return;
    }
    for (auto *open : findChildren<ReportDialog *>()) {
        open->close();
    }
    auto *dialog = new ReportDialog(document, toQString(row->document.name), this);
    StoreWorker &store = m_workspace.workers().store();
    connect(&store, &StoreWorker::reportLoaded, dialog, [dialog](const ReadingReport &report) {
        if (report.document == dialog->document()) {
            dialog->setReport(report);
        }
    });
    connect(dialog, &ReportDialog::pageWanted, this, &MainWindow::showPage);
    post(store, [worker = &store, document] { worker->loadReport(document); });
    dialog->show();
}

void MainWindow::choosePages()
{
    if (const auto *document = m_workspace.library().scope().only()) {
        (new PagesDialog(m_workspace.library().scope(), *document, this))->open();
    }
}

void MainWindow::nameCollection()
{
    auto *dialog =
        new NameDialog("collectionDialog", tr("Keep as a collection"),
                       tr("A name for the documents that are ticked now. One that is there already "
                          "gets these documents in place of its own."),
                       tr("Keep"), this);
    connect(dialog, &NameDialog::named, this, [this](const QString &name) {
        post(m_workspace.workers().store(),
             [store = &m_workspace.workers().store(), name, ids = m_workspace.library().scope().documents()] {
                 store->saveCollection(name, ids);
             });
    });
    dialog->open();
}

void MainWindow::removeCollection(const CollectionEntry &collection)
{
    auto *box =
        question(this, "collectionRemoveDialog", tr("Forget the collection “%1”?").arg(collection.name),
                 tr("Its documents stay in the library."));
    QPushButton *remove = box->addButton(tr("Forget it"), QMessageBox::DestructiveRole);
    box->setDefaultButton(box->addButton(tr("Cancel"), QMessageBox::RejectRole));
    connect(remove, &QPushButton::clicked, this, [this, id = collection.id] {
        post(m_workspace.workers().store(),
             [store = &m_workspace.workers().store(), id] { store->removeCollection(id); });
    });
    box->open();
}

void MainWindow::askWhatToList(rag::DocumentId document)
{
    auto *dialog = new NameDialog("listDialog", tr("List every…"),
                                  tr("What shall be listed? Every page of the document is read for it."),
                                  tr("List"), this);
    dialog->setPlaceholder(tr("deadline, person, amount of money…"));
    connect(dialog, &NameDialog::named, this,
            [this, document](const QString &what) { startTask(rag::TaskKind::ListEvery, {document}, what); });
    dialog->open();
}

void MainWindow::startTask(rag::TaskKind kind, const std::vector<rag::DocumentId> &documents,
                           const QString &what)
{
    QStringList names;
    for (const auto id : documents) {
        const auto *row = m_workspace.library().documents().find(id);
        names << (row ? toQString(row->document.name) : QString());
    }
    if (m_workspace.chat().isAnswering() || names.isEmpty()) {
        notice({Notice::Kind::Info,
                tr("An answer is being made."),
                tr("Wait for it, or stop it first."),
                {},
                {},
                6000,
                QStringLiteral("busy")});
        return;
    }
    QString text;
    switch (kind) {
    case rag::TaskKind::Summary:
        text = tr("Summarize “%1”").arg(names.front());
        break;
    case rag::TaskKind::Outline:
        text = tr("Outline “%1”").arg(names.front());
        break;
    case rag::TaskKind::ListEvery:
        text = tr("List every %1 in “%2”").arg(what, names.front());
        break;
    case rag::TaskKind::Comparison:
        text = tr("Compare “%1” with “%2”").arg(names.front(), names.back());
        break;
    }
    rag::TaskRequest task;
    task.kind = kind;
    task.documents = documents;
    task.question = toUtf8(what);
    task.language = toUtf8(QLocale().name().left(2));
    m_workspace.chat().runTask(task, text);
}

} // namespace ui
