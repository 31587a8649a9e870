#pragma once

#include "rag/types.h"

#include <filesystem>
#include <functional>
#include <string>

namespace rag {

enum class IngestStage { Reading, Embedding, Finished };

struct IngestProgress
{
    DocumentId document = 0;
    IngestStage stage = IngestStage::Reading;
    int pagesDone = 0;
    int pages = 0;
    int chunksEmbedded = 0;
    int chunks = 0;
    std::string name;        ///< file name
    int pagesRead = 0;       ///< the last of them may not be stored yet
    bool ocr = false;        ///< the page read last was read from its picture: seconds a page
    double secondsLeft = -1; ///< of Reading, at the pace of the last pages; -1: not known yet
};

struct Ingested
{
    DocumentId document = 0;
    bool alreadyThere = false; ///< the same file was whole in the library before
    int pages = 0;
    int pagesWithoutText = 0;
    int pagesSkipped = 0;
    int chunks = 0;
    double seconds = 0;
};

/// File to stored, indexed document. Committed page by page: stopped anywhere (cancel, kill -9), the next
/// call with the same file, or resume(), goes on after the last finished page. A document can be searched by
/// words as soon as its pages are read, by vectors as they are made. One thread at a time.
class Ingestor
{
public:
    virtual ~Ingestor() = default;
    using OnProgress = std::function<void(const IngestProgress &)>;

    /// Errors: NotFound, Unreadable, Damaged, Locked (password missing or wrong; the document is kept as
    /// NeedsPassword), Cancelled (what is done stays), Storage.
    virtual Result<Ingested> ingest(const std::filesystem::path &pdf, const std::string &password,
                                    const OnProgress &onProgress, const CancelToken &cancel) = 0;

    /// Documents that were begun and not finished, oldest first.
    virtual Result<std::vector<Document>> unfinished() = 0;

    /// Takes up one of them again.
    virtual Result<Ingested> resume(DocumentId document, const OnProgress &onProgress,
                                    const CancelToken &cancel) = 0;
};

} // namespace rag
