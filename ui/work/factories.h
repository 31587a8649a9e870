#pragma once

#include "rag/answer/answerer.h"
#include "rag/ingest/ingestor.h"
#include "rag/tasks/task.h"
#include "rag/types.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rag {
class Database;
}

namespace ui {

/// One open PDF as the reader needs it. One thread at a time.
class PageSource
{
public:
    virtual ~PageSource() = default;

    virtual const rag::PdfInfo &info() const = 0;
    /// @param page  0 .. info().pages - 1. Errors: Damaged, Cancelled.
    virtual rag::Result<rag::PageImage> render(int page, double pixelsPerPoint,
                                               const rag::CancelToken &cancel) = 0;
};

/// Which model answers, and on what.
struct ModelName
{
    std::string model;
    std::string device;
};

/// What the window is given from outside: how to make the objects its workers own. Each function is called on
/// the worker's thread, may take long (models are loaded) and may fail; it must be safe from any thread.
struct Factories
{
    std::function<rag::Result<std::unique_ptr<rag::Database>>()> connect;
    std::function<rag::Result<std::unique_ptr<rag::Ingestor>>()> makeIngestor;
    std::function<rag::Result<std::unique_ptr<rag::Answerer>>()> makeAnswerer;
    /// Work on whole documents. May be empty: there is none.
    std::function<rag::Result<std::unique_ptr<rag::TaskRunner>>()> makeTaskRunner;
    /// Whether a question asks for such work. May be empty: none does.
    std::function<std::optional<rag::TaskRequest>(std::string_view question)> recogniseTask;
    /// What could be asked after an answer. May be empty: nothing.
    std::function<std::vector<std::string>(std::string_view question, const rag::Answer &answer)> suggest;
    /// What to call a conversation that begins so. May be empty: by its first words.
    std::function<std::string(std::string_view question)> titleOf;
    /// Of the model that makeAnswerer() has loaded. May be empty: not told before the first answer.
    std::function<rag::Result<ModelName>()> describeModel;
    /// Takes a document out of database and index.
    std::function<rag::Result<void>(rag::DocumentId)> removeDocument;
    /// Drops what the model keeps on disk of prompts it has read. May be empty: it keeps nothing.
    std::function<rag::Result<void>()> forgetPrompts;
    /// Errors: NotFound, Unreadable, Locked, Damaged.
    std::function<rag::Result<std::unique_ptr<PageSource>>(const std::filesystem::path &,
                                                           const std::string &password)>
        openPdf;
};

} // namespace ui
