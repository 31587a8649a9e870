#include "rag/tasks/document_tasks.h"

#include "engine/base/log.h"
#include "rag/retrieve/question_text.h"
#include "rag/store/sqlite.h"
#include "rag/tasks/recognise.h"
#include "rag/tasks/task_work.h"

#include <algorithm>
#include <chrono>

namespace rag {

namespace {

Result<std::vector<DocumentId>> documentsOf(LibraryStore &store, const TaskRequest &request)
{
    std::vector<DocumentId> ids = request.documents;
    if (ids.empty()) {
        ASSIGN_OR_RETURN(const std::vector<Document> all, store.documents());
        for (const Document &document : all)
            if (document.chunks > 0)
                ids.push_back(document.id);
    }
    std::vector<DocumentId> distinct;
    for (const DocumentId id : ids)
        if (std::find(distinct.begin(), distinct.end(), id) == distinct.end())
            distinct.push_back(id);
    if (distinct.empty())
        return fail(ErrorCode::NotFound, "there is nothing in the library yet");
    if (request.kind == TaskKind::Comparison && distinct.size() < 2)
        return fail(ErrorCode::Unsupported, "a comparison needs two documents");
    if (request.kind == TaskKind::ListEvery && keyTerms(request.question).empty())
        return fail(ErrorCode::Unsupported, "say what is to be listed");
    return distinct;
}

std::string languageOf(const TaskRequest &request, const std::vector<ReadDocument> &documents)
{
    if (!request.language.empty())
        return request.language;
    if (!request.question.empty())
        return questionLanguage(request.question);
    return documents.empty() || documents.front().document.language.empty()
               ? "en"
               : documents.front().document.language;
}

Result<void> runKind(TaskWork &work)
{
    switch (work.request.kind) {
    case TaskKind::Summary:
        return summarise(work);
    case TaskKind::Outline:
        return outline(work);
    case TaskKind::Comparison:
        return compare(work);
    case TaskKind::ListEvery:
        return listEvery(work);
    }
    return {};
}

/// A run that was cancelled has read as far as its notes go.
void cutCoverage(TaskResult &result, const std::vector<ReadDocument> &documents,
                 const std::vector<std::vector<PlacedNote>> &notes)
{
    for (std::size_t d = 0; d < documents.size(); ++d) {
        Coverage coverage = documents[d].coverage;
        const int reached =
            d < notes.size() && !notes[d].empty() ? documents[d].passages[notes[d].back().passage].page : -1;
        const bool whole = d + 1 < notes.size();
        if (!whole) {
            coverage.pagesRead = 0;
            std::erase_if(coverage.withoutText, [&](int page) { return page > reached; });
            std::vector<int> unread;
            for (int page = 0; page < coverage.pages; ++page) {
                const bool was = std::find(coverage.unread.begin(), coverage.unread.end(), page) ==
                                     coverage.unread.end() &&
                                 page <= reached;
                coverage.pagesRead += was ? 1 : 0;
                if (!was)
                    unread.push_back(page);
            }
            coverage.unread = std::move(unread);
        }
        result.coverage.push_back(std::move(coverage));
    }
}

} // namespace

DocumentTasks::DocumentTasks(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                             std::unique_ptr<LanguageModel> model)
    : m_database(std::move(database))
    , m_store(*m_database)
    , m_tasks(*m_database)
    , m_embedder(std::move(embedder))
    , m_model(std::move(model))
{
}

Result<TaskResult> DocumentTasks::run(const TaskRequest &request, const OnProgress &onProgress,
                                      const CancelToken &cancel)
{
    const auto start = std::chrono::steady_clock::now();
    TaskResult result;
    result.kind = request.kind;
    if (m_model) {
        result.answer.model = m_model->name();
        result.answer.device = m_model->device();
    }
    ASSIGN_OR_RETURN(const std::vector<DocumentId> ids, documentsOf(m_store, request));
    TaskWork work{m_store,
                  m_tasks,
                  m_embedder.get(),
                  m_model.get(),
                  request,
                  onProgress,
                  cancel,
                  result,
                  ResultWriter(m_store, result.answer),
                  "",
                  {},
                  {},
                  {}};
    Result<void> done = [&]() -> Result<void> {
        for (const DocumentId id : ids) {
            ASSIGN_OR_RETURN(ReadDocument read, readDocument(m_store, m_tasks, id, cancel));
            work.documents.push_back(std::move(read));
        }
        work.language = languageOf(request, work.documents);
        return runKind(work);
    }();
    if (!done && done.error().code != ErrorCode::Cancelled)
        return tl::unexpected(done.error());
    result.answer.stopped = !done;
    if (done) {
        for (const ReadDocument &read : work.documents)
            result.coverage.push_back(read.coverage);
    } else {
        cutCoverage(result, work.documents, work.notes);
    }
    result.answer.text += "\n" + coverageLine(result.coverage, work.language) + "\n";
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    result.answer.seconds.retrieve = seconds.count();
    engine::logLine(engine::LogLevel::Info, "task " + std::to_string(int(request.kind)) + " over " +
                                                std::to_string(ids.size()) +
                                                " documents: " + std::to_string(result.notes) + " notes in " +
                                                std::to_string(seconds.count()) + " s");
    return result;
}

Result<std::vector<TaskRequest>> DocumentTasks::unfinished()
{
    ASSIGN_OR_RETURN(const std::vector<StoredTask> stored, m_tasks.unfinished());
    std::vector<TaskRequest> requests;
    for (const StoredTask &task : stored) {
        if (task.kind < 0 || task.kind > int(TaskKind::ListEvery))
            continue;
        TaskRequest request;
        request.kind = TaskKind(task.kind);
        request.question = task.question;
        request.documents = task.documents;
        requests.push_back(std::move(request));
    }
    return requests;
}

} // namespace rag
