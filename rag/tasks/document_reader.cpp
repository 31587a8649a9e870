#include "rag/tasks/document_reader.h"

#include <algorithm>
#include <array>
#include <span>

namespace rag {

namespace {

/// What ingestion notes on a page that it looked at and found empty. Other pages without text may be scans
/// that nobody read.
constexpr std::string_view kBlank = "nothing to read on it";

Result<Coverage> coverageOf(TaskStore &tasks, const Document &document)
{
    Coverage coverage;
    coverage.document = document.id;
    coverage.name = document.name;
    coverage.pages = document.pages;
    ASSIGN_OR_RETURN(const std::vector<PageMark> marks, tasks.pageMarks(document.id));
    std::vector<bool> there(std::size_t(std::max(document.pages, 0)), false);
    for (const PageMark &mark : marks) {
        if (mark.page < 0 || mark.page >= document.pages)
            continue;
        const bool blank = mark.state == PageState::NoText && mark.note.starts_with(kBlank);
        if (mark.state == PageState::Read || blank) {
            there[std::size_t(mark.page)] = true;
            ++coverage.pagesRead;
        }
        if (blank)
            coverage.withoutText.push_back(mark.page);
    }
    for (std::size_t page = 0; page < there.size(); ++page)
        if (!there[page])
            coverage.unread.push_back(int(page));
    return coverage;
}

} // namespace

Result<ReadDocument> readDocument(LibraryStore &store, TaskStore &tasks, DocumentId id,
                                  const CancelToken &cancel)
{
    constexpr std::size_t kAtOnce = 256;
    ReadDocument read;
    ASSIGN_OR_RETURN(std::optional<Document> document, store.document(id));
    if (!document)
        return fail(ErrorCode::NotFound, "there is no document " + std::to_string(id));
    read.document = *std::move(document);
    ASSIGN_OR_RETURN(const std::vector<ChunkId> ids, store.chunksOf(std::array{id}));
    for (std::size_t at = 0; at < ids.size(); at += kAtOnce) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped while reading");
        ASSIGN_OR_RETURN(std::vector<Passage> some,
                         store.chunks(std::span(ids).subspan(at, std::min(kAtOnce, ids.size() - at))));
        for (Passage &passage : some)
            read.passages.push_back(std::move(passage));
    }
    ASSIGN_OR_RETURN(read.coverage, coverageOf(tasks, read.document));
    return read;
}

Result<std::vector<Heading>> readHeadings(LibraryStore &store, const Document &document,
                                          const CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const std::vector<OutlineItem> outline, store.outline(document.id));
    std::vector<PageContent> pages;
    for (int number = 0; number < document.pages; ++number) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "stopped while reading");
        ASSIGN_OR_RETURN(std::optional<PageContent> page, store.page(document.id, number));
        if (!page)
            continue;
        page->chars = {}; // the bulk of it, and not needed here
        pages.push_back(*std::move(page));
    }
    return headingsOf(pages, outline);
}

} // namespace rag
