#pragma once

#include "rag/pdf/recognized_page.h"
#include "rag/types.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace rag {

/// What one document may cost, enforced from outside the parser.
struct PdfLimits
{
    std::uint64_t memoryBytes = std::uint64_t(1) << 30;
    std::chrono::milliseconds perPage{20'000};
    std::chrono::milliseconds toOpen{20'000};
    std::chrono::milliseconds perPageOfOcr{120'000};
    int wordsPerPage = 20'000;
    int pixels = 16'000'000; ///< of one page image
};

struct PdfOptions
{
    std::filesystem::path
        helper; ///< the program warraq-pdf; empty: beside the running program, else in libexec
    PdfLimits limits;
    bool ocr = true;                       ///< read pages without usable text from their picture
    std::vector<std::string> ocrLanguages; ///< Tesseract's names; empty: all that are installed
};

/// One open PDF, read by a helper process of its own. When a page kills the helper or outlasts its time, that
/// call fails, the helper is started again for the next call, and this object stays usable. Movable, not
/// copyable. Not thread-safe: each thread opens its own.
class PdfDocument
{
public:
    /// @param password  UTF-8; empty for none
    /// Errors: NotFound; Unreadable (no permission, not a plain file); Locked (password missing or wrong);
    /// Damaged (no PDF, or no page that can be read); Unsupported (helper missing).
    static Result<PdfDocument> open(const std::filesystem::path &path, const std::string &password = {},
                                    const PdfOptions &options = {});

    ~PdfDocument();
    PdfDocument(PdfDocument &&) noexcept;
    PdfDocument &operator=(PdfDocument &&) noexcept;

    const PdfInfo &info() const;

    /// @param page  0 .. info().pages - 1
    /// Errors: Damaged (the page cannot be read, or it killed the helper: says how); Cancelled.
    Result<PageText> text(int page, const CancelToken &cancel = {});

    /// Reads a page off its picture, drawn at 300 dpi. Some seconds a page.
    /// Errors: as text(); Unsupported (no OCR in this build, or none of its languages installed).
    Result<RecognizedPage> recognize(int page, const CancelToken &cancel = {});

    /// @param pixelsPerPoint  1 is 72 dpi; made smaller where the picture would pass limits.pixels
    /// Errors: as text().
    Result<PageImage> render(int page, double pixelsPerPoint, const CancelToken &cancel = {});

private:
    struct Impl;
    explicit PdfDocument(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace rag
