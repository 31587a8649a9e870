#include "ui/work/workers.h"

#include <QDeadlineTimer>

#include <cstdlib>
#include <limits>

namespace ui {

Workers::Workers(const Factories &factories, QObject *parent)
    : QObject(parent)
    , m_ingest(new IngestWorker(factories.makeIngestor))
    , m_answer(new AnswerWorker(factories))
    , m_models(new ModelLoader(factories))
    , m_store(new StoreWorker(factories))
    , m_pages(new PageRenderer(factories))
{
    run(*m_ingest, m_ingestThread, "ingest");
    run(*m_answer, m_answerThread, "answer");
    run(*m_models, m_modelsThread, "models");
    run(*m_store, m_storeThread, "store");
    run(*m_pages, m_pagesThread, "pages");
}

Workers::~Workers()
{
    if (!stop()) {
        // A thread hangs inside a model or a disk. All that matters is committed; unwinding under a running
        // thread would crash, and waiting for ever would keep the window's process alive unseen.
        std::_Exit(EXIT_SUCCESS);
    }
}

void Workers::run(QObject &worker, QThread &thread, const char *name)
{
    thread.setObjectName(QLatin1String(name));
    worker.moveToThread(&thread);
    connect(&thread, &QThread::finished, &worker, &QObject::deleteLater);
    thread.start();
}

bool Workers::stop(std::chrono::milliseconds patience)
{
    if (m_stopped) {
        return m_joined;
    }
    m_stopped = true;
    m_ingest->cancelAll();
    m_answer->cancel(std::numeric_limits<quint64>::max());
    m_pages->cancelBefore(std::numeric_limits<quint64>::max());
    // quit() would overtake what is still posted; so each thread is told to end by an event of its own.
    post(*m_store, [this] { m_storeThread.quit(); });
    for (QThread *thread : {&m_ingestThread, &m_answerThread, &m_modelsThread, &m_pagesThread}) {
        thread->quit();
    }
    QDeadlineTimer deadline(patience);
    m_joined = true;
    for (QThread *thread :
         {&m_ingestThread, &m_answerThread, &m_modelsThread, &m_pagesThread, &m_storeThread}) {
        m_joined = thread->wait(deadline) && m_joined;
    }
    return m_joined;
}

} // namespace ui
