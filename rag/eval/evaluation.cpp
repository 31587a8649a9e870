#include "rag/eval/evaluation.h"

#include "rag/eval/extraction.h"
#include "rag/retrieve/hybrid_retriever.h"
#include "rag/retrieve/question_text.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

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

constexpr double kLocated = 0.15; ///< character error up to which a quote counts as found for its boxes

/// Looks for the gold quotes on their pages, and lays the citations' boxes over theirs.
Result<void> judgePages(EvalRow &row, const std::map<std::string, DocumentId> &documents,
                        const PageReader &readPage)
{
    for (const GoldPage &gold : row.question.gold) {
        if (gold.quote.empty())
            continue;
        QuoteReading reading{gold.pdf, gold.page};
        const auto document = documents.find(gold.pdf);
        std::optional<PageContent> page;
        if (document != documents.end()) {
            ASSIGN_OR_RETURN(page, readPage(document->second, gold.page));
        }
        if (!page) {
            row.quotes.push_back(std::move(reading));
            continue;
        }
        const QuoteFit fit = fitQuote(gold.quote, page->text);
        reading.found = fit.found;
        reading.wordsThere = fit.wordsThere;
        reading.characterError = fit.characterError;
        row.quotes.push_back(std::move(reading));
        const std::vector<Box> boxes = boxesOn(*page, fit.begin, fit.end);
        if (!row.answer || fit.characterError > kLocated || boxes.empty())
            continue;
        for (const Citation &citation : row.answer->citations) {
            if (citation.documentName != gold.pdf || citation.page != gold.page)
                continue;
            const Overlap overlap = overlapOf(citation.boxes, boxes);
            row.boxFits.push_back(
                {overlap.unionShare(), overlap.second > 0 ? overlap.shared / overlap.second : 0});
        }
    }
    return {};
}

} // namespace

Result<std::vector<PageReading>> readKnownTexts(const std::filesystem::path &folder,
                                                const std::map<std::string, DocumentId> &documents,
                                                const PageReader &readPage)
{
    std::vector<PageReading> readings;
    for (const auto &[name, id] : documents) {
        std::filesystem::path file = folder / "texts" / std::filesystem::path(name).stem();
        file += ".txt";
        std::ifstream stream(file, std::ios::binary);
        if (!stream)
            continue;
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        std::string_view rest = text;
        for (int number = 0; !rest.empty(); ++number) {
            const std::size_t end = std::min(rest.find('\f'), rest.size());
            const std::string_view printed = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            PageReading reading{name, number};
            for (const char c : printed)
                reading.words += c == ' ' || c == '\n' ? 1 : 0;
            if (printed.find_first_not_of(" \r\n\t") == printed.npos)
                continue;
            ASSIGN_OR_RETURN(const std::optional<PageContent> page, readPage(id, number));
            reading.wordRecall = page ? wordRecall(printed, page->text) : 0;
            reading.characterError = page ? characterError(printed, page->text) : 1;
            readings.push_back(std::move(reading));
        }
    }
    return readings;
}

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
        Question searched;
        searched.text = text;
        if (haveDocument) {
            searched.documents = {document->second};
            ASSIGN_OR_RETURN(const std::vector<Passage> inside,
                             retriever.retrieve(searched, options.passages, cancel));
            row.documentPages = distinctPages(inside);
        }
        searched.documents = all;
        ASSIGN_OR_RETURN(const std::vector<Passage> over,
                         retriever.retrieve(searched, options.passages, cancel));
        row.libraryPages = distinctPages(over);
        row.retrieveSeconds = since(start);

        if (answerer && (haveDocument || !row.inDocument)) {
            const auto asked = Clock::now();
            Question scoped;
            scoped.text = question.question;
            scoped.documents = haveDocument ? std::vector{document->second} : all;
            ASSIGN_OR_RETURN(row.answer, answerer->ask(scoped, history, options.answer, {}, cancel));
            row.confidence = row.answer->confidence > 0 ? row.answer->confidence : answerer->confidence();
            row.answerSeconds = since(asked);
        }
        if (options.readPage)
            RETURN_IF_ERROR(judgePages(row, documents, options.readPage));
        rows.push_back(std::move(row));
        if (onProgress)
            onProgress(int(rows.size()));
    }
    return rows;
}

} // namespace rag
