#pragma once

#include "rag/store/library_store.h"
#include "rag/store/sqlite.h"
#include "ui/work/factories.h"

#include <QString>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tests {

/// Holds a fake back until the test lets it go on, so that what is seen "while it works" needs no luck.
class Gate
{
public:
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_open = false;
    }

    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        m_changed.notify_all();
    }

    /// Returns when the gate is open or the work cancelled.
    void pass(const rag::CancelToken &cancel)
    {
        std::unique_lock lock(m_mutex);
        while (!m_open && !cancel.isCancelled()) {
            m_changed.wait_for(lock, std::chrono::milliseconds(2));
        }
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_open = true;
};

/// What the fakes do, and what was asked of them; shared by all threads.
struct Script
{
    Gate ingest; ///< before each page
    Gate answer; ///< before each piece of text
    Gate store;  ///< before each connection is opened
    Gate pages;  ///< before each page is drawn
    Gate models; ///< before an answerer is made
    std::vector<std::string> pieces{"The **notice** period ", "is 30 days [1]."};
    std::string quote = "The notice period is 30 days.";
    std::atomic<bool> modelMissing{false};
    std::atomic<bool> deviceFails{false};
    std::atomic<int> questions{0};
    std::atomic<int> pagesBegun{0};
    std::atomic<int> tasks{0};
    std::atomic<int> promptsForgotten{0};
    std::atomic<bool> toldToAnswer{false};
    std::vector<std::string> thoughts;
    std::string searchedFor;

    std::mutex mutex; ///< guards what follows
    std::vector<rag::DocumentId> lastScope;
    std::vector<rag::Exchange> lastHistory;
    int lastMaxTokens = 0;
    rag::Question lastQuestion;
    rag::TaskRequest lastTask;
};

constexpr int kPages = 3;
inline const std::string kPassword = "secret";

/// Stores three pages a file. Named "locked*": wants the password; "broken*": is no PDF.
class FakeIngestor final : public rag::Ingestor
{
public:
    FakeIngestor(std::unique_ptr<rag::Database> database, Script &script)
        : m_database(std::move(database))
        , m_script(script)
    {
    }

    rag::Result<rag::Ingested> ingest(const std::filesystem::path &pdf, const std::string &password,
                                      const OnProgress &onProgress, const rag::CancelToken &cancel) override
    {
        const std::string name = pdf.filename().string();
        if (name.starts_with("locked") && password != kPassword) {
            return rag::fail(rag::ErrorCode::Locked, "password");
        }
        if (name.starts_with("broken")) {
            return rag::fail(rag::ErrorCode::Damaged, "no PDF");
        }
        rag::LibraryStore store(*m_database);
        ASSIGN_OR_RETURN(const auto known, store.documentByHash("hash of " + name));
        if (known && known->state == rag::DocumentState::Done) {
            rag::Ingested there;
            there.document = known->id;
            there.alreadyThere = true;
            there.pages = known->pages;
            return there;
        }
        rag::DocumentId id = known ? known->id : 0;
        if (!known) {
            rag::NewDocument fresh;
            fresh.path = pdf.string();
            fresh.name = name;
            fresh.hash = "hash of " + name;
            fresh.pages = kPages;
            ASSIGN_OR_RETURN(id, store.addDocument(fresh));
        }
        return readPages(id, known ? known->pagesDone : 0, name, onProgress, cancel);
    }

    rag::Result<std::vector<rag::Document>> unfinished() override
    {
        ASSIGN_OR_RETURN(std::vector<rag::Document> documents, rag::LibraryStore(*m_database).documents());
        std::erase_if(documents, [](const auto &d) { return d.state != rag::DocumentState::Ingesting; });
        return documents;
    }

    rag::Result<rag::Ingested> resume(rag::DocumentId document, const OnProgress &onProgress,
                                      const rag::CancelToken &cancel) override
    {
        ASSIGN_OR_RETURN(const auto known, rag::LibraryStore(*m_database).document(document));
        return readPages(document, known ? known->pagesDone : 0, known ? known->name : "", onProgress,
                         cancel);
    }

private:
    rag::Result<rag::Ingested> readPages(rag::DocumentId id, int from, const std::string &name,
                                         const OnProgress &onProgress, const rag::CancelToken &cancel)
    {
        rag::LibraryStore store(*m_database);
        for (int page = from; page < kPages; ++page) {
            m_script.ingest.pass(cancel);
            if (cancel.isCancelled()) {
                return rag::fail(rag::ErrorCode::Cancelled, "cancelled");
            }
            RETURN_IF_ERROR(store.addPage(id, content(page), {}));
            onProgress({id, rag::IngestStage::Reading, page + 1, kPages, 0, 0, name});
        }
        RETURN_IF_ERROR(store.setState(id, rag::DocumentState::Done, ""));
        rag::Ingested done;
        done.document = id;
        done.pages = kPages;
        return done;
    }

    rag::PageContent content(int page) const
    {
        rag::PageContent content;
        content.page = page;
        content.width = 595;
        content.height = 842;
        content.text = m_script.quote;
        const auto length = std::uint32_t(content.text.size());
        content.chars = {{0, length, {72, 90, 200, 12}}};
        content.blocks = {{0, length, rag::BlockKind::Body, 11}};
        return content;
    }

    std::unique_ptr<rag::Database> m_database;
    Script &m_script;
};

/// Gives the script's pieces, cites page 2 of the first document asked.
class FakeAnswerer final : public rag::Answerer
{
public:
    explicit FakeAnswerer(Script &script)
        : m_script(script)
    {
    }

    rag::Result<rag::Answer> ask(const rag::Question &question, const std::vector<rag::Exchange> &history,
                                 const rag::AnswerOptions &options, const OnEvent &onEvent,
                                 const rag::CancelToken &cancel) override
    {
        ++m_script.questions;
        {
            const std::lock_guard lock(m_script.mutex);
            m_script.lastScope = question.documents;
            m_script.lastHistory = history;
            m_script.lastMaxTokens = options.maxTokens;
            m_script.lastQuestion = question;
        }
        if (m_script.deviceFails) {
            return rag::fail(rag::ErrorCode::Device, "device");
        }
        rag::Answer answer;
        answer.model = "fake-model";
        answer.device = "CPU";
        answer.passages = {passage()};
        if (!m_script.searchedFor.empty()) {
            answer.searchedFor = m_script.searchedFor;
            onEvent(rag::SearchedFor{m_script.searchedFor});
        }
        onEvent(rag::PassagesFound{answer.passages});
        for (const std::string &thought : m_script.thoughts) {
            answer.thinking += thought;
            onEvent(rag::Thought{thought});
        }
        while (!m_script.thoughts.empty() && !options.answerNow.isCancelled() && !cancel.isCancelled()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2)); // it thinks until it is told to answer
        }
        m_script.toldToAnswer = options.answerNow.isCancelled();
        for (const std::string &piece : m_script.pieces) {
            m_script.answer.pass(cancel);
            if (cancel.isCancelled()) {
                answer.stopped = true;
                return answer;
            }
            answer.text += piece;
            answer.answerTokens += 5;
            onEvent(rag::AnswerText{piece, false});
        }
        answer.citations = {citation()};
        onEvent(rag::Cited{answer.citations.front()});
        answer.seconds.decode = 0.5;
        return answer;
    }

private:
    rag::Passage passage() const
    {
        rag::Passage passage;
        passage.chunk = 1;
        passage.document = 1;
        passage.documentName = "rules.pdf";
        passage.page = 1;
        passage.lastPage = 1;
        passage.text = m_script.quote;
        passage.segments = {{1, 0, 0, std::uint32_t(m_script.quote.size())}};
        return passage;
    }

    rag::Citation citation() const
    {
        return {1, 1, "rules.pdf", 1, "", m_script.quote, {{72, 90, 200, 12}, {72, 104, 120, 12}}};
    }

    Script &m_script;
};

/// Reads three pages, says so, cites page 2 of the first document.
class FakeTasks final : public rag::TaskRunner
{
public:
    explicit FakeTasks(Script &script)
        : m_script(script)
    {
    }

    rag::Result<rag::TaskResult> run(const rag::TaskRequest &request, const OnProgress &onProgress,
                                     const rag::CancelToken &cancel) override
    {
        {
            const std::lock_guard lock(m_script.mutex);
            m_script.lastTask = request;
        }
        ++m_script.tasks;
        rag::TaskResult result;
        result.answer.model = "fake-model";
        for (int page = 1; page <= kPages; ++page) {
            onProgress({"rules.pdf", page, kPages, 0, false});
            m_script.answer.pass(cancel);
            if (cancel.isCancelled()) {
                result.answer.stopped = true;
                return result;
            }
        }
        onProgress({"rules.pdf", kPages, kPages, 1, true});
        result.answer.text = "A summary [1].\n\nRead 3 of 3 pages.";
        result.answer.citations = {
            {1, request.documents.front(), "rules.pdf", 1, "", m_script.quote, {{72, 90, 200, 12}}}};
        return result;
    }

    rag::Result<std::vector<rag::TaskRequest>> unfinished() override
    {
        return std::vector<rag::TaskRequest>();
    }

private:
    Script &m_script;
};

class FakePages final : public ui::PageSource
{
public:
    explicit FakePages(Script &script)
        : m_script(script)
    {
        m_info.pages = kPages;
    }

    const rag::PdfInfo &info() const override { return m_info; }

    rag::Result<rag::PageImage> render(int, double pixelsPerPoint, const rag::CancelToken &) override
    {
        ++m_script.pagesBegun;
        m_script.pages.pass({});
        rag::PageImage image;
        image.width = int(595 * pixelsPerPoint);
        image.height = int(842 * pixelsPerPoint);
        image.pointsPerPixel = float(595.0 / image.width);
        image.pixels.assign(std::size_t(image.width) * std::size_t(image.height) * 4, 0xff);
        return image;
    }

private:
    Script &m_script;
    rag::PdfInfo m_info;
};

/// Functions that make the fakes over one real database in `folder`.
inline ui::Factories fakeFactories(Script &script, const QString &folder)
{
    const std::filesystem::path file = (folder + QStringLiteral("/warraq.db")).toStdString();
    ui::Factories factories;
    factories.connect = [&script, file] {
        script.store.pass({});
        return rag::Database::open(file);
    };
    factories.makeIngestor = [&script, file]() -> rag::Result<std::unique_ptr<rag::Ingestor>> {
        ASSIGN_OR_RETURN(auto database, rag::Database::open(file));
        return std::make_unique<FakeIngestor>(std::move(database), script);
    };
    factories.makeAnswerer = [&script]() -> rag::Result<std::unique_ptr<rag::Answerer>> {
        script.models.pass({});
        if (script.modelMissing) {
            return rag::fail(rag::ErrorCode::NotFound, "no model");
        }
        return std::make_unique<FakeAnswerer>(script);
    };
    factories.makeTaskRunner = [&script]() -> rag::Result<std::unique_ptr<rag::TaskRunner>> {
        return std::make_unique<FakeTasks>(script);
    };
    factories.forgetPrompts = [&script]() -> rag::Result<void> {
        ++script.promptsForgotten;
        return {};
    };
    factories.describeModel = [] { return rag::Result<ui::ModelName>(ui::ModelName{"fake-model", "CPU"}); };
    factories.removeDocument = [file](rag::DocumentId id) -> rag::Result<void> {
        ASSIGN_OR_RETURN(const auto database, rag::Database::open(file));
        ASSIGN_OR_RETURN(const auto chunks, rag::LibraryStore(*database).removeDocument(id));
        static_cast<void>(chunks);
        return {};
    };
    factories.openPdf =
        [&script](const std::filesystem::path &path,
                  const std::string &password) -> rag::Result<std::unique_ptr<ui::PageSource>> {
        if (path.filename().string().starts_with("locked") && password != kPassword) {
            return rag::fail(rag::ErrorCode::Locked, "password");
        }
        return std::make_unique<FakePages>(script);
    };
    return factories;
}

} // namespace tests
