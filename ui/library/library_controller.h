#pragma once

#include "ui/library/ask_scope.h"
#include "ui/library/document_model.h"
#include "ui/shared/message_bar.h"
#include "ui/work/workers.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QStringList>

namespace ui {

/// What can be done to the library: turns the user's wishes into work for the workers, and what they tell
/// into changes of the model. Never waits.
class LibraryController final : public QObject
{
    Q_OBJECT

public:
    explicit LibraryController(Workers &workers, QObject *parent = nullptr);

    DocumentModel &documents() { return m_documents; }

    AskScope &scope() { return m_scope; }

    /// Reads the list and goes on with documents that were begun and not finished.
    void start();
    void add(const QStringList &filesAndFolders);
    void retry(int row);
    void stop(int row); ///< what is read so far stays
    void remove(int row);
    void givePassword(const QString &path, const QString &password);
    /// Where a document's file is, and the password given for it since the program started.
    PageRequest pageRequest(rag::DocumentId document) const;
    PageRequest pageRequest(const QString &path) const;

signals:
    void noticed(const ui::Notice &notice);
    /// One file, by itself, was found to be read.
    void oneAdded(const QString &path);
    void passwordNeeded(const QString &path, bool wasWrong);
    void modelProblem(const engine::Error &error);
    void reportWanted(rag::DocumentId document); ///< how it was read

private:
    void connectWorkers();
    void post(IngestJob job);
    void ingested(quint64 job, const rag::Ingested &document);
    void ingestFailed(quint64 job, const engine::Error &error);
    void removeFromStore(rag::DocumentId id);
    bool removedAfter(quint64 job, rag::DocumentId id);
    void foundUnfinished(const std::vector<rag::Document> &documents);

    Workers &m_workers;
    DocumentModel m_documents;
    AskScope m_scope{m_documents};
    QHash<QString, QString> m_passwords; ///< by path; never written to disk
    QSet<quint64> m_removeAfter;         ///< jobs whose document shall go when they end
    quint64 m_lastJob = 0;
    bool m_started = false;
};

} // namespace ui
