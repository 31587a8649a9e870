#include "app/cli/answer_printer.h"

#include "app/cli/terminal.h"

#include <cstdio>

namespace app {

AnswerPrinter::AnswerPrinter(bool shown)
    : m_shown(shown)
{
}

rag::Answerer::OnEvent AnswerPrinter::onEvent()
{
    return [this](const rag::AnswerEvent &event) { take(event); };
}

void AnswerPrinter::take(const rag::AnswerEvent &event)
{
    const auto *text = std::get_if<rag::AnswerText>(&event);
    if (!m_shown || !text)
        return;
    // What is printed can not be taken back: a replacement is the answer anew.
    std::printf("%s%s", text->replace ? "\n\n" : "", plainText(text->text).c_str());
    std::fflush(stdout);
}

void AnswerPrinter::finish(const rag::Answer &answer) const
{
    if (!m_shown)
        return;
    std::printf("\n");
    for (const rag::Citation &citation : answer.citations) {
        const std::string label =
            citation.pageLabel.empty() || citation.pageLabel == std::to_string(citation.page + 1)
                ? std::string()
                : " (" + citation.pageLabel + ")";
        std::printf("\n[%d] %s, page %d%s: %s", citation.n, plainText(citation.documentName).c_str(),
                    citation.page + 1, plainText(label).c_str(), plainText(citation.quote).c_str());
    }
    std::printf(answer.citations.empty() ? "" : "\n");
    std::fflush(stdout);
}

void addAnswerOptions(CLI::App &command, rag::AnswerOptions &options)
{
    constexpr int kMostPassages = 50;
    constexpr int kMostTokens = 8192;
    command.add_option("--passages", options.passages, "Passages to answer from")
        ->check(CLI::Range(1, kMostPassages));
    command.add_option("--max-tokens", options.maxTokens, "Longest answer")
        ->check(CLI::Range(1, kMostTokens));
}

} // namespace app
