#include "rag/eval/evaluation.h"

#include "rag/retrieve/hybrid_retriever.h"
#include "rag/retrieve/question_text.h"

#include <algorithm>
#include <chrono>

namespace rag {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<FoundPage> distinctPages(std::span<const Passage> passages)
{
    std::vector<FoundPage> pages;
    for (const Passage &passage : passages)
        for (const int page : pagesOf(passage)) {
            FoundPage found{passage.documentName, page};
            if (std::find(pages.begin(), pages.end(), found) == pages.end())
                pages.push_back(std::move(found));
        }
    return pages;
}

/// The question asked just before, with what was answered if it was.
std::vector<Exchange> historyOf(const EvalQuestion &question, std::span<const EvalRow> rows)
{
    const auto before = std::find_if(
        rows.begin(), rows.end(), [&](const EvalRow &row) { return row.question.id == question.followUpOf; });
    if (question.followUpOf.empty() || before == rows.end())
        return {};
    return {{before->question.question, before->answer ? before->answer->text : std::string()}};
}

} // namespace

Result<std::vector<EvalRow>> evaluate(std::span<const EvalQuestion> questions,
                                      const std::map<std::string, DocumentId> &documents,
                                      Retriever &retriever, Answerer *answerer, const EvalOptions &options,
                                      const std::function<void(int)> &onProgress, const CancelToken &cancel)
{
    std::vector<DocumentId> all;
    for (const auto &[name, id] : documents)
        all.push_back(id);

    std::vector<EvalRow> rows;
    for (const EvalQuestion &question : questions) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "evaluation stopped");
        EvalRow row;
        row.question = question;
        row.inDocument = !question.pdf.empty();
        const std::vector<Exchange> history = historyOf(question, rows);
        const std::string text = searchText(question.question, history);
        const auto document = documents.find(question.pdf);
        const bool haveDocument = document != documents.end();

        const auto start = Clock::now();
        if (haveDocument) {
            ASSIGN_OR_RETURN(const std::vector<Passage> inside,
                             retriever.retrieve({text, {document->second}, 0}, options.passages, cancel));
            row.documentPages = distinctPages(inside);
        }
        ASSIGN_OR_RETURN(const std::vector<Passage> over,
                         retriever.retrieve({text, all, 0}, options.passages, cancel));
        row.libraryPages = distinctPages(over);
        row.retrieveSeconds = since(start);

        if (answerer && (haveDocument || !row.inDocument)) {
            const auto asked = Clock::now();
            const Question scoped{question.question, haveDocument ? std::vector{document->second} : all, 0};
            ASSIGN_OR_RETURN(row.answer, answerer->ask(scoped, history, options.answer, {}, cancel));
            row.confidence = answerer->confidence();
            row.answerSeconds = since(asked);
        }
        rows.push_back(std::move(row));
        if (onProgress)
            onProgress(int(rows.size()));
    }
    return rows;
}

} // namespace rag
