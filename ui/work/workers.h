#pragma once

#include "ui/work/answer_worker.h"
#include "ui/work/factories.h"
#include "ui/work/ingest_worker.h"
#include "ui/work/model_loader.h"
#include "ui/work/page_renderer.h"
#include "ui/work/store_worker.h"

#include <QObject>
#include <QThread>

#include <chrono>

namespace ui {

/// The five workers and a thread for each. The threads run from construction to stop().
class Workers final : public QObject
{
    Q_OBJECT

public:
    explicit Workers(const Factories &factories, QObject *parent = nullptr);
    ~Workers() override;

    IngestWorker &ingest() { return *m_ingest; }

    AnswerWorker &answer() { return *m_answer; }

    ModelLoader &models() { return *m_models; }

    StoreWorker &store() { return *m_store; }

    PageRenderer &pages() { return *m_pages; }

    /// Cancels all work and joins the threads. What was posted to the store before is still done.
    /// @return false when a thread did not end in time; the program must then end without unwinding
    bool stop(std::chrono::milliseconds patience = std::chrono::seconds(8));

private:
    void run(QObject &worker, QThread &thread, const char *name);

    IngestWorker *m_ingest; ///< each deleted on its own thread when that ends
    AnswerWorker *m_answer;
    ModelLoader *m_models;
    StoreWorker *m_store;
    PageRenderer *m_pages;
    QThread m_ingestThread;
    QThread m_answerThread;
    QThread m_modelsThread;
    QThread m_storeThread;
    QThread m_pagesThread;
    bool m_stopped = false;
    bool m_joined = false;
};

/// Runs `call` on the worker's own thread, after what was posted before.
template <class Worker, class Call>
void post(Worker &worker, Call &&call)
{
    QMetaObject::invokeMethod(&worker, std::forward<Call>(call), Qt::QueuedConnection);
}

} // namespace ui
