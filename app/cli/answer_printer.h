#pragma once

#include "rag/answer/answerer.h"

#include <CLI/CLI.hpp>

namespace app {

/// What an AnswerPrinter shows.
struct Shown
{
    bool answer = true;    ///< false: nothing at all on stdout
    bool notes = true;     ///< on stderr: what was searched for
    bool thinking = false; ///< on stderr
};

/// Prints an answer on stdout as it comes, "~" behind a sentence that its source supports weakly and "?"
/// behind one that it does not support; and then where its citations stand, and what the scan of the pages
/// found.
class AnswerPrinter
{
public:
    explicit AnswerPrinter(Shown shown);

    /// Refers to this object.
    rag::Answerer::OnEvent onEvent();
    void finish(const rag::Answer &answer) const;

private:
    void take(const rag::AnswerEvent &event);
    void print(const rag::AnswerText &text);
    void mark(const rag::AnswerSentence &sentence);

    Shown m_shown;
    std::size_t m_printed = 0; ///< bytes of the answer
    bool m_marked = false;     ///< some sentence has a mark
    bool m_thought = false;    ///< thoughts stand on the line
};

/// --passages, --max-tokens, --best-of, --thinking
void addAnswerOptions(CLI::App &command, rag::AnswerOptions &options);

} // namespace app
