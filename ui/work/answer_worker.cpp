#include "ui/work/answer_worker.h"

#include "rag/store/answer_saver.h"
#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "ui/shared/convert.h"
#include "ui/work/guarded.h"

#include <QElapsedTimer>

#include <utility>
#include <variant>

namespace ui {

namespace {

constexpr qint64 kGatherMs = 30;

} // namespace

/// What the answerer says while it works: gathered, handed on, and saved.
class AnswerWorker::Stream
{
public:
    Stream(AnswerWorker &worker, quint64 number, rag::MessageId answer)
        : m_worker(worker)
        , m_number(number)
        , m_saver(worker.m_database->file(), answer)
    {
    }

    void operator()(const rag::AnswerText &text)
    {
        if (text.replace) {
            m_text = {{}, true};
            m_saver.replace(text.text);
        } else {
            m_saver.add(text.text);
        }
        m_text.text += text.text;
        flushInTime();
    }

    void operator()(const rag::Thought &thought)
    {
        m_thought.text += thought.text;
        if (std::exchange(m_thinking, true)) {
            flushInTime();
        } else {
            flush(); // that it thinks is said at once
        }
    }

    /// All else belongs behind the text that came before it.
    template <class Event>
    void operator()(const Event &event)
    {
        flush();
        emit m_worker.said(m_number, event);
    }

    void flush()
    {
        if (!m_thought.text.empty()) {
            emit m_worker.said(m_number, std::exchange(m_thought, {}));
        }
        if (!m_text.text.empty() || m_text.replace) {
            emit m_worker.said(m_number, std::exchange(m_text, {}));
        }
        m_sinceFlush.start();
    }

    void end()
    {
        flush();
        m_saver.end();
    }

private:
    void flushInTime()
    {
        if (!m_sinceFlush.isValid() || m_sinceFlush.elapsed() >= kGatherMs) {
            flush();
        }
    }

    AnswerWorker &m_worker;
    quint64 m_number;
    rag::AnswerSaver m_saver;
    rag::AnswerText m_text;
    rag::Thought m_thought;
    bool m_thinking = false;
    QElapsedTimer m_sinceFlush;
};

AnswerWorker::AnswerWorker(const Factories &factories)
    : m_factories(factories)
{
}

AnswerWorker::~AnswerWorker() = default;

void AnswerWorker::cancel(quint64 upToNumber)
{
    const std::lock_guard lock(m_mutex);
    m_cancelledUpTo = std::max(m_cancelledUpTo, upToNumber);
    if (m_current <= upToNumber) {
        m_cancel.cancel();
    }
}

void AnswerWorker::answerNow(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    if (m_current == number) {
        m_answerNow.cancel();
    }
}

void AnswerWorker::ask(const AskRequest &request)
{
    rag::MessageId answerId = 0;
    const auto result = guarded([&] { return answer(request, answerId); });
    if (result) {
        emit finished(request.number, *result);
        return;
    }
    if (answerId != 0 && m_database) {
        rag::HistoryStore history(*m_database);
        static_cast<void>(history.fail(answerId, result.error().detail).has_value());
    }
    emit failed(request.number, result.error(), answerId != 0);
}

rag::Result<void> AnswerWorker::open()
{
    if (!m_database) {
        ASSIGN_OR_RETURN(m_database, m_factories.connect());
    }
    return {};
}

/// Question and open answer, on disk before anything else.
rag::Result<AskStarted> AnswerWorker::writeDown(rag::HistoryStore &history, const AskRequest &request)
{
    AskStarted asked{request.number, request.conversation, {}};
    if (asked.conversation == 0) {
        const std::string question = toUtf8(request.text);
        const std::string title = m_factories.titleOf && !request.task
                                      ? m_factories.titleOf(question)
                                      : toUtf8(conversationTitle(request.text));
        ASSIGN_OR_RETURN(asked.conversation, history.create(title.empty() ? question : title, request.scope));
    }
    if (request.regenerate) {
        ASSIGN_OR_RETURN(asked.messages, history.regenerate(asked.conversation));
    } else {
        ASSIGN_OR_RETURN(asked.messages, history.ask(asked.conversation, toUtf8(request.text)));
    }
    return asked;
}

rag::Result<rag::Answer> AnswerWorker::answer(const AskRequest &request, rag::MessageId &answerId)
{
    const rag::CancelToken cancel = beginQuestion(request.number);
    RETURN_IF_ERROR(open());
    rag::HistoryStore history(*m_database); // holds the answer's lock for as long as it is written
    ASSIGN_OR_RETURN(const AskStarted asked, writeDown(history, request));
    answerId = asked.messages.answer;
    emit started(asked);
    Stream stream(*this, request.number, answerId);
    auto answer = ask(request, asked, stream, cancel);
    stream.end();
    if (answer) {
        RETURN_IF_ERROR(history.finish(answerId, *answer));
    }
    return answer;
}

rag::Result<rag::Answer> AnswerWorker::ask(const AskRequest &request, const AskStarted &asked, Stream &stream,
                                           const rag::CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const auto messages, rag::HistoryStore(*m_database).messages(asked.conversation));
    std::string text = toUtf8(request.text);
    for (const auto &message : messages) {
        if (message.id == asked.messages.question) {
            text = message.text;
        }
    }
    ASSIGN_OR_RETURN(const auto task, taskOf(request, text));
    if (task) {
        return runTask(request.number, *task, cancel);
    }
    rag::Question question;
    question.text = text;
    question.documents = request.scope;
    question.conversation = asked.conversation;
    question.firstPage = request.firstPage;
    question.lastPage = request.lastPage;
    question.searchText = toUtf8(request.searchText);
    if (!m_answerer) {
        ASSIGN_OR_RETURN(m_answerer, m_factories.makeAnswerer());
    }
    rag::AnswerOptions options = request.options;
    {
        const std::lock_guard lock(m_mutex);
        options.answerNow = m_answerNow;
    }
    const auto onEvent = [&stream](const rag::AnswerEvent &event) {
        std::visit([&stream](const auto &value) { stream(value); }, event);
    };
    ASSIGN_OR_RETURN(rag::Answer answer,
                     m_answerer->ask(question, exchangesOf(messages), options, onEvent, cancel));
    suggest(request.number, text, answer);
    return answer;
}

void AnswerWorker::suggest(quint64 number, const std::string &question, const rag::Answer &answer)
{
    QStringList questions;
    if (m_factories.suggest && !answer.stopped) {
        for (const auto &next : m_factories.suggest(question, answer)) {
            questions.append(toQString(next));
        }
    }
    emit suggested(number, questions);
}

/// What was chosen from a menu, or a question that plainly asks for the same ("summarize this document"), as
/// far as it is clear which document is meant.
rag::Result<std::optional<rag::TaskRequest>> AnswerWorker::taskOf(const AskRequest &request,
                                                                  const std::string &question)
{
    if (request.task || !m_factories.makeTaskRunner || !m_factories.recogniseTask ||
        !request.searchText.isEmpty() || request.firstPage > 0 || request.lastPage >= 0) {
        return request.task;
    }
    std::optional<rag::TaskRequest> task = m_factories.recogniseTask(question);
    if (!task) {
        return task;
    }
    task->documents = request.scope;
    if (task->documents.empty()) {
        ASSIGN_OR_RETURN(const auto all, rag::LibraryStore(*m_database).documents());
        for (const auto &document : all) {
            task->documents.push_back(document.id);
        }
    }
    const std::size_t wanted = task->kind == rag::TaskKind::Comparison ? 2 : 1;
    return task->documents.size() == wanted ? task : std::nullopt;
}

rag::Result<rag::Answer> AnswerWorker::runTask(quint64 number, const rag::TaskRequest &task,
                                               const rag::CancelToken &cancel)
{
    if (!m_tasks) {
        if (!m_factories.makeTaskRunner) {
            return rag::fail(rag::ErrorCode::Unsupported, "no work on whole documents here");
        }
        ASSIGN_OR_RETURN(m_tasks, m_factories.makeTaskRunner());
    }
    QElapsedTimer sinceLast;
    const auto onProgress = [&](const rag::TaskProgress &progress) {
        if (!sinceLast.isValid() || sinceLast.elapsed() >= kGatherMs || progress.writing) {
            emit progressed(number, progress);
            sinceLast.start();
        }
    };
    ASSIGN_OR_RETURN(rag::TaskResult result, m_tasks->run(task, onProgress, cancel));
    return std::move(result.answer);
}

rag::CancelToken AnswerWorker::beginQuestion(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    m_current = number;
    m_cancel = {};
    m_answerNow = {};
    if (number <= m_cancelledUpTo) {
        m_cancel.cancel();
    }
    return m_cancel;
}

std::vector<rag::Exchange> exchangesOf(const std::vector<rag::Message> &messages)
{
    std::vector<rag::Exchange> exchanges;
    const rag::Message *question = nullptr;
    for (const auto &message : messages) {
        if (message.fromUser) {
            question = &message;
        } else if (question && !message.text.empty() && message.state != rag::MessageState::Streaming &&
                   message.state != rag::MessageState::Failed) {
            exchanges.push_back({question->text, message.text});
            question = nullptr;
        }
    }
    return exchanges;
}

QString conversationTitle(const QString &question)
{
    constexpr qsizetype kLongest = 60;
    const QString text = question.simplified();
    if (text.size() <= kLongest) {
        return text;
    }
    const qsizetype space = text.lastIndexOf(QLatin1Char(' '), kLongest);
    qsizetype end = space > kLongest / 2 ? space : kLongest;
    if (text.at(end - 1).isHighSurrogate()) {
        --end;
    }
    return text.left(end) + QChar(0x2026);
}

} // namespace ui
