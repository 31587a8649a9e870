#pragma once

#include "rag/answer/answerer.h"
#include "rag/store/history_store.h"
#include "rag/tasks/task.h"
#include "rag/types.h"

#include <QString>
#include <QStringList>

#include <map>
#include <optional>

namespace ui {

/// One message as it is shown.
struct ChatMessage
{
    rag::Message message; ///< what is stored: text, citations, state
    /// Of an answer, what is not kept: passages, thoughts, times. Its text and citations are in `message`.
    /// Mostly empty for answers that were given before the program started.
    rag::Answer details;
    QString question;                             ///< that it answers
    std::map<rag::DocumentId, QString> documents; ///< names of those that `details.scan` speaks of
    QStringList suggestions;                      ///< questions to go on with
    bool thinking = false;                        ///< its model thinks and has not begun to answer
    double thoughtSeconds = 0;                    ///< that it took
    std::optional<rag::TaskRequest> task;         ///< that it is the result of
    int coveredPages = 0;                         ///< read so far by a task on whole documents
    int pagesToCover = 0;                         ///< 0: no such task
};

/// As it is stored.
ChatMessage messageOf(const rag::Message &message);
/// The answer as it grows: takes up what the answerer has just said.
void take(ChatMessage &answer, const rag::AnswerEvent &event);
/// The whole answer, in place of what came before.
void take(ChatMessage &answer, const rag::Answer &whole);

} // namespace ui
