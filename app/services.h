#pragma once

#include "engine/engine.h"
#include "rag/answer/answerer.h"
#include "rag/index/vector_index.h"
#include "rag/ingest/ingestor.h"
#include "rag/model/embedder.h"
#include "rag/model/language_model.h"
#include "rag/pdf/pdf_document.h"
#include "rag/retrieve/retriever.h"
#include "rag/store/sqlite.h"
#include "rag/tasks/task.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace app {

struct ServiceOptions
{
    std::filesystem::path library; ///< folder with warraq.db, vectors.faiss, logs; made if missing
    std::string model;             ///< path or name of the catalogue; empty: the default
    std::string embedder;          ///< likewise
    int threads = 0;
    engine::Device device = engine::Device::Auto;
    std::filesystem::path pdfHelper; ///< empty: found beside the program
    bool ocr = true;                 ///< see rag::PdfOptions
    std::vector<std::string> ocrLanguages;
};

/// Builds what both programs are made of. The database opens at once; models and the index load at first use,
/// on the thread that asks, once. Every object handed out has its own SQLite connection and belongs to one
/// thread. Safe from any thread; must outlive what it handed out.
class Services
{
public:
    /// Errors: Storage (cannot open or is newer than this program), Unreadable.
    static engine::Result<std::unique_ptr<Services>> open(const ServiceOptions &options);
    ~Services();

    /// Errors: NotFound (says which model and how to get it), Damaged, Unsupported.
    engine::Result<std::shared_ptr<const rag::Embedder>> embedder();
    engine::Result<std::shared_ptr<rag::VectorIndex>> index();

    engine::Result<std::unique_ptr<rag::Database>> connect();
    engine::Result<std::unique_ptr<rag::Ingestor>> makeIngestor();
    engine::Result<std::unique_ptr<rag::Retriever>> makeRetriever();
    engine::Result<std::unique_ptr<rag::LanguageModel>> makeLanguageModel();
    engine::Result<std::unique_ptr<rag::Answerer>> makeAnswerer();
    /// Takes notes with the generator only if it is no small model; without any it quotes.
    engine::Result<std::unique_ptr<rag::TaskRunner>> makeTaskRunner();

    /// Takes a document out of database and index.
    engine::Result<void> removeDocument(rag::DocumentId document);

    /// Drops what the generator keeps on disk of the prompts it has read: they hold passages and questions.
    engine::Result<void> forgetPrompts();

    rag::PdfOptions pdfOptions() const;
    const ServiceOptions &options() const;

private:
    struct Impl;
    explicit Services(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace app
