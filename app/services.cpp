#include "app/services.h"

#include "app/models.h"
#include "engine/base/log.h"
#include "rag/answer/grounded_answerer.h"
#include "rag/index/faiss_index.h"
#include "rag/ingest/pdf_ingestor.h"
#include "rag/ingest/remove_document.h"
#include "rag/model/engine_embedder.h"
#include "rag/model/engine_language_model.h"
#include "rag/retrieve/engine_reranker.h"
#include "rag/retrieve/hybrid_retriever.h"
#include "rag/tasks/document_tasks.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace app {

namespace fs = std::filesystem;
using engine::ErrorCode;
using engine::fail;
using engine::Result;

namespace {

/// Below this a model's own words are not believed without the passages; see rag::GroundedOptions.
constexpr std::int64_t kSmallModel = 1'000'000'000;

/// File or folder in a models folder that passages are ranked once more with, if somebody put one there.
constexpr const char *kReranker = "reranker";

/// An ingestor with the connection it uses.
class OwnedIngestor final : public rag::Ingestor
{
public:
    OwnedIngestor(std::unique_ptr<rag::Database> database, std::shared_ptr<const rag::Embedder> embedder,
                  std::shared_ptr<rag::VectorIndex> index, const rag::PdfOptions &options)
        : m_database(std::move(database))
        , m_ingestor(*m_database, std::move(embedder), std::move(index), options)
    {
    }

    Result<rag::Ingested> ingest(const fs::path &pdf, const std::string &password,
                                 const OnProgress &onProgress, const engine::CancelToken &cancel) override
    {
        return m_ingestor.ingest(pdf, password, onProgress, cancel);
    }

    Result<std::vector<rag::Document>> unfinished() override { return m_ingestor.unfinished(); }

    Result<rag::Ingested> resume(rag::DocumentId document, const OnProgress &onProgress,
                                 const engine::CancelToken &cancel) override
    {
        return m_ingestor.resume(document, onProgress, cancel);
    }

private:
    std::unique_ptr<rag::Database> m_database;
    rag::PdfIngestor m_ingestor;
};

/// Empties a folder; none is empty already. Files that others remove meanwhile are no error. Errors: Storage.
Result<void> removeFilesIn(const fs::path &folder)
{
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code failed;
        fs::remove(entry->path(), failed);
        if (failed)
            return fail(ErrorCode::Storage,
                        "cannot remove " + entry->path().string() + ": " + failed.message());
    }
    return {};
}

} // namespace

struct Services::Impl
{
    ServiceOptions options;
    std::mutex mutex; ///< of what is loaded at first use
    std::shared_ptr<const rag::Embedder> embedder;
    std::shared_ptr<rag::VectorIndex> index;
    std::shared_ptr<const engine::Model> generator;
    std::optional<std::shared_ptr<const rag::Reranker>> reranker; ///< nothing: not looked for yet

    fs::path databaseFile() const { return options.library / "warraq.db"; }

    fs::path indexFile() const { return options.library / "vectors.faiss"; }

    /// What the generator has read, for its next prompts.
    fs::path promptsFolder() const { return options.library / "prompts"; }

    Result<std::shared_ptr<const engine::Model>> load(const std::string &given, std::string_view role) const
    {
        const auto start = std::chrono::steady_clock::now();
        ASSIGN_OR_RETURN(const fs::path path, findModel(options.library, given, role));
        engine::LoadOptions loading{options.threads, options.device};
        loading.prefixCache.folder = promptsFolder();
        ASSIGN_OR_RETURN(auto model, engine::Model::load(path, loading));
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        engine::logLine(engine::LogLevel::Info, std::string(role) + " " + model->info().name + " on " +
                                                    model->info().device + " loaded in " +
                                                    std::to_string(seconds.count()) + " s");
        return model;
    }

    /// With the mutex held.
    Result<std::shared_ptr<const rag::Embedder>> loadedEmbedder()
    {
        if (!embedder) {
            ASSIGN_OR_RETURN(auto model, load(options.embedder, "embedder"));
            ASSIGN_OR_RETURN(embedder, rag::EngineEmbedder::open(std::move(model)));
        }
        return embedder;
    }

    /// With the mutex held. Null where none is installed; without one that can not be used, search goes on.
    std::shared_ptr<const rag::Reranker> loadedReranker()
    {
        if (reranker)
            return *reranker;
        reranker = nullptr;
        Result<std::shared_ptr<const engine::Model>> model = load(kReranker, "reranker");
        if (!model && model.error().code == ErrorCode::NotFound)
            return nullptr;
        const auto opened = model
                                ? rag::EngineReranker::open(*std::move(model))
                                : Result<std::shared_ptr<const rag::Reranker>>(tl::unexpected(model.error()));
        if (opened)
            reranker = *opened;
        else
            engine::logLine(engine::LogLevel::Warning, "no reranker: " + opened.error().detail);
        return *reranker;
    }
};

Services::Services(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

Services::~Services() = default;

Result<std::unique_ptr<Services>> Services::open(const ServiceOptions &options)
{
    std::error_code error;
    fs::create_directories(options.library, error);
    if (error)
        return fail(ErrorCode::Unreadable,
                    "cannot make the library folder " + options.library.string() + ": " + error.message());
    auto impl = std::make_unique<Impl>();
    impl->options = options;
    std::unique_ptr<Services> services(new Services(std::move(impl)));
    ASSIGN_OR_RETURN(const auto database, services->connect()); // says now what would fail later
    return services;
}

Result<std::shared_ptr<const rag::Embedder>> Services::embedder()
{
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->loadedEmbedder();
}

Result<std::shared_ptr<rag::VectorIndex>> Services::index()
{
    const std::lock_guard lock(m_impl->mutex);
    if (!m_impl->index) {
        ASSIGN_OR_RETURN(const auto embedder, m_impl->loadedEmbedder());
        ASSIGN_OR_RETURN(const auto database, connect());
        rag::LibraryStore store(*database);
        ASSIGN_OR_RETURN(m_impl->index,
                         rag::FaissIndex::openOrRebuild(m_impl->indexFile(), store, embedder->fingerprint(),
                                                        embedder->dimension()));
    }
    return m_impl->index;
}

Result<std::unique_ptr<rag::Database>> Services::connect()
{
    return rag::Database::open(m_impl->databaseFile());
}

Result<std::unique_ptr<rag::Ingestor>> Services::makeIngestor()
{
    ASSIGN_OR_RETURN(auto index, this->index());
    ASSIGN_OR_RETURN(auto embedder, this->embedder());
    ASSIGN_OR_RETURN(auto database, connect());
    return std::make_unique<OwnedIngestor>(std::move(database), std::move(embedder), std::move(index),
                                           pdfOptions());
}

Result<std::unique_ptr<rag::Retriever>> Services::makeRetriever()
{
    ASSIGN_OR_RETURN(auto index, this->index());
    ASSIGN_OR_RETURN(auto embedder, this->embedder());
    ASSIGN_OR_RETURN(std::shared_ptr<rag::Database> database, connect());
    const std::lock_guard lock(m_impl->mutex);
    return std::make_unique<rag::HybridRetriever>(std::move(database), std::move(embedder), std::move(index),
                                                  rag::HybridOptions(), m_impl->loadedReranker());
}

Result<std::unique_ptr<rag::LanguageModel>> Services::makeLanguageModel()
{
    const std::lock_guard lock(m_impl->mutex);
    if (!m_impl->generator) {
        ASSIGN_OR_RETURN(m_impl->generator, m_impl->load(m_impl->options.model, "generator"));
    }
    return rag::EngineLanguageModel::open(m_impl->generator);
}

Result<std::unique_ptr<rag::Answerer>> Services::makeAnswerer()
{
    ASSIGN_OR_RETURN(auto retriever, makeRetriever());
    ASSIGN_OR_RETURN(auto embedder, this->embedder());
    ASSIGN_OR_RETURN(auto model, makeLanguageModel());
    ASSIGN_OR_RETURN(std::shared_ptr<rag::Database> database, connect());
    const rag::GroundedOptions options{m_impl->generator->info().parameters < kSmallModel};
    return std::make_unique<rag::GroundedAnswerer>(std::move(database), std::move(retriever),
                                                   std::move(embedder), std::move(model), options);
}

Result<std::unique_ptr<rag::TaskRunner>> Services::makeTaskRunner()
{
    ASSIGN_OR_RETURN(auto embedder, this->embedder());
    std::unique_ptr<rag::LanguageModel> model;
    if (auto made = makeLanguageModel(); made && m_impl->generator->info().parameters >= kSmallModel)
        model = *std::move(made);
    else if (!made && made.error().code != ErrorCode::NotFound)
        return tl::unexpected(made.error());
    ASSIGN_OR_RETURN(std::shared_ptr<rag::Database> database, connect());
    return std::make_unique<rag::DocumentTasks>(std::move(database), std::move(embedder), std::move(model));
}

Result<void> Services::removeDocument(rag::DocumentId document)
{
    ASSIGN_OR_RETURN(const auto index, this->index());
    ASSIGN_OR_RETURN(const auto database, connect());
    RETURN_IF_ERROR(forgetPrompts()); // they hold passages of it
    return rag::removeDocument(*database, *index, document);
}

Result<void> Services::forgetPrompts()
{
    {
        const std::lock_guard lock(m_impl->mutex);
        if (m_impl->generator)
            m_impl->generator->forgetPrompts(); // what it holds, and is about to write
    }
    return removeFilesIn(m_impl->promptsFolder());
}

rag::PdfOptions Services::pdfOptions() const
{
    rag::PdfOptions options;
    options.helper = m_impl->options.pdfHelper;
    options.ocr = m_impl->options.ocr;
    options.ocrLanguages = m_impl->options.ocrLanguages;
    return options;
}

const ServiceOptions &Services::options() const
{
    return m_impl->options;
}

} // namespace app
