#include "rag/ingest/page_source.h"

#include "rag/pdf/reading_order.h"

namespace rag {

namespace {

class PdfSource final : public PageSource
{
public:
    explicit PdfSource(PdfDocument document)
        : m_document(std::move(document))
    {
    }

    const PdfInfo &info() const override { return m_document.info(); }

    Result<PageContent> page(int page, const CancelToken &cancel) override
    {
        ASSIGN_OR_RETURN(const PageText text, m_document.text(page, cancel));
        return orderPage(text);
    }

private:
    PdfDocument m_document;
};

} // namespace

OpenSource pdfSource(const PdfOptions &options)
{
    return [options](const std::filesystem::path &path,
                     const std::string &password) -> Result<std::unique_ptr<PageSource>> {
        ASSIGN_OR_RETURN(PdfDocument document, PdfDocument::open(path, password, options));
        return std::make_unique<PdfSource>(std::move(document));
    };
}

} // namespace rag
