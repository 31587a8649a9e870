// warraq-pdf: reads one PDF for its parent, which hands it the open file as descriptor 3 and talks to it on
// standard input and output (rag/pdf/protocol.h). It may crash, hang or be killed at any time; the parent
// goes on.

#include "rag/pdf/helper/reader.h"
#include "rag/pdf/helper/recognizer.h"
#include "rag/pdf/helper/sandbox.h"

#include <poppler-document.h>
#include <poppler-global.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

namespace rag::pdf {

namespace {

constexpr std::uint32_t kMaxRequest = 1 << 20;

bool readAll(std::span<std::byte> to)
{
    while (!to.empty()) {
        const ssize_t n = ::read(STDIN_FILENO, to.data(), to.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to = to.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

bool writeAll(std::span<const std::byte> from)
{
    while (!from.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, from.data(), from.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        from = from.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

bool send(RecordKind kind, const Body &body)
{
    const auto header = encodeHeader({kind, static_cast<std::uint32_t>(body.size())});
    return writeAll(header) && writeAll(body);
}

class Server
{
public:
    /// Until the parent closes the stream.
    int run()
    {
        if (!send(RecordKind::Hello, encodeHello()))
            return 1;
        std::array<std::byte, kHeaderSize> header{};
        while (readAll(header)) {
            const auto record = decodeHeader(header, kMaxRequest);
            if (!record)
                return 1;
            Body body(record->size);
            if (!readAll(body) || !answer(record->kind, body))
                return 1;
        }
        return 0;
    }

private:
    bool answer(RecordKind kind, const Body &body)
    {
        try {
            if (m_document)
                allowProcessorTime(m_limits.secondsPerPage);
            switch (kind) {
            case RecordKind::Open:
                return reply(RecordKind::Opened, open(body));
            case RecordKind::Extras:
                return reply(RecordKind::ExtrasFound,
                             withDocument([&] { return Result<Extras>(readExtras(*m_document)); }));
            case RecordKind::ReadText:
                return reply(RecordKind::TextRead, withDocument([&]() -> Result<PageText> {
                                 ASSIGN_OR_RETURN(const int page, decodePage(body));
                                 return readText(*m_document, page, m_limits);
                             }));
            case RecordKind::Draw:
                return reply(RecordKind::Drawn, withDocument([&]() -> Result<PageImage> {
                                 ASSIGN_OR_RETURN(const DrawRequest request, decodeDrawRequest(body));
                                 return drawPage(*m_document, request, m_limits.pixels);
                             }));
            case RecordKind::Recognize:
                return reply(RecordKind::Recognized, withDocument([&]() -> Result<RecognizedPage> {
                                 ASSIGN_OR_RETURN(const DrawRequest request, decodeDrawRequest(body));
                                 if (!m_recognizer)
                                     return fail(ErrorCode::Unsupported, "this helper is not for OCR");
                                 ASSIGN_OR_RETURN(const PageImage image,
                                                  drawPage(*m_document, request, m_limits.pixels));
                                 return m_recognizer->read(image);
                             }));
            default:
                return false;
            }
        } catch (const std::bad_alloc &) {
            return send(RecordKind::Failed, encode(Error{ErrorCode::OutOfMemory, "out of memory"}));
        } catch (const std::exception &) {
            return send(RecordKind::Failed, encode(Error{ErrorCode::Damaged, "the PDF library gave up"}));
        }
    }

    Result<PdfInfo> open(const Body &body)
    {
        ASSIGN_OR_RETURN(m_limits, decodeOpenRequest(body));
        if (m_limits.recognize) {
            ASSIGN_OR_RETURN(m_recognizer, Recognizer::open(m_limits.languages));
        }

        struct stat status
        {
        };

        if (fstat(kFileDescriptor, &status) != 0 || !S_ISREG(status.st_mode))
            return fail(ErrorCode::Unreadable, "no file was handed over");
        const auto size = static_cast<std::size_t>(status.st_size);
        if (size == 0)
            return fail(ErrorCode::Damaged, "the file is empty");
        // Mapped before the address space is limited; its own size does not count against the document.
        void *bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, kFileDescriptor, 0);
        if (bytes == MAP_FAILED)
            return fail(ErrorCode::Unreadable,
                        std::string("the file cannot be read: ") + std::strerror(errno));
        close(kFileDescriptor);
        limitResources(m_limits.memoryBytes == 0 ? 0 : m_limits.memoryBytes + size);
        allowProcessorTime(m_limits.secondsPerPage);
        lockDown();
        ASSIGN_OR_RETURN(m_document,
                         openDocument({static_cast<const char *>(bytes), size}, m_limits.password));
        return readInfo(*m_document);
    }

    template <class Work>
    auto withDocument(Work work) -> decltype(work())
    {
        if (!m_document)
            return fail(ErrorCode::Damaged, "no document is open");
        return work();
    }

    template <class T>
    bool reply(RecordKind kind, const Result<T> &result)
    {
        return result ? send(kind, encode(*result)) : send(RecordKind::Failed, encode(result.error()));
    }

    OpenRequest m_limits;
    std::unique_ptr<poppler::document> m_document;
    std::unique_ptr<Recognizer> m_recognizer;
};

} // namespace

} // namespace rag::pdf

int main()
{
    struct stat status
    {
    };

    if (fstat(rag::pdf::kFileDescriptor, &status) != 0 || isatty(STDIN_FILENO)) {
        std::fputs("warraq-pdf is a part of Warraq and is started by it.\n", stderr);
        return 2;
    }
    // A broken PDF can cause gigabytes of messages; they help nobody.
    poppler::set_debug_error_function([](const std::string &, void *) {}, nullptr);
    return rag::pdf::Server().run();
}
