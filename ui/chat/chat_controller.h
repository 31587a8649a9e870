#pragma once

#include "ui/chat/message_model.h"
#include "ui/history/conversation_model.h"
#include "ui/library/ask_scope.h"
#include "ui/library/document_model.h"
#include "ui/shared/message_bar.h"
#include "ui/work/workers.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace ui {

/// Who answers, how fast: for the status line.
struct ModelStatus
{
    QString model;
    QString device;
    double tokensPerSecond = 0;
};

/// Conversations, questions and answers: turns wishes into work for the workers, and what they tell into
/// changes of the models. One question is worked on at a time; its answer goes on when another conversation
/// is opened meanwhile. Never waits.
class ChatController final : public QObject
{
    Q_OBJECT

public:
    /// @param scope  of the questions
    ChatController(Workers &workers, DocumentModel &documents, AskScope &scope, QObject *parent = nullptr);

    MessageModel &messages() { return m_messages; }

    ConversationModel &conversations() { return m_conversations; }

    void start();

    void setOptions(const rag::AnswerOptions &options) { m_options = options; }

    void ask(const QString &question);
    /// Work on whole documents. @param text  what it says in the conversation
    void runTask(const rag::TaskRequest &task, const QString &text);
    void stop();
    /// A model that thinks shall stop that and answer.
    void answerNow();
    /// @param searchText  what to search for this time; empty: made from question and history
    void regenerate(const QString &searchText = {});

    bool isAnswering() const { return m_live.has_value(); }

    void newConversation();
    void open(rag::ConversationId id);
    void remove(rag::ConversationId id); ///< done after a time in which it can be undone
    void search(const QString &text);

    /// As far as it is known.
    const ModelStatus &status() const { return m_status; }

    rag::ConversationId openConversation() const { return m_open; }

    /// What was put off is done now: before the program ends.
    void flush();

signals:
    void noticed(const ui::Notice &notice);
    void answeringChanged(bool answering);
    void statusChanged(const ui::ModelStatus &status);
    void opened(rag::ConversationId id); ///< 0: a new one
    void modelProblem(const engine::Error &error);
    void modelReady();

private:
    /// The answer that is being made. Kept apart from the model, which may show another conversation.
    struct Live
    {
        quint64 number = 0;
        rag::ConversationId conversation = 0; ///< 0 until the question is on disk
        bool stopping = false;
        bool leftBehind = false; ///< another conversation was opened before this one was on disk
        ChatMessage answer;
    };

    void connectWorkers();
    void say(AskRequest request);
    void begin(AskRequest request, const QString &question);
    void answerSaid(quint64 number, const rag::AnswerEvent &event);
    void nameScanned(ChatMessage &answer) const;
    void questionStarted(const AskStarted &started);
    void answerFinished(quint64 number, const rag::Answer &answer);
    void answerFailed(quint64 number, const engine::Error &error, bool saved);
    void messagesLoaded(const OpenedConversation &conversation);
    void showLive();
    void leaveLive();

    bool isLive(quint64 number) const { return m_live && m_live->number == number; }

    bool liveIsShown() const { return m_live && !m_live->leftBehind && m_live->conversation == m_open; }

    void loadConversations();
    void removeNow(rag::ConversationId id);

    Workers &m_workers;
    DocumentModel &m_documents;
    AskScope &m_scope;
    MessageModel m_messages;
    ConversationModel m_conversations;
    rag::AnswerOptions m_options;
    rag::ConversationId m_open = 0;
    std::optional<Live> m_live;
    ModelStatus m_status;
    quint64 m_lastNumber = 0;
    QString m_search;
    std::vector<rag::ConversationId> m_toRemove;
};

} // namespace ui
