#include "rag/chunk/chunker.h"
#include "rag/chunk/running_lines.h"
#include "rag/ingest/steps.h"
#include "rag/pdf/reading_order.h"

#include <chrono>
#include <deque>
#include <numeric>

namespace rag {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPagesAtOnce = 8;
constexpr auto kLongestWait = std::chrono::milliseconds(200);
/// A file whose every page takes the helper's whole time would keep it busy for days.
constexpr auto kLongestFailing = std::chrono::seconds(120);
constexpr std::size_t kLanguageSample = 100'000; ///< bytes
constexpr std::size_t kChunksAtOnce = 256;

class PageReading
{
public:
    PageReading(const IngestContext &context, PageSource &source)
        : m_context(context)
        , m_source(source)
        , m_chunker(newChunker())
    {
    }

    Result<void> run()
    {
        ASSIGN_OR_RETURN(const int done, replay());
        for (int page = done; page < m_source.info().pages; ++page) {
            const Result<void> read = m_context.cancel.isCancelled() ? cancelled() : readPage(page);
            if (read && page + 1 == m_source.info().pages)
                addAll(m_running.finish());
            if (!read || m_batch.size() >= kPagesAtOnce || Clock::now() - m_flushed > kLongestWait)
                RETURN_IF_ERROR(flush());
            RETURN_IF_ERROR(read);
        }
        RETURN_IF_ERROR(flush());
        const std::vector<Chunk> rest = m_chunker.finish();
        RETURN_IF_ERROR(m_context.store.setOutline(m_context.document, m_chunker.outline()));
        return m_context.store.finishReading(m_context.document, rest, guessLanguage(m_sample));
    }

private:
    Chunker newChunker() const
    {
        const Embedder &embedder = m_context.embedder;
        return {ChunkOptions{}, [&embedder](std::string_view text) { return embedder.countTokens(text); },
                m_source.info().outline};
    }

    static Result<void> cancelled() { return fail(ErrorCode::Cancelled, "stopped"); }

    /// @return the first page to read
    Result<int> replay()
    {
        ASSIGN_OR_RETURN(const std::optional<Document> document,
                         m_context.store.document(m_context.document));
        if (!document)
            return fail(ErrorCode::NotFound, "the document was removed");
        std::vector<Chunk> chunks;
        for (int page = 0; page < document->pagesDone; ++page) {
            if (m_context.cancel.isCancelled())
                return tl::unexpected(cancelled().error());
            ASSIGN_OR_RETURN(const std::optional<PageContent> content,
                             m_context.store.page(document->id, page));
            if (!content)
                return startAnew();
            sample(*content);
            m_running.remember(*content);
            for (Chunk &chunk : m_chunker.add(*content))
                chunks.push_back(std::move(chunk));
        }
        ASSIGN_OR_RETURN(const bool same, storedAre(chunks));
        return same ? document->pagesDone : startAnew();
    }

    Result<bool> storedAre(const std::vector<Chunk> &chunks)
    {
        ASSIGN_OR_RETURN(const std::vector<ChunkId> ids,
                         m_context.store.chunksOf(std::span(&m_context.document, 1)));
        if (ids.size() != chunks.size())
            return false;
        for (std::size_t begin = 0; begin < ids.size(); begin += kChunksAtOnce) {
            const std::size_t count = std::min(kChunksAtOnce, ids.size() - begin);
            const Result<std::vector<Passage>> stored =
                m_context.store.chunks(std::span(ids).subspan(begin, count));
            if (!stored && stored.error().code == ErrorCode::Damaged)
                return false;
            RETURN_IF_ERROR(stored);
            for (std::size_t i = 0; i < count; ++i)
                if (i >= stored->size() || (*stored)[i].text != chunks[begin + i].text ||
                    (*stored)[i].page != chunks[begin + i].page)
                    return false;
        }
        return true;
    }

    Result<int> startAnew()
    {
        ASSIGN_OR_RETURN(const std::vector<ChunkId> removed,
                         m_context.store.clearContent(m_context.document));
        RETURN_IF_ERROR(m_context.index.remove(removed));
        m_chunker = newChunker();
        m_running = {};
        m_sample.clear();
        return 0;
    }

    Result<void> readPage(int page)
    {
        const auto begin = Clock::now();
        PageContent content;
        if (m_failing > kLongestFailing) {
            content = skipped(page, "left out: the pages before it could not be read in 120 s");
        } else if (Result<PageContent> read = m_source.page(page, m_context.cancel); read) {
            content = std::move(*read);
            content.page = page;
            m_failing = {};
        } else if (read.error().code == ErrorCode::Damaged) {
            content = skipped(page, read.error().detail);
            m_failing += Clock::now() - begin;
        } else {
            return tl::unexpected(read.error());
        }
        const std::vector<std::string> &labels = m_source.info().labels;
        if (content.label.empty() && static_cast<std::size_t>(page) < labels.size())
            content.label = labels[static_cast<std::size_t>(page)];
        if (content.state == PageState::Read && content.text.empty())
            content.state = PageState::NoText;
        measure(page, Clock::now() - begin, content.findings.ocr);
        addAll(m_running.add(std::move(content)));
        return {};
    }

    void addAll(std::vector<PageContent> pages)
    {
        for (PageContent &page : pages) {
            sample(page);
            std::vector<Chunk> chunks = m_chunker.add(page);
            m_batch.push_back({std::move(page), std::move(chunks)});
        }
    }

    static PageContent skipped(int page, std::string why)
    {
        PageContent content;
        content.page = page;
        content.state = PageState::Skipped;
        content.note = std::move(why);
        return content;
    }

    void sample(const PageContent &page)
    {
        if (m_sample.size() < kLanguageSample)
            m_sample.append(page.text).append("\n");
    }

    Result<void> flush()
    {
        m_flushed = Clock::now();
        if (m_batch.empty())
            return {};
        Result<void> added = m_context.store.addPages(m_context.document, m_batch);
        m_batch.clear();
        if (!added) {
            ASSIGN_OR_RETURN(const std::optional<Document> document,
                             m_context.store.document(m_context.document));
            if (!document)
                return fail(ErrorCode::NotFound, "the document was removed while it was read");
            return added;
        }
        m_context.report(IngestStage::Reading, m_pace);
        return {};
    }

    /// After each page; OCR is slow enough to tell of each.
    void measure(int page, Clock::duration took, bool ocr)
    {
        constexpr std::size_t kRecent = 8;
        m_recent.push_back(std::chrono::duration<double>(took).count());
        if (m_recent.size() > kRecent)
            m_recent.pop_front();
        const double sum = std::accumulate(m_recent.begin(), m_recent.end(), 0.0);
        m_pace.pagesRead = page + 1;
        m_pace.ocr = ocr;
        m_pace.secondsLeft = m_recent.size() < 2 ? -1
                                                 : sum / static_cast<double>(m_recent.size()) *
                                                       (m_source.info().pages - m_pace.pagesRead);
        if (ocr)
            m_context.report(IngestStage::Reading, m_pace);
    }

    const IngestContext &m_context;
    PageSource &m_source;
    Chunker m_chunker;
    RunningLines m_running;
    std::vector<ReadPage> m_batch;
    std::string m_sample; ///< of the text, for its language
    ReadingPace m_pace;
    std::deque<double> m_recent; ///< seconds of the last pages
    Clock::time_point m_flushed = Clock::now();
    Clock::duration m_failing{}; ///< spent on pages that failed, since the last that did not
};

} // namespace

Result<void> readPages(const IngestContext &context, PageSource &source)
{
    return PageReading(context, source).run();
}

} // namespace rag
