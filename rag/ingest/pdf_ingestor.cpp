#include "rag/ingest/pdf_ingestor.h"

#include "engine/base/log.h"
#include "rag/ingest/steps.h"
#include "rag/store/private_file.h"
#include "rag/store/sha256.h"
#include "rag/store/sqlite.h"

#include <chrono>

namespace rag {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

/// Writing the index costs what the whole of it weighs: not after each small document.
constexpr std::int64_t kSaveAfter = 2000; ///< vectors

/// Commits need not wait for the disk while it lives.
class FastCommits
{
public:
    explicit FastCommits(Database &database)
        : m_database(database)
    {
        static_cast<void>(
            m_database.setDurability(Durability::Normal).has_value()); // else they are only slower
    }

    ~FastCommits() { static_cast<void>(m_database.setDurability(Durability::Full).has_value()); }

    FastCommits(const FastCommits &) = delete;
    FastCommits &operator=(const FastCommits &) = delete;

private:
    Database &m_database;
};

NewDocument newDocument(const fs::path &path, const std::string &hash, const PdfInfo &info)
{
    NewDocument document;
    document.path = path.string();
    document.name = path.filename().string();
    document.hash = hash;
    document.title = info.title;
    document.pages = info.pages;
    document.outline = info.outline;
    return document;
}

bool wasRead(const Document &document)
{
    return document.state == DocumentState::Done || document.state == DocumentState::PartlyDone;
}

/// How a document stands whose steps are all done.
std::pair<DocumentState, std::string> outcome(const Document &document)
{
    if (document.pagesSkipped == 0)
        return {DocumentState::Done, ""};
    if (document.pagesSkipped >= document.pages)
        return {DocumentState::Failed, "no page can be read"};
    return {DocumentState::PartlyDone, std::to_string(document.pagesSkipped) + " of " +
                                           std::to_string(document.pages) + " pages can not be read"};
}

} // namespace

struct PdfIngestor::Job
{
    fs::path path;
    const std::string &password;
    const OnProgress &onProgress;
    const CancelToken &cancel;
    Clock::time_point begin = Clock::now();
};

PdfIngestor::PdfIngestor(Database &database, std::shared_ptr<const Embedder> embedder,
                         std::shared_ptr<VectorIndex> index, const PdfOptions &options)
    : PdfIngestor(database, std::move(embedder), std::move(index), pdfSource(options))
{
}

PdfIngestor::PdfIngestor(Database &database, std::shared_ptr<const Embedder> embedder,
                         std::shared_ptr<VectorIndex> index, OpenSource openSource)
    : m_database(database)
    , m_store(database)
    , m_embedder(std::move(embedder))
    , m_index(std::move(index))
    , m_openSource(std::move(openSource))
    , m_savedSize(m_index->size())
{
}

PdfIngestor::~PdfIngestor()
{
    if (m_index->size() == m_savedSize)
        return;
    if (const Result<void> saved = m_index->save(m_store); !saved)
        engine::logLine(engine::LogLevel::Warning, "index: not kept: " + saved.error().detail);
}

// ---- the door
// -------------------------------------------------------------------------------------------------

Result<Ingested> PdfIngestor::ingest(const fs::path &pdf, const std::string &password,
                                     const OnProgress &onProgress, const CancelToken &cancel)
{
    std::error_code error;
    const fs::path path = fs::absolute(pdf, error).lexically_normal();
    const Job job{error ? pdf : path, password, onProgress, cancel};
    ASSIGN_OR_RETURN(const std::string hash, sha256OfFile(job.path, cancel));
    return ingestHashed(job, hash);
}

Result<std::vector<Document>> PdfIngestor::unfinished()
{
    return m_store.unfinished(m_embedder->fingerprint());
}

Result<Ingested> PdfIngestor::resume(DocumentId id, const OnProgress &onProgress, const CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const std::optional<Document> document, m_store.document(id));
    if (!document)
        return fail(ErrorCode::NotFound, "the document is no longer in the library");
    const std::string noPassword;
    const Job job{document->path, noPassword, onProgress, cancel};
    ASSIGN_OR_RETURN(const bool read, m_store.isRead(id));
    if (read)
        return work(job, id, nullptr);
    const Result<std::string> hash = sha256OfFile(job.path, cancel);
    if (!hash && hash.error().code == ErrorCode::Cancelled)
        return tl::unexpected(hash.error());
    if (!hash || *hash != document->hash) {
        const std::string why =
            hash ? "the file has changed since it was added" : "the file can no longer be read";
        RETURN_IF_ERROR(m_store.setState(id, DocumentState::Failed, why));
        return fail(hash ? ErrorCode::NotFound : hash.error().code, why);
    }
    return ingestHashed(job, *hash);
}

// ---- one document
// ---------------------------------------------------------------------------------------------

Result<Ingested> PdfIngestor::ingestHashed(const Job &job, const std::string &hash)
{
    ASSIGN_OR_RETURN(const std::optional<Document> known, m_store.documentByHash(hash));
    if (known) {
        ASSIGN_OR_RETURN(const bool whole, isWhole(*known));
        if (whole) {
            RETURN_IF_ERROR(followFile(*known, job.path));
            return summary(job, known->id, true);
        }
        if (wasRead(*known))
            return work(job, known->id, nullptr);
    }
    std::unique_ptr<PageSource> source;
    ASSIGN_OR_RETURN(const DocumentId id, openDocument(job, hash, known, source));
    return work(job, id, source.get());
}

/// A file that was moved is found again where it was added now.
Result<void> PdfIngestor::followFile(const Document &document, const fs::path &path)
{
    std::error_code error;
    if (fs::exists(document.path, error))
        return {};
    return m_store.setPath(document.id, path.string(), path.filename().string());
}

/// A file that can not be opened stays in the list with the reason, to be tried again.
Result<DocumentId> PdfIngestor::openDocument(const Job &job, const std::string &hash,
                                             const std::optional<Document> &known,
                                             std::unique_ptr<PageSource> &source)
{
    Result<std::unique_ptr<PageSource>> opened = m_openSource(job.path, job.password);
    if (opened && (*opened)->info().pages <= 0)
        opened = fail(ErrorCode::Damaged, "the document has no pages");
    if (opened) {
        source = std::move(*opened);
        return m_store.addDocument(newDocument(job.path, hash, source->info()));
    }
    const Error error = opened.error();
    if (error.code == ErrorCode::Locked || error.code == ErrorCode::Damaged) {
        const DocumentState state =
            error.code == ErrorCode::Locked ? DocumentState::NeedsPassword : DocumentState::Failed;
        NewDocument document = newDocument(
            job.path, hash, known ? PdfInfo{known->pages, known->title, {}, {}, {}, {}} : PdfInfo{});
        document.state = state;
        ASSIGN_OR_RETURN(const DocumentId id, m_store.addDocument(document));
        RETURN_IF_ERROR(m_store.setState(id, state, error.detail));
    }
    return tl::unexpected(error);
}

/// @param source  null where all pages are read
Result<Ingested> PdfIngestor::work(const Job &job, DocumentId id, PageSource *source)
{
    ASSIGN_OR_RETURN(const auto alone,
                     FileLock::take(lockFile(m_database.file()), kDocumentLocks + id, job.cancel));
    ASSIGN_OR_RETURN(const std::optional<Document> before, m_store.document(id));
    if (!before)
        return fail(ErrorCode::NotFound, "the document is no longer in the library");
    ASSIGN_OR_RETURN(const bool whole, isWhole(*before)); // another program may have done it meanwhile
    if (whole)
        return summary(job, id, true);
    const Result<void> done = runSteps(job, id, source, before->state == DocumentState::Failed);
    if (!done) {
        engine::logLine(engine::LogLevel::Warning,
                        "ingest: document " + std::to_string(id) + " not finished: " + done.error().detail);
        return tl::unexpected(done.error());
    }
    ASSIGN_OR_RETURN(const std::optional<Document> after, m_store.document(id));
    if (!after)
        return fail(ErrorCode::NotFound, "the document was removed while it was read");
    const auto [state, note] = outcome(*after);
    RETURN_IF_ERROR(m_store.setState(id, state, note)); // synchronous: all before it is on the disk as well
    report(job, id, IngestStage::Finished, {});
    RETURN_IF_ERROR(saveIndexIfDue());
    if (state == DocumentState::Failed)
        return fail(ErrorCode::Damaged, note);
    return summary(job, id, false);
}

Result<void> PdfIngestor::runSteps(const Job &job, DocumentId id, PageSource *source, bool tryAgain)
{
    const FastCommits fast(m_database);
    const IngestContext context{
        m_store,
        *m_index,
        *m_embedder,
        id,
        [&](IngestStage stage, const ReadingPace &pace) { report(job, id, stage, pace); },
        job.cancel};
    ASSIGN_OR_RETURN(const bool read, m_store.isRead(id));
    if (read && !tryAgain)
        return makeVectors(context);
    if (!source)
        return fail(ErrorCode::Storage, "the document's pages are not all stored");
    if (tryAgain) {
        ASSIGN_OR_RETURN(const std::vector<ChunkId> removed, m_store.clearContent(id));
        RETURN_IF_ERROR(m_index->remove(removed));
    }
    RETURN_IF_ERROR(m_store.describe(id, newDocument(job.path, "", source->info())));
    RETURN_IF_ERROR(readPages(context, *source));
    return makeVectors(context);
}

// ---- what is said of it
// ---------------------------------------------------------------------------------------

Result<bool> PdfIngestor::isWhole(const Document &document)
{
    if (!wasRead(document))
        return false;
    ASSIGN_OR_RETURN(const std::vector<Passage> open,
                     m_store.chunksToEmbed(document.id, m_embedder->fingerprint(), 1));
    return open.empty();
}

Result<Ingested> PdfIngestor::summary(const Job &job, DocumentId id, bool alreadyThere)
{
    ASSIGN_OR_RETURN(const std::optional<Document> document, m_store.document(id));
    if (!document)
        return fail(ErrorCode::NotFound, "the document is no longer in the library");
    Ingested ingested;
    ingested.document = id;
    ingested.alreadyThere = alreadyThere;
    ingested.pages = document->pages;
    ingested.pagesWithoutText = document->pagesWithoutText;
    ingested.pagesSkipped = document->pagesSkipped;
    ingested.chunks = document->chunks;
    ingested.seconds = std::chrono::duration<double>(Clock::now() - job.begin).count();
    return ingested;
}

void PdfIngestor::report(const Job &job, DocumentId id, IngestStage stage, const ReadingPace &pace)
{
    if (!job.onProgress)
        return;
    const Result<std::optional<Document>> document = m_store.document(id);
    if (!document || !*document)
        return;
    const Document &now = **document;
    job.onProgress({id, stage, now.pagesDone, now.pages, now.chunksEmbedded, now.chunks, now.name,
                    std::max(now.pagesDone, pace.pagesRead), pace.ocr, pace.secondsLeft});
}

Result<void> PdfIngestor::saveIndexIfDue()
{
    const std::int64_t size = m_index->size();
    if (size - m_savedSize < std::max(kSaveAfter, size / 8))
        return {};
    RETURN_IF_ERROR(m_index->save(m_store));
    m_savedSize = size;
    return {};
}

} // namespace rag
