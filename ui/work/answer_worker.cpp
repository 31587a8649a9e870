#include "ui/work/answer_worker.h"

#include "rag/store/answer_saver.h"
#include "rag/store/sqlite.h"
#include "ui/shared/convert.h"
#include "ui/work/guarded.h"

#include <QElapsedTimer>

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

    void operator()(const rag::PassagesFound &found)
    {
        emit m_worker.passagesFound(m_number, found.passages);
    }

    void operator()(const rag::AnswerText &text)
    {
        if (text.replace) {
            m_waiting.clear();
            m_replace = true;
            m_saver.replace(text.text);
        } else {
            m_saver.add(text.text);
        }
        m_waiting += text.text;
        if (!m_sinceFlush.isValid() || m_sinceFlush.elapsed() >= kGatherMs) {
            flush();
        }
    }

    void operator()(const rag::Cited &mark)
    {
        flush();
        emit m_worker.cited(m_number, mark.citation);
    }

    // What the window does not show while it streams: the finished answer carries all of it.
    void operator()(const rag::SearchedFor &) {}

    void operator()(const rag::Judged &) {}

    void operator()(const rag::Scanned &) {}

    void operator()(const rag::Thought &) {}

    void flush()
    {
        if (!m_waiting.empty() || m_replace) {
            emit m_worker.textCame(m_number, toQString(m_waiting), m_replace);
        }
        m_waiting.clear();
        m_replace = false;
        m_sinceFlush.start();
    }

    void end()
    {
        flush();
        m_saver.end();
    }

private:
    AnswerWorker &m_worker;
    quint64 m_number;
    rag::AnswerSaver m_saver;
    std::string m_waiting;
    bool m_replace = false;
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

rag::Result<rag::Answer> AnswerWorker::answer(const AskRequest &request, rag::MessageId &answerId)
{
    const rag::CancelToken cancel = beginQuestion(request.number);
    RETURN_IF_ERROR(open());
    rag::HistoryStore history(*m_database);

    AskStarted asked{request.number, request.conversation, {}};
    if (asked.conversation == 0) {
        ASSIGN_OR_RETURN(asked.conversation,
                         history.create(toUtf8(conversationTitle(request.text)), request.scope));
    }
    if (request.regenerate) {
        ASSIGN_OR_RETURN(asked.messages, history.regenerate(asked.conversation));
    } else {
        ASSIGN_OR_RETURN(asked.messages, history.ask(asked.conversation, toUtf8(request.text)));
    }
    answerId = asked.messages.answer;
    emit started(asked);

    ASSIGN_OR_RETURN(const auto messages, history.messages(asked.conversation));
    rag::Question question;
    question.text = toUtf8(request.text);
    question.documents = request.scope;
    question.conversation = asked.conversation;
    for (const auto &message : messages) {
        if (message.id == asked.messages.question) {
            question.text = message.text;
        }
    }
    if (!m_answerer) {
        ASSIGN_OR_RETURN(m_answerer, m_factories.makeAnswerer());
    }
    Stream stream(*this, request.number, answerId);
    const auto onEvent = [&stream](const rag::AnswerEvent &event) {
        std::visit([&stream](const auto &value) { stream(value); }, event);
    };
    ASSIGN_OR_RETURN(rag::Answer answer,
                     m_answerer->ask(question, exchangesOf(messages), request.options, onEvent, cancel));
    stream.end();
    RETURN_IF_ERROR(history.finish(answerId, answer));
    return answer;
}

rag::CancelToken AnswerWorker::beginQuestion(quint64 number)
{
    const std::lock_guard lock(m_mutex);
    m_current = number;
    m_cancel = {};
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
