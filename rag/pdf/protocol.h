#pragma once

#include "rag/pdf/recognized_page.h"
#include "rag/types.h"

#include <array>
#include <cstddef>
#include <span>

/// What the program and its helper warraq-pdf say to each other over one stream: records of a checked length,
/// in the byte order of the machine both run on. The program asks one question at a time and gets one answer.
/// Neither side trusts the other: every length, index and number is checked when it is read.
namespace rag::pdf {

constexpr std::uint32_t kProtocolVersion = 2;

/// Descriptor under which the helper finds the open PDF.
constexpr int kFileDescriptor = 3;

enum class RecordKind : std::uint32_t {
    Hello = 1, ///< helper, unasked, once: the version
    Open,      ///< OpenRequest -> Opened
    Opened,
    Extras, ///< -> ExtrasFound; empty body
    ExtrasFound,
    ReadText, ///< page -> TextRead
    TextRead,
    Draw, ///< DrawRequest -> Drawn
    Drawn,
    Recognize, ///< DrawRequest -> Recognized; only of a helper opened for it
    Recognized,
    Failed ///< instead of any answer: an Error
};

constexpr std::size_t kHeaderSize = 12;

struct RecordHeader
{
    RecordKind kind = RecordKind::Failed;
    std::uint32_t size = 0; ///< of the body, bytes
};

std::array<std::byte, kHeaderSize> encodeHeader(RecordHeader header);
/// Errors: Damaged (not a header of ours, or a body above `maxSize`).
Result<RecordHeader> decodeHeader(std::span<const std::byte, kHeaderSize> bytes, std::uint32_t maxSize);

using Body = std::vector<std::byte>;

struct OpenRequest
{
    std::string password;
    std::uint32_t wordsPerPage = 0;
    std::uint32_t textBytesPerPage = 0;
    std::uint32_t pixels = 0;
    std::uint32_t secondsPerPage = 0;   ///< of processor time
    std::uint64_t memoryBytes = 0;      ///< 0: no limit
    bool recognize = false;             ///< this helper is for OCR
    std::vector<std::string> languages; ///< of OCR, by Tesseract's names; empty: all that are installed
};

struct DrawRequest
{
    std::int32_t page = 0;
    double pixelsPerPoint = 1;
};

/// Outline and labels are asked for apart from the rest: damage there must not cost the document.
struct Extras
{
    std::vector<OutlineItem> outline;
    std::vector<std::string> labels;
};

Body encodeHello();
Body encode(const OpenRequest &request);
Body encode(const DrawRequest &request);
Body encodePage(int page);
Body encode(const PdfInfo &info); ///< without outline and labels
Body encode(const Extras &extras);
Body encode(const PageText &text);
Body encode(const PageImage &image);
Body encode(const RecognizedPage &page);
Body encode(const Error &error);

// All errors: Damaged (cut short, too long, out of range).
Result<std::uint32_t> decodeHello(std::span<const std::byte> body);
Result<OpenRequest> decodeOpenRequest(std::span<const std::byte> body);
Result<DrawRequest> decodeDrawRequest(std::span<const std::byte> body);
Result<int> decodePage(std::span<const std::byte> body);
Result<PdfInfo> decodeInfo(std::span<const std::byte> body);
Result<Extras> decodeExtras(std::span<const std::byte> body);
Result<PageText> decodeText(std::span<const std::byte> body);
Result<PageImage> decodeImage(std::span<const std::byte> body);
Result<RecognizedPage> decodeRecognized(std::span<const std::byte> body);
Result<Error> decodeError(std::span<const std::byte> body);

} // namespace rag::pdf
