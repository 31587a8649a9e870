#pragma once

#include "rag/index/vector_index.h"
#include "rag/ingest/ingestor.h"
#include "rag/ingest/page_source.h"
#include "rag/model/embedder.h"
#include "rag/store/library_store.h"

#include <functional>

namespace rag {

/// How far reading has come and how fast it goes.
struct ReadingPace
{
    int pagesRead = 0; ///< some of them not stored yet
    bool ocr = false;  ///< the last of them
    double secondsLeft = -1;
};

/// What the two steps of an ingestion work on. Nothing here is owned.
struct IngestContext
{
    LibraryStore &store;
    VectorIndex &index;
    const Embedder &embedder;
    DocumentId document;
    /// The document as it is stored now, to the outside.
    std::function<void(IngestStage, const ReadingPace &)> report;
    const CancelToken &cancel;
};

/// Pages to chunks and words, from the first page that is not stored. Up to 8 pages or 200 ms share a
/// transaction. The open end of the chunker is not stored: at a new start the stored pages go through it
/// again, and should their chunks differ from those stored (another version or embedding model), the document
/// is read anew. Errors: Cancelled, Storage; NotFound (removed meanwhile).
Result<void> readPages(const IngestContext &context, PageSource &source);

/// Chunks to vectors, those that have none yet. Errors: Cancelled, Storage, Device.
Result<void> makeVectors(const IngestContext &context);

} // namespace rag
