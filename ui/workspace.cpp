#include "ui/workspace.h"

namespace ui {

Workspace::Workspace(const Factories &factories, QObject *parent)
    : QObject(parent)
    , m_workers(factories)
    , m_library(m_workers)
    , m_chat(m_workers, m_library.documents(), m_library.scope())
{
}

Workspace::~Workspace()
{
    m_chat.flush();
    m_workers.stop();
}

void Workspace::start()
{
    m_chat.start();
    m_library.start();
}

} // namespace ui
