#include "rag/ingest/page_source.h"

#include "engine/base/log.h"
#include "rag/pdf/reading_order.h"

namespace rag {

namespace {

class PdfSource final : public PageSource
{
public:
    PdfSource(PdfDocument document, bool ocr)
        : m_document(std::move(document))
        , m_ocr(ocr)
    {
    }

    const PdfInfo &info() const override { return m_document.info(); }

    Result<PageContent> page(int page, const CancelToken &cancel) override
    {
        ASSIGN_OR_RETURN(const PageText text, m_document.text(page, cancel));
        PageContent content = orderPage(text);
        if (m_ocr && (content.state == PageState::NoText || isSparse(content)))
            RETURN_IF_ERROR(readPicture(content, cancel));
        return content;
    }

private:
    /// So little text that it may be the stamp on a scanned page.
    static bool isSparse(const PageContent &content)
    {
        constexpr std::size_t kCharacters = 40;
        return content.chars.size() < kCharacters;
    }

    /// Puts what OCR reads in the place of `content`, where that is more.
    Result<void> readPicture(PageContent &content, const CancelToken &cancel)
    {
        Result<RecognizedPage> recognized = m_document.recognize(content.page, cancel);
        if (!recognized) {
            if (recognized.error().code == ErrorCode::Cancelled)
                return tl::unexpected(recognized.error());
            if (recognized.error().code == ErrorCode::Unsupported) {
                m_ocr = false; // and would be for every page after this one
                engine::logLine(engine::LogLevel::Warning, "no OCR: " + recognized.error().detail);
            }
            if (content.state == PageState::NoText)
                addNote(content, "no OCR: " + recognized.error().detail);
            return {};
        }
        PageContent read = contentOf(*recognized);
        if (read.state == PageState::NoText) {
            if (content.state == PageState::NoText)
                addNote(content, read.note);
            return {};
        }
        if (read.chars.size() < 2 * content.chars.size())
            return {};
        read.page = content.page;
        read.label = content.label;
        if (!content.note.empty())
            addNote(read, content.note);
        content = std::move(read);
        return {};
    }

    static void addNote(PageContent &content, const std::string &note)
    {
        content.note += (content.note.empty() ? "" : "; ") + note;
    }

    PdfDocument m_document;
    bool m_ocr;
};

} // namespace

OpenSource pdfSource(const PdfOptions &options)
{
    return [options](const std::filesystem::path &path,
                     const std::string &password) -> Result<std::unique_ptr<PageSource>> {
        ASSIGN_OR_RETURN(PdfDocument document, PdfDocument::open(path, password, options));
        return std::make_unique<PdfSource>(std::move(document), options.ocr);
    };
}

} // namespace rag
