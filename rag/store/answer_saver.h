#pragma once

#include "rag/types.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace rag {

/// Saves the text of an answer while it is written, so that a crash loses less than its last second: a thread
/// of its own with its own connection commits what is new half a second later, also when the writer is held
/// up meanwhile, and the writer never waits for the disk. The writer ends it before HistoryStore::finish().
class AnswerSaver
{
public:
    /// @param database  the library's file. @param answer  open (HistoryStore::ask)
    AnswerSaver(std::filesystem::path database, MessageId answer);
    ~AnswerSaver(); ///< as end()
    AnswerSaver(const AnswerSaver &) = delete;
    AnswerSaver &operator=(const AnswerSaver &) = delete;

    void add(std::string_view piece);
    void replace(std::string_view text); ///< what was there before is void

    /// Saves what is still open and joins the thread. A save that fails is not the answer's failure: the next
    /// one tries again, and finish() reports.
    void end();

private:
    void run(const std::filesystem::path &database);

    const MessageId m_answer;
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_changed;
    std::string m_text;
    bool m_unsaved = false;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace rag
