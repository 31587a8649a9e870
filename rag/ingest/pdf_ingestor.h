#pragma once

#include "rag/index/vector_index.h"
#include "rag/ingest/ingestor.h"
#include "rag/ingest/page_source.h"
#include "rag/model/embedder.h"
#include "rag/store/library_store.h"

#include <memory>

namespace rag {

class Database;
struct ReadingPace;

/// The Ingestor for PDFs. Several programs may ingest at once; one document is read by one of them, the other
/// waits and finds it done. Pages and vectors are committed without a sync of the disk (Durability::Normal),
/// the end with one. The index file is written now and then and when the ingestor dies; until then the store
/// has the vectors.
class PdfIngestor final : public Ingestor
{
public:
    /// @param database  this ingestor's own connection; must outlive it
    PdfIngestor(Database &database, std::shared_ptr<const Embedder> embedder,
                std::shared_ptr<VectorIndex> index, const PdfOptions &options);
    /// The same over another kind of source.
    PdfIngestor(Database &database, std::shared_ptr<const Embedder> embedder,
                std::shared_ptr<VectorIndex> index, OpenSource openSource);
    ~PdfIngestor() override;

    Result<Ingested> ingest(const std::filesystem::path &pdf, const std::string &password,
                            const OnProgress &onProgress, const CancelToken &cancel) override;
    Result<std::vector<Document>> unfinished() override;
    Result<Ingested> resume(DocumentId document, const OnProgress &onProgress,
                            const CancelToken &cancel) override;

private:
    struct Job;
    Result<Ingested> ingestHashed(const Job &job, const std::string &hash);
    Result<DocumentId> openDocument(const Job &job, const std::string &hash,
                                    const std::optional<Document> &known,
                                    std::unique_ptr<PageSource> &source);
    Result<void> followFile(const Document &document, const std::filesystem::path &path);
    Result<Ingested> work(const Job &job, DocumentId document, PageSource *source);
    Result<void> runSteps(const Job &job, DocumentId document, PageSource *source, bool tryAgain);
    Result<Ingested> summary(const Job &job, DocumentId document, bool alreadyThere);
    Result<bool> isWhole(const Document &document);
    void report(const Job &job, DocumentId document, IngestStage stage, const ReadingPace &pace);
    Result<void> saveIndexIfDue();

    Database &m_database;
    LibraryStore m_store;
    std::shared_ptr<const Embedder> m_embedder;
    std::shared_ptr<VectorIndex> m_index;
    OpenSource m_openSource;
    std::int64_t m_savedSize; ///< of the index, when its file was last written
};

} // namespace rag
