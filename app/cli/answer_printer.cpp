#include "app/cli/answer_printer.h"

#include "app/cli/terminal.h"

#include <algorithm>
#include <cstdio>

namespace app {

namespace {

std::string linesOf(const rag::Citation &citation)
{
    const bool sameLabel =
        citation.pageLabel.empty() || citation.pageLabel == std::to_string(citation.page + 1);
    return "\n[" + std::to_string(citation.n) + "] " + citation.documentName + ", page " +
           std::to_string(citation.page + 1) + (sameLabel ? "" : " (" + citation.pageLabel + ")") + ": " +
           citation.quote;
}

/// "Searched 312 of 312 pages: no hit for “zebra”; “regatta” on 2 pages (4, 17)."
std::string scanLine(const rag::ScopeScan &scan)
{
    std::string line = "Searched " + std::to_string(scan.pagesSearched) + " of " +
                       std::to_string(scan.pagesInScope) + " pages";
    const char *joint = ": ";
    for (const rag::TermHits &term : scan.terms) {
        line += joint;
        joint = "; ";
        if (term.pages == 0) {
            line += "no hit for “" + term.term + "”";
            continue;
        }
        line +=
            "“" + term.term + "” on " + std::to_string(term.pages) + (term.pages == 1 ? " page" : " pages");
        std::string places;
        for (const auto &[document, page] : term.places)
            places += (places.empty() ? "" : ", ") + std::to_string(page + 1);
        if (!places.empty())
            line += " (" + places + (std::size_t(term.pages) > term.places.size() ? ", …)" : ")");
    }
    return line + ".";
}

} // namespace

AnswerPrinter::AnswerPrinter(Shown shown)
    : m_shown(shown)
{
}

rag::Answerer::OnEvent AnswerPrinter::onEvent()
{
    return [this](const rag::AnswerEvent &event) { take(event); };
}

void AnswerPrinter::take(const rag::AnswerEvent &event)
{
    if (const auto *thought = std::get_if<rag::Thought>(&event); thought && m_shown.thinking) {
        std::fprintf(stderr, "%s", plainText(thought->text).c_str());
        m_thought = true;
    }
    if (const auto *searched = std::get_if<rag::SearchedFor>(&event);
        searched && m_shown.notes && m_shown.answer)
        std::fprintf(stderr, "Searched for: %s\n", plainText(searched->text).c_str());
    if (const auto *text = std::get_if<rag::AnswerText>(&event); text && m_shown.answer)
        print(*text);
    if (const auto *judged = std::get_if<rag::Judged>(&event); judged && m_shown.answer)
        mark(judged->sentence);
}

void AnswerPrinter::print(const rag::AnswerText &text)
{
    if (m_thought)
        std::fputs("\n\n", stderr);
    m_thought = false;
    // What is printed can not be taken back: a replacement is the answer anew.
    std::printf("%s%s", text.replace ? "\n\n" : "", plainText(text.text).c_str());
    m_printed = text.replace ? text.text.size() : m_printed + text.text.size();
    std::fflush(stdout);
}

/// Only where the sentence is the last thing printed: elsewhere the mark would stand behind another.
void AnswerPrinter::mark(const rag::AnswerSentence &sentence)
{
    constexpr std::size_t kMarks = 16; ///< bytes: its citation marks
    if (sentence.verdict == rag::Verdict::Supported || sentence.end + kMarks < m_printed)
        return;
    std::fputs(sentence.verdict == rag::Verdict::Weak ? " ~" : " ?", stdout);
    std::fflush(stdout);
    m_marked = true;
}

void AnswerPrinter::finish(const rag::Answer &answer) const
{
    if (!m_shown.answer)
        return;
    std::printf("\n");
    for (const rag::Citation &citation : answer.citations)
        std::printf("%s", plainText(linesOf(citation)).c_str());
    std::printf(answer.citations.empty() ? "" : "\n");
    if (answer.abstained && answer.scan)
        std::printf("\n%s\n", plainText(scanLine(*answer.scan)).c_str());
    if (m_marked)
        std::printf("\n~ weakly supported by its source   ? not supported by it\n");
    std::fflush(stdout);
}

void addAnswerOptions(CLI::App &command, rag::AnswerOptions &options)
{
    constexpr int kMostPassages = 50;
    constexpr int kMostTokens = 8192;
    constexpr int kMostDraws = 32;
    command.add_option("--passages", options.passages, "Passages to answer from")
        ->check(CLI::Range(1, kMostPassages));
    command.add_option("--max-tokens", options.maxTokens, "Longest answer")
        ->check(CLI::Range(1, kMostTokens));
    command.add_option("--best-of", options.bestOf, "Draw so many answers and keep the best supported")
        ->check(CLI::Range(1, kMostDraws));
    command
        .add_option("--thinking", options.thinkingBudget, "Tokens that a reasoning model may think; 0: none")
        ->check(CLI::Range(0, kMostTokens));
}

} // namespace app
