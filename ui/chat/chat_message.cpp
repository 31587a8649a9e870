#include "ui/chat/chat_message.h"

#include <variant>

namespace ui {

namespace {

struct Take
{
    ChatMessage &answer;

    void operator()(const rag::SearchedFor &searched) const { answer.details.searchedFor = searched.text; }

    void operator()(const rag::PassagesFound &found) const { answer.details.passages = found.passages; }

    void operator()(const rag::AnswerText &text) const
    {
        if (text.replace) {
            answer.message.text.clear();
            answer.details.sentences.clear(); // they were of the text that is void
        }
        answer.message.text += text.text;
        answer.thinking = false;
    }

    void operator()(const rag::Cited &mark) const { answer.message.citations.push_back(mark.citation); }

    void operator()(const rag::Judged &judged) const { answer.details.sentences.push_back(judged.sentence); }

    void operator()(const rag::Scanned &scanned) const { answer.details.scan = scanned.scan; }

    void operator()(const rag::Thought &thought) const
    {
        answer.details.thinking += thought.text;
        answer.thinking = true;
    }
};

} // namespace

ChatMessage messageOf(const rag::Message &message)
{
    ChatMessage shown;
    shown.message = message;
    shown.details.searchedFor = message.details.searchedFor;
    shown.details.thinking = message.details.thinking;
    shown.details.confidence = message.details.confidence;
    shown.details.scan = message.details.scan;
    shown.details.sentences = message.details.sentences;
    return shown;
}

void take(ChatMessage &answer, const rag::AnswerEvent &event)
{
    std::visit(Take{answer}, event);
}

void take(ChatMessage &answer, const rag::Answer &whole)
{
    rag::Message &message = answer.message;
    message.text = whole.text;
    message.abstained = whole.abstained;
    message.citations = whole.citations;
    message.model = whole.model;
    message.state = whole.stopped ? rag::MessageState::Stopped : rag::MessageState::Complete;
    message.tokensPerSecond = whole.seconds.decode > 0 ? whole.answerTokens / whole.seconds.decode : 0;
    answer.details = whole;
    answer.thinking = false;
}

} // namespace ui
