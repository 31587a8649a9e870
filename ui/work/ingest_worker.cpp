#include "ui/work/ingest_worker.h"

#include "ui/shared/convert.h"
#include "ui/work/guarded.h"

#include <QElapsedTimer>

namespace ui {

IngestWorker::IngestWorker(std::function<rag::Result<std::unique_ptr<rag::Ingestor>>()> makeIngestor)
    : m_makeIngestor(std::move(makeIngestor))
{
}

void IngestWorker::cancel(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    if (m_current == number) {
        m_cancel.cancel();
    } else {
        m_cancelled.insert(number);
    }
}

void IngestWorker::cancelAll()
{
    const std::lock_guard lock(m_mutex);
    m_stopping = true;
    m_cancel.cancel();
}

void IngestWorker::run(const IngestJob &job)
{
    rag::CancelToken cancel;
    if (!beginJob(job.number, cancel)) {
        emit failed(job.number, {engine::ErrorCode::Cancelled, "cancelled before it began"});
        return;
    }
    emit started(job.number);
    const auto document = guarded([&] { return ingest(job, cancel); });
    endJob();
    if (document) {
        emit finished(job.number, *document);
    } else {
        emit failed(job.number, document.error());
    }
}

void IngestWorker::findUnfinished()
{
    const auto documents = guarded([&]() -> rag::Result<std::vector<rag::Document>> {
        ASSIGN_OR_RETURN(rag::Ingestor * ingestor, this->ingestor());
        return ingestor->unfinished();
    });
    if (documents) {
        emit unfinishedFound(*documents);
    } else {
        emit failed(0, documents.error());
    }
}

rag::Result<rag::Ingestor *> IngestWorker::ingestor()
{
    if (!m_ingestor) {
        ASSIGN_OR_RETURN(m_ingestor, m_makeIngestor());
    }
    return m_ingestor.get();
}

rag::Result<rag::Ingested> IngestWorker::ingest(const IngestJob &job, const rag::CancelToken &cancel)
{
    ASSIGN_OR_RETURN(rag::Ingestor * ingestor, this->ingestor());
    QElapsedTimer sinceLast;
    auto stage = rag::IngestStage::Finished;
    const auto onProgress = [&](const rag::IngestProgress &progress) {
        if (progress.stage == stage && sinceLast.isValid() && sinceLast.elapsed() < 50) {
            return;
        }
        stage = progress.stage;
        sinceLast.start();
        emit progressed(job.number, progress);
    };
    if (job.document != 0 && job.password.isEmpty()) {
        return ingestor->resume(job.document, onProgress, cancel);
    }
    return ingestor->ingest(toPath(job.path), toUtf8(job.password), onProgress, cancel);
}

bool IngestWorker::beginJob(quint64 number, rag::CancelToken &cancel)
{
    const std::lock_guard lock(m_mutex);
    if (m_stopping || m_cancelled.erase(number) > 0) {
        return false;
    }
    m_current = number;
    m_cancel = cancel;
    return true;
}

void IngestWorker::endJob()
{
    const std::lock_guard lock(m_mutex);
    m_current = 0;
}

} // namespace ui
