#pragma once

#include "rag/ingest/ingestor.h"
#include "ui/work/factories.h"

#include <QObject>
#include <QString>

#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace ui {

/// A file to take in, or (document not 0) a document to go on with.
struct IngestJob
{
    quint64 number = 0;
    QString path;
    QString password;
    rag::DocumentId document = 0;
};

/// Runs ingestion on the thread it was moved to, one job after the other in the order they were posted. The
/// ingestor is made at the first job, on that thread, since it may have to load the embedding model. Only
/// cancel() and cancelAll() may be called from another thread.
class IngestWorker final : public QObject
{
    Q_OBJECT

public:
    explicit IngestWorker(std::function<rag::Result<std::unique_ptr<rag::Ingestor>>()> makeIngestor);

    /// A waiting job is not begun, a running one stops at the next page: both end with failed(Cancelled).
    void cancel(quint64 number);
    /// For the end of the program: the running job stops, later ones are not begun.
    void cancelAll();

public slots:
    void run(const ui::IngestJob &job);
    /// Answers with unfinishedFound().
    void findUnfinished();

signals:
    void started(quint64 number);
    /// At most about 20 a second for a job, and every change of stage.
    void progressed(quint64 number, const rag::IngestProgress &progress);
    void finished(quint64 number, const rag::Ingested &document);
    void failed(quint64 number, const engine::Error &error);
    void unfinishedFound(const std::vector<rag::Document> &documents);

private:
    rag::Result<rag::Ingestor *> ingestor();
    rag::Result<rag::Ingested> ingest(const IngestJob &job, const rag::CancelToken &cancel);
    bool beginJob(quint64 number, rag::CancelToken &cancel);
    void endJob();

    std::function<rag::Result<std::unique_ptr<rag::Ingestor>>()> m_makeIngestor;
    std::unique_ptr<rag::Ingestor> m_ingestor;

    std::mutex m_mutex; ///< guards what follows
    bool m_stopping = false;
    quint64 m_current = 0;
    rag::CancelToken m_cancel;
    std::set<quint64> m_cancelled;
};

} // namespace ui
