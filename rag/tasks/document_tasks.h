#pragma once

#include "rag/model/embedder.h"
#include "rag/model/language_model.h"
#include "rag/store/library_store.h"
#include "rag/store/task_store.h"
#include "rag/tasks/task.h"

#include <memory>

namespace rag {

/// Map and reduce over every passage. The map step takes notes: sentences of the document itself, chosen by
/// their words (tasks/salience.h, tasks/matches.h), or a model's, as far as the passages support them. The
/// reduce step chooses among them, by the vectors that are stored already. So a result is there without any
/// model, and nothing in it stands on a model's word alone.
class DocumentTasks final : public TaskRunner
{
public:
    /// @param embedder  null: words only
    /// @param model  one that is good enough to take notes; null: the document's own sentences only
    DocumentTasks(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                  std::unique_ptr<LanguageModel> model);

    Result<TaskResult> run(const TaskRequest &request, const OnProgress &onProgress,
                           const CancelToken &cancel) override;
    Result<std::vector<TaskRequest>> unfinished() override;

private:
    std::shared_ptr<Database> m_database;
    LibraryStore m_store;
    TaskStore m_tasks;
    std::shared_ptr<const Embedder> m_embedder;
    std::unique_ptr<LanguageModel> m_model;
};

} // namespace rag
