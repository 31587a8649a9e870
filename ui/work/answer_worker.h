#pragma once

#include "rag/answer/answerer.h"
#include "rag/store/history_store.h"
#include "rag/tasks/task.h"
#include "ui/work/factories.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ui {

struct AskRequest
{
    quint64 number = 0;                   ///< grows; what comes back carries it
    rag::ConversationId conversation = 0; ///< 0: a new one
    QString text;                         ///< not read when regenerating
    std::vector<rag::DocumentId> scope;
    int firstPage = 0; ///< of the document asked; see rag::Question
    int lastPage = -1;
    rag::AnswerOptions options;
    bool regenerate = false;
    QString searchText;                   ///< what to search for; empty: made from question and history
    std::optional<rag::TaskRequest> task; ///< work on whole documents, in place of a question
};

/// The question is on disk.
struct AskStarted
{
    quint64 number = 0;
    rag::ConversationId conversation = 0;
    rag::HistoryStore::Asked messages;
};

/// Answers questions on the thread it was moved to and saves them as they come: the question is committed
/// before the model starts (before it is there, even), the answer's text as it comes, the whole at the end.
/// Text and thoughts are gathered for about 30 ms before they are handed on. Only cancel() and answerNow()
/// may be called from another thread.
class AnswerWorker final : public QObject
{
    Q_OBJECT

public:
    explicit AnswerWorker(const Factories &factories);
    ~AnswerWorker() override;

    /// Stops this question and all before it, also one that has not begun.
    void cancel(quint64 upToNumber);
    /// The model that thinks about this question shall stop that and answer.
    void answerNow(quint64 number);

public slots:
    void ask(const ui::AskRequest &request);

signals:
    void started(const ui::AskStarted &started);
    void said(quint64 number, const rag::AnswerEvent &event);
    void progressed(quint64 number, const rag::TaskProgress &progress);
    /// What could be asked next; before finished().
    void suggested(quint64 number, const QStringList &questions);
    void finished(quint64 number, const rag::Answer &answer);
    /// @param saved  the question is in the history (and so can be asked again)
    void failed(quint64 number, const engine::Error &error, bool saved);

private:
    class Stream;

    rag::Result<void> open();
    rag::Result<AskStarted> writeDown(rag::HistoryStore &history, const AskRequest &request);
    rag::Result<rag::Answer> answer(const AskRequest &request, rag::MessageId &answerId);
    rag::Result<rag::Answer> ask(const AskRequest &request, const AskStarted &asked, Stream &stream,
                                 const rag::CancelToken &cancel);
    rag::Result<std::optional<rag::TaskRequest>> taskOf(const AskRequest &request,
                                                        const std::string &question);
    rag::Result<rag::Answer> runTask(quint64 number, const rag::TaskRequest &task,
                                     const rag::CancelToken &cancel);
    void suggest(quint64 number, const std::string &question, const rag::Answer &answer);
    rag::CancelToken beginQuestion(quint64 number);

    Factories m_factories;
    std::unique_ptr<rag::Database> m_database;
    std::unique_ptr<rag::Answerer> m_answerer;
    std::unique_ptr<rag::TaskRunner> m_tasks;

    std::mutex m_mutex; ///< guards what follows
    quint64 m_current = 0;
    quint64 m_cancelledUpTo = 0;
    rag::CancelToken m_cancel;
    rag::CancelToken m_answerNow;
};

/// The exchanges before the last question. @param messages  oldest first
std::vector<rag::Exchange> exchangesOf(const std::vector<rag::Message> &messages);
/// The first words of the question, at most about 60 characters.
QString conversationTitle(const QString &question);

} // namespace ui
