#pragma once

#include "rag/answer/answerer.h"

#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// The answer as it grows: keeps text, citations, verdicts and events in step.
class AnswerWriter
{
public:
    /// Both must outlive this. @param onEvent  may be empty
    AnswerWriter(Answer &answer, const Answerer::OnEvent &onEvent);

    void searchedFor(const std::string &text);
    void passages(std::vector<Passage> passages);
    void scanned(const ScopeScan &scan);
    void thought(std::string_view text);
    void text(const std::string &text);
    /// Appends the mark " [n]"; a number that is cited already keeps its first quote.
    void mark(const Citation &citation);
    /// All text since `begin` was one sentence.
    void judged(std::uint32_t begin, Verdict verdict, double support, bool quoted,
                std::vector<int> citations);

    std::uint32_t position() const { return std::uint32_t(m_answer.text.size()); }

    Answer &answer() { return m_answer; }

private:
    void send(const AnswerEvent &event);

    Answer &m_answer;
    const Answerer::OnEvent &m_onEvent;
};

} // namespace rag
