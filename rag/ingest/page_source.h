#pragma once

#include "rag/pdf/pdf_document.h"
#include "rag/types.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace rag {

/// An open document, page by page in reading order. Belongs to one thread.
class PageSource
{
public:
    virtual ~PageSource() = default;

    virtual const PdfInfo &info() const = 0;
    /// Errors: Damaged (this page can not be read; the others may); Cancelled. Any other ends the reading.
    virtual Result<PageContent> page(int page, const CancelToken &cancel) = 0;
};

/// Errors: as PdfDocument::open().
using OpenSource = std::function<Result<std::unique_ptr<PageSource>>(const std::filesystem::path &,
                                                                     const std::string &password)>;

/// PDFs, through the helper process and reading order.
OpenSource pdfSource(const PdfOptions &options);

} // namespace rag
