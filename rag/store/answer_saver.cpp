#include "rag/store/answer_saver.h"

#include "rag/store/history_store.h"
#include "rag/store/sqlite.h"

#include <chrono>
#include <optional>
#include <utility>

namespace rag {

namespace {

/// With the commit itself this stays well below the second that may be lost.
constexpr std::chrono::milliseconds kGather{500};

} // namespace

AnswerSaver::AnswerSaver(std::filesystem::path database, MessageId answer)
    : m_answer(answer)
    , m_thread([this, file = std::move(database)] { run(file); })
{
}

AnswerSaver::~AnswerSaver()
{
    end();
}

void AnswerSaver::add(std::string_view piece)
{
    const std::lock_guard lock(m_mutex);
    m_text += piece;
    m_unsaved = true;
    m_changed.notify_one();
}

void AnswerSaver::replace(std::string_view text)
{
    const std::lock_guard lock(m_mutex);
    m_text = text;
    m_unsaved = true;
    m_changed.notify_one();
}

void AnswerSaver::end()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_changed.notify_one();
    }
    if (m_thread.joinable())
        m_thread.join();
}

void AnswerSaver::run(const std::filesystem::path &database)
{
    const auto connection = Database::open(database);
    if (!connection)
        return;
    HistoryStore history(**connection);
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_unsaved || m_ending; });
        if (!m_unsaved)
            return;
        m_changed.wait_for(lock, kGather, [this] { return m_ending; });
        const std::string text = m_text;
        m_unsaved = false;
        lock.unlock();
        static_cast<void>(history.saveProgress(m_answer, text).has_value());
        lock.lock();
    }
}

} // namespace rag
