#include "ui/library/library_controller.h"

#include "ui/shared/convert.h"
#include "ui/shared/error_text.h"

#include <QFileInfo>

namespace ui {

LibraryController::LibraryController(Workers &workers, QObject *parent)
    : QObject(parent)
    , m_workers(workers)
{
    connectWorkers();
}

void LibraryController::connectWorkers()
{
    IngestWorker &ingest = m_workers.ingest();
    connect(&ingest, &IngestWorker::started, this, [this](quint64 job) { m_documents.jobBegun(job); });
    connect(&ingest, &IngestWorker::progressed, this,
            [this](quint64 job, const rag::IngestProgress &progress) {
                m_documents.jobProgressed(job, progress);
            });
    connect(&ingest, &IngestWorker::finished, this, &LibraryController::ingested);
    connect(&ingest, &IngestWorker::failed, this, &LibraryController::ingestFailed);
    connect(&ingest, &IngestWorker::unfinishedFound, this, &LibraryController::foundUnfinished);

    StoreWorker &store = m_workers.store();
    connect(&store, &StoreWorker::documentsLoaded, this, [this](const std::vector<rag::Document> &documents) {
        m_documents.setDocuments(documents);
        if (!m_started && !documents.empty()) {
            ui::post(m_workers.ingest(), [worker = &m_workers.ingest()] { worker->findUnfinished(); });
        }
        m_started = true;
    });
    connect(&store, &StoreWorker::failed, this, [this](StoreTask task, const engine::Error &error) {
        if (task == StoreTask::Documents || task == StoreTask::RemoveDocument) {
            const bool removing = task == StoreTask::RemoveDocument;
            const ErrorText text = errorText(error, removing ? Doing::RemoveDocument : Doing::ReadLibrary);
            emit noticed({Notice::Kind::Error, text.what, text.todo, {}, {}, 0, QStringLiteral("library")});
        }
    });
    connect(&store, &StoreWorker::pdfsFound, this,
            [this](const QStringList &files, const QStringList &others) {
                for (const QString &file : files) {
                    post({0, file, m_passwords.value(file), 0});
                }
                if (files.size() == 1) {
                    emit oneAdded(files.front());
                }
                if (!others.isEmpty()) {
                    emit noticed({Notice::Kind::Warning,
                                  tr("%Ln item(s) without a PDF were left out.", nullptr, int(others.size())),
                                  tr("Warraq reads PDF files and folders that hold some."),
                                  {},
                                  {},
                                  8000,
                                  QStringLiteral("notPdf")});
                }
            });
}

void LibraryController::start()
{
    ui::post(m_workers.store(), [worker = &m_workers.store()] { worker->loadDocuments(); });
}

void LibraryController::add(const QStringList &filesAndFolders)
{
    if (!filesAndFolders.isEmpty()) {
        ui::post(m_workers.store(),
                 [worker = &m_workers.store(), filesAndFolders] { worker->findPdfs(filesAndFolders); });
    }
}

void LibraryController::retry(int row)
{
    const auto *document = m_documents.row(row);
    if (!document || document->job != 0) {
        return;
    }
    const QString path = toQString(document->document.path);
    if (document->document.state == rag::DocumentState::NeedsPassword && !m_passwords.contains(path)) {
        emit passwordNeeded(path, false);
        return;
    }
    // A document that was begun goes on where it stopped; one that failed is opened afresh.
    const bool begun = document->document.state == rag::DocumentState::Ingesting ||
                       document->document.state == rag::DocumentState::Waiting;
    post({0, path, m_passwords.value(path), begun ? document->document.id : 0});
}

void LibraryController::stop(int row)
{
    const auto *document = m_documents.row(row);
    if (!document || document->job == 0) {
        return;
    }
    m_workers.ingest().cancel(document->job);
    if (!document->begun) { // the worker comes to it, and skips it, only after those before it
        m_documents.jobFailed(document->job, {rag::ErrorCode::Cancelled, "taken out of the queue"});
    }
}

void LibraryController::remove(int row)
{
    const auto *document = m_documents.row(row);
    if (!document) {
        return;
    }
    const rag::DocumentId id = document->document.id;
    if (document->job != 0 && document->begun) {
        m_removeAfter.insert(document->job); // its job must have ended when its rows go
        stop(row);
    } else if (id != 0) {
        stop(row);
        removeFromStore(id);
    } else if (document->job != 0) {
        stop(row); // takes the row out
    } else {
        m_documents.forget(row);
    }
}

void LibraryController::removeFromStore(rag::DocumentId id)
{
    ui::post(m_workers.store(), [store = &m_workers.store(), id] { store->removeDocument(id); });
}

/// @return whether the job was that of a document to be removed
bool LibraryController::removedAfter(quint64 job, rag::DocumentId id)
{
    if (!m_removeAfter.remove(job)) {
        return false;
    }
    if (id != 0) {
        removeFromStore(id);
    } else {
        start();
    }
    return true;
}

void LibraryController::givePassword(const QString &path, const QString &password)
{
    m_passwords.insert(path, password);
    for (int row = 0; row < m_documents.rowCount(); ++row) {
        const auto *document = m_documents.row(row);
        if (toQString(document->document.path) == path &&
            document->document.state == rag::DocumentState::NeedsPassword && document->job == 0) {
            post({0, path, password, document->document.id});
            return;
        }
    }
}

PageRequest LibraryController::pageRequest(rag::DocumentId document) const
{
    const auto *row = m_documents.find(document);
    PageRequest request = pageRequest(row ? toQString(row->document.path) : QString());
    request.document = document;
    return request;
}

PageRequest LibraryController::pageRequest(const QString &path) const
{
    PageRequest request;
    request.path = path;
    request.password = m_passwords.value(path);
    return request;
}

void LibraryController::post(IngestJob job)
{
    job.number = ++m_lastJob;
    m_documents.addJob(job.number, job.path, job.document);
    ui::post(m_workers.ingest(), [worker = &m_workers.ingest(), job] { worker->run(job); });
}

void LibraryController::ingested(quint64 job, const rag::Ingested &document)
{
    const auto *row = m_documents.findJob(job);
    const QString name = row ? toQString(row->document.name) : QString();
    m_documents.jobFinished(job, document);
    if (removedAfter(job, document.document)) {
        return;
    }
    start();
    if (document.alreadyThere) {
        emit noticed(
            {Notice::Kind::Info, tr("“%1” is in the library already.").arg(name), {}, {}, {}, 6000, {}});
        return;
    }
    const auto warn = [this, id = document.document](const QString &what, const QString &todo) {
        emit noticed({Notice::Kind::Warning, what, todo, tr("How it was read…"),
                      [this, id] { emit reportWanted(id); }, 0, QStringLiteral("read:%1").arg(id)});
    };
    if (document.pages > 0 && document.pagesWithoutText == document.pages) {
        warn(tr("“%1” has no text that can be read.").arg(name),
             tr("Its pages are pictures, probably scans. Answers cannot draw on it."));
    } else if (document.pagesSkipped > 0) {
        warn(tr("%Ln page(s) of “%1” could not be read.", nullptr, document.pagesSkipped).arg(name),
             tr("The other pages can be asked."));
    }
}

void LibraryController::ingestFailed(quint64 job, const engine::Error &error)
{
    if (job == 0) { // looking for unfinished documents, not a job
        emit modelProblem(error);
        return;
    }
    const auto *row = m_documents.findJob(job);
    if (!row) {
        return;
    }
    const QString path = toQString(row->document.path);
    const QString name = toQString(row->document.name);
    const rag::DocumentId id = row->document.id;
    m_documents.jobFailed(job, error);
    if (removedAfter(job, id)) {
        return;
    }
    start(); // the store may know more of it
    if (error.code == rag::ErrorCode::Locked) {
        emit passwordNeeded(path, m_passwords.remove(path) > 0);
        return;
    }
    if (error.code == rag::ErrorCode::Cancelled) {
        return;
    }
    const ErrorText text = errorText(error, Doing::AddDocument, name);
    emit noticed({Notice::Kind::Error, text.what, text.todo, tr("Try again"), [this, path] { add({path}); },
                  0, QStringLiteral("add:") + path});
}

void LibraryController::foundUnfinished(const std::vector<rag::Document> &documents)
{
    for (const auto &document : documents) {
        const auto *row = m_documents.find(document.id);
        if (document.state != rag::DocumentState::NeedsPassword && !(row && row->job != 0)) {
            post({0, toQString(document.path), {}, document.id});
        }
    }
}

} // namespace ui
