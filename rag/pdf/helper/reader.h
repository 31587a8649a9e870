#pragma once

#include "rag/pdf/protocol.h"

#include <memory>
#include <span>
#include <string>

namespace poppler {
class document;
class ustring;
} // namespace poppler

/// The side of the helper that knows Poppler. One document a process, one thread.
namespace rag::pdf {

/// Opens the bytes, trying the password as given, in NFKC and in Latin-1 (older encryption knows no UTF-8).
/// @param bytes  must outlive the document
/// Errors: Locked; Damaged (no PDF, no page).
Result<std::unique_ptr<poppler::document>> openDocument(std::span<const char> bytes,
                                                        const std::string &password);

PdfInfo readInfo(const poppler::document &document);
Extras readExtras(const poppler::document &document);

/// Errors: Damaged (no such page).
Result<PageText> readText(const poppler::document &document, int page, const OpenRequest &limits);
Result<PageImage> drawPage(const poppler::document &document, const DrawRequest &request,
                           std::uint32_t maxPixels);

/// UTF-16 to UTF-8; lone surrogates become U+FFFD, controls blanks.
std::string plainText(const poppler::ustring &text, std::size_t maxBytes);

} // namespace rag::pdf
