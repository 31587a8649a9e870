#include "rag/answer/answer_writer.h"

#include <algorithm>
#include <utility>

namespace rag {

AnswerWriter::AnswerWriter(Answer &answer, const Answerer::OnEvent &onEvent)
    : m_answer(answer)
    , m_onEvent(onEvent)
{
}

void AnswerWriter::searchedFor(const std::string &text)
{
    m_answer.searchedFor = text;
    send(SearchedFor{text});
}

void AnswerWriter::passages(std::vector<Passage> passages)
{
    m_answer.passages = std::move(passages);
    send(PassagesFound{m_answer.passages});
}

void AnswerWriter::scanned(const ScopeScan &scan)
{
    m_answer.scan = scan;
    send(Scanned{scan});
}

void AnswerWriter::thought(std::string_view text)
{
    m_answer.thinking += text;
    send(Thought{std::string(text)});
}

void AnswerWriter::text(const std::string &text)
{
    m_answer.text += text;
    send(AnswerText{text, false});
}

void AnswerWriter::mark(const Citation &citation)
{
    const bool isNew = std::none_of(m_answer.citations.begin(), m_answer.citations.end(),
                                    [&](const Citation &other) { return other.n == citation.n; });
    if (isNew) {
        m_answer.citations.push_back(citation);
        send(Cited{citation});
    }
    text(" [" + std::to_string(citation.n) + "]");
}

void AnswerWriter::judged(std::uint32_t begin, Verdict verdict, double support, bool quoted,
                          std::vector<int> citations)
{
    AnswerSentence sentence{begin, position(), verdict, quoted, support, std::move(citations)};
    m_answer.sentences.push_back(sentence);
    send(Judged{std::move(sentence)});
}

void AnswerWriter::send(const AnswerEvent &event)
{
    if (m_onEvent)
        m_onEvent(event);
}

} // namespace rag
