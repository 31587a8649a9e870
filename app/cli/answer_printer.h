#pragma once

#include "rag/answer/answerer.h"

#include <CLI/CLI.hpp>

namespace app {

/// Prints an answer on stdout as it comes, and then where its citations stand.
class AnswerPrinter
{
public:
    /// @param shown  false: prints nothing
    explicit AnswerPrinter(bool shown);

    /// Refers to this object.
    rag::Answerer::OnEvent onEvent();
    void finish(const rag::Answer &answer) const;

private:
    void take(const rag::AnswerEvent &event);
    bool m_shown;
};

/// --passages, --max-tokens
void addAnswerOptions(CLI::App &command, rag::AnswerOptions &options);

} // namespace app
