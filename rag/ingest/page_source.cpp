#include "rag/ingest/page_source.h"

#include "engine/base/log.h"
#include "rag/pdf/hidden_text.h"
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
        ASSIGN_OR_RETURN(PageText text, m_document.text(page, cancel));
        ASSIGN_OR_RETURN(const std::size_t hidden, dropHidden(text, cancel));
        PageContent content = orderPage(text);
        if (hidden > 0) {
            content.findings.hiddenText = true;
            addNote(content, "words that a reader does not see were left out: " + std::to_string(hidden));
        }
        if (m_ocr && (content.state == PageState::NoText || isSparse(content)))
            RETURN_IF_ERROR(readPicture(content, cancel));
        return content;
    }

private:
    /// Looking at the picture of a page takes a quarter of the time that reading its text does. Orders to a
    /// model are hidden in letters, papers and forms; of a long book only pages are drawn that hold hidden
    /// text of a kind that shows without.
    Result<std::size_t> dropHidden(PageText &text, const CancelToken &cancel)
    {
        constexpr int kMostPages = 60;
        std::size_t hidden = dropHiddenText(text, nullptr);
        const bool mayHide = m_document.info().pages <= kMostPages || hidden > 0;
        if (text.words.empty() || !mayHide || !m_drawable)
            return hidden;
        const Result<PageImage> picture = m_document.render(text.page, kHiddenTextScale, cancel);
        if (picture)
            hidden += dropHiddenText(text, &*picture);
        else if (picture.error().code == ErrorCode::Cancelled)
            return tl::unexpected(picture.error());
        else
            m_drawable = false; // a file that breaks readers gets one chance
        return hidden;
    }

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
        read.findings.garbled = content.findings.garbled;
        read.findings.hiddenText = content.findings.hiddenText;
        if (read.state == PageState::NoText) {
            if (content.state == PageState::NoText) {
                addNote(content, read.note);
                content.findings = read.findings;
            }
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
    bool m_drawable = true;
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
