#include "ui/chat/chat_controller.h"

#include "ui/shared/convert.h"
#include "ui/shared/error_text.h"

#include <algorithm>

namespace ui {

namespace {

constexpr int kUndoMs = 8000;

} // namespace

ChatController::ChatController(Workers &workers, DocumentModel &documents, AskScope &scope, QObject *parent)
    : QObject(parent)
    , m_workers(workers)
    , m_documents(documents)
    , m_scope(scope)
{
    connectWorkers();
}

void ChatController::connectWorkers()
{
    connect(&m_workers.models(), &ModelLoader::loaded, this, [this](const ModelName &name) {
        m_status = {toQString(name.model), toQString(name.device), 0};
        emit modelReady();
        emit statusChanged(m_status);
    });
    connect(&m_workers.models(), &ModelLoader::failed, this, &ChatController::modelProblem);
    AnswerWorker &answer = m_workers.answer();
    connect(&answer, &AnswerWorker::started, this, &ChatController::questionStarted);
    connect(&answer, &AnswerWorker::said, this, &ChatController::answerSaid);
    connect(&answer, &AnswerWorker::progressed, this,
            [this](quint64 number, const rag::TaskProgress &progress) {
                if (isLive(number)) {
                    m_live->answer.coveredPages = progress.writing ? progress.pages : progress.pagesRead;
                    m_live->answer.pagesToCover = progress.pages;
                    showLive();
                }
            });
    connect(&answer, &AnswerWorker::suggested, this, [this](quint64 number, const QStringList &questions) {
        if (isLive(number)) {
            m_live->answer.suggestions = questions; // shown with the whole answer
        }
    });
    connect(&answer, &AnswerWorker::finished, this, &ChatController::answerFinished);
    connect(&answer, &AnswerWorker::failed, this, &ChatController::answerFailed);

    StoreWorker &store = m_workers.store();
    connect(&store, &StoreWorker::messagesLoaded, this, &ChatController::messagesLoaded);
    connect(&store, &StoreWorker::conversationsLoaded, this,
            [this](const std::vector<rag::Conversation> &conversations, const QString &search) {
                if (search == m_search) {
                    m_conversations.setConversations(conversations);
                }
            });
    connect(&store, &StoreWorker::brokenOffFound, this, [this](int answers) {
        if (answers > 0) {
            emit noticed({Notice::Kind::Info,
                          tr("%Ln answer(s) broke off when Warraq last ended.", nullptr, answers),
                          tr("What had been written is kept; “Answer again” makes it anew."),
                          {},
                          {},
                          15000,
                          {}});
        }
    });
    connect(&store, &StoreWorker::failed, this, [this](StoreTask task, const engine::Error &error) {
        if (task == StoreTask::Conversations || task == StoreTask::Messages) {
            const ErrorText text = errorText(error, Doing::ReadLibrary);
            emit noticed({Notice::Kind::Error, text.what, text.todo, {}, {}, 0, QStringLiteral("library")});
        }
    });
    connect(&m_conversations, &ConversationModel::renamed, this,
            [this](rag::ConversationId id, const QString &title) {
                post(m_workers.store(),
                     [worker = &m_workers.store(), id, title] { worker->renameConversation(id, title); });
            });
}

void ChatController::start()
{
    post(m_workers.store(), [worker = &m_workers.store()] { worker->recover(); });
    loadConversations();
    post(m_workers.models(), [worker = &m_workers.models()] { worker->load(); });
}

void ChatController::ask(const QString &question)
{
    AskRequest request;
    request.text = question.trimmed();
    say(std::move(request));
}

void ChatController::runTask(const rag::TaskRequest &task, const QString &text)
{
    AskRequest request;
    request.text = text;
    request.task = task;
    say(std::move(request));
}

/// A question that is new in the conversation.
void ChatController::say(AskRequest request)
{
    if (request.text.isEmpty() || m_live) {
        return;
    }
    rag::Message message;
    message.text = toUtf8(request.text);
    m_messages.append(messageOf(message));
    begin(request, request.text);
}

void ChatController::stop()
{
    if (m_live && !m_live->stopping) {
        m_live->stopping = true;
        m_workers.answer().cancel(m_live->number);
    }
}

void ChatController::answerNow()
{
    if (m_live) {
        m_workers.answer().answerNow(m_live->number);
    }
}

void ChatController::regenerate(const QString &searchText)
{
    if (m_live || m_open == 0 || m_messages.isEmpty() ||
        m_messages.at(m_messages.rowCount() - 1).message.fromUser) {
        return;
    }
    const ChatMessage last = m_messages.at(m_messages.rowCount() - 1);
    m_messages.removeLast();
    AskRequest request;
    request.regenerate = true;
    request.searchText = searchText;
    request.task = last.task;
    begin(std::move(request), last.question);
}

void ChatController::begin(AskRequest request, const QString &question)
{
    request.number = ++m_lastNumber;
    request.conversation = m_open;
    request.scope = m_scope.documents();
    request.firstPage = m_scope.firstPage();
    request.lastPage = m_scope.lastPage();
    request.options = m_options;
    Live live;
    live.number = request.number;
    live.conversation = m_open;
    live.answer.message.fromUser = false;
    live.answer.message.state = rag::MessageState::Streaming;
    live.answer.question = question;
    live.answer.task = request.task;
    m_messages.append(live.answer);
    m_live = std::move(live);
    emit answeringChanged(true);
    post(m_workers.answer(), [worker = &m_workers.answer(), request] { worker->ask(request); });
}

void ChatController::answerSaid(quint64 number, const rag::AnswerEvent &event)
{
    if (isLive(number)) {
        take(m_live->answer, event);
        nameScanned(m_live->answer);
        showLive();
    }
}

/// The documents in which terms were looked for, by name.
void ChatController::nameScanned(ChatMessage &answer) const
{
    if (!answer.details.scan || !answer.documents.empty()) {
        return;
    }
    for (const auto &term : answer.details.scan->terms) {
        for (const auto &place : term.places) {
            const auto *row = m_documents.find(place.first);
            answer.documents[place.first] = row ? toQString(row->document.name) : QString();
        }
    }
}

void ChatController::questionStarted(const AskStarted &started)
{
    if (!isLive(started.number)) {
        return;
    }
    const bool isNew = m_live->conversation == 0;
    const bool shown = liveIsShown();
    m_live->conversation = started.conversation;
    m_live->leftBehind = false;
    m_live->answer.message.id = started.messages.answer;
    m_live->answer.message.conversation = started.conversation;
    if (isNew && shown) {
        m_open = started.conversation;
        emit opened(m_open);
    }
    loadConversations();
}

void ChatController::answerFinished(quint64 number, const rag::Answer &answer)
{
    if (!isLive(number)) {
        return;
    }
    take(m_live->answer, answer);
    nameScanned(m_live->answer);
    showLive();
    m_status = {toQString(answer.model), toQString(answer.device), m_live->answer.message.tokensPerSecond};
    emit statusChanged(m_status);
    m_live.reset();
    emit answeringChanged(false);
    loadConversations();
}

void ChatController::answerFailed(quint64 number, const engine::Error &error, bool saved)
{
    if (!isLive(number)) {
        return;
    }
    m_live->answer.message.state =
        error.code == rag::ErrorCode::Cancelled ? rag::MessageState::Stopped : rag::MessageState::Failed;
    showLive();
    const bool shown = liveIsShown();
    m_live.reset();
    emit answeringChanged(false);
    if (error.code == rag::ErrorCode::Cancelled) {
        return;
    }
    const ErrorText text = errorText(error, Doing::Answer);
    Notice notice{Notice::Kind::Error, text.what, text.todo, {}, {}, 0, QStringLiteral("answer")};
    if (text.remedy == Remedy::OpenSettings) {
        emit modelProblem(error);
        return;
    }
    if (shown && saved) {
        notice.actionText = tr("Try again");
        notice.action = [this] { regenerate(); };
    }
    emit noticed(notice);
}

void ChatController::showLive()
{
    if (liveIsShown()) {
        m_messages.replaceLast(m_live->answer);
    }
}

void ChatController::leaveLive()
{
    if (m_live && m_live->conversation == 0) {
        m_live->leftBehind = true;
    }
}

void ChatController::newConversation()
{
    leaveLive();
    m_open = 0;
    m_messages.setMessages({});
    emit opened(0);
}

void ChatController::open(rag::ConversationId id)
{
    if (id == 0 || id == m_open) {
        return;
    }
    leaveLive();
    m_open = id;
    post(m_workers.store(), [worker = &m_workers.store(), id] { worker->loadMessages(id); });
}

void ChatController::messagesLoaded(const OpenedConversation &conversation)
{
    if (conversation.id != m_open) {
        return;
    }
    std::vector<ChatMessage> messages;
    for (const auto &message : conversation.messages) {
        const bool live = liveIsShown() && message.id == m_live->answer.message.id;
        messages.push_back(live ? m_live->answer : messageOf(message));
        if (!message.fromUser && messages.size() > 1 && !live) {
            messages.back().question = toQString(messages[messages.size() - 2].message.text);
            nameScanned(messages.back());
        }
    }
    m_messages.setMessages(std::move(messages));
    m_scope.ask(conversation.scope);
    emit opened(m_open);
}

void ChatController::remove(rag::ConversationId id)
{
    if (id == 0) {
        return;
    }
    if (m_live && m_live->conversation == id) {
        stop();
    }
    if (id == m_open) {
        newConversation();
    }
    m_conversations.hide(id);
    m_toRemove.push_back(id);
    const auto undo = [this, id] {
        std::erase(m_toRemove, id);
        m_conversations.unhide(id);
        loadConversations();
    };
    emit noticed({Notice::Kind::Info,
                  tr("The conversation was deleted."),
                  {},
                  tr("Undo"),
                  undo,
                  kUndoMs,
                  QStringLiteral("deleted")});
    QTimer::singleShot(kUndoMs, this, [this, id] { removeNow(id); });
}

void ChatController::removeNow(rag::ConversationId id)
{
    if (std::erase(m_toRemove, id) > 0) {
        post(m_workers.store(), [worker = &m_workers.store(), id] { worker->removeConversation(id); });
    }
}

void ChatController::flush()
{
    for (const auto id : std::vector(m_toRemove)) {
        removeNow(id);
    }
}

void ChatController::search(const QString &text)
{
    m_search = text;
    loadConversations();
}

void ChatController::loadConversations()
{
    post(m_workers.store(),
         [worker = &m_workers.store(), text = m_search] { worker->loadConversations(text); });
}

} // namespace ui
