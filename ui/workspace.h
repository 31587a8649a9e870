#pragma once

#include "ui/chat/chat_controller.h"
#include "ui/library/library_controller.h"
#include "ui/work/workers.h"

#include <QObject>

namespace ui {

/// Everything the window shows and works with, without the window: it can be closed and built anew (in
/// another language) while an answer is being made. The order of the members is the order of birth and death.
class Workspace final : public QObject
{
    Q_OBJECT

public:
    explicit Workspace(const Factories &factories, QObject *parent = nullptr);
    ~Workspace() override;

    Workers &workers() { return m_workers; }

    LibraryController &library() { return m_library; }

    ChatController &chat() { return m_chat; }

    /// Reads the lists, recovers from a crash, loads the models. Call once.
    void start();

private:
    Workers m_workers;
    LibraryController m_library;
    ChatController m_chat;
};

} // namespace ui
