#include "rag/pdf/pdf_document.h"

#include "rag/pdf/process.h"
#include "rag/pdf/protocol.h"

#include <optional>

namespace rag {

namespace {

using pdf::Body;
using pdf::ChildProcess;
using pdf::RecordKind;
using pdf::Transfer;
using Milliseconds = std::chrono::milliseconds;

constexpr std::uint32_t kTextBytesPerPage = 800'000;
constexpr std::uint32_t kMaxTextRecord = 64U << 20;
constexpr Milliseconds kToStart{10'000};
constexpr Milliseconds kToReadExtras{5'000};
/// A document whose pages keep killing the helper may cost this much in a row; then it is given up.
constexpr Milliseconds kMostTimeLost{100'000};

std::string secondsText(Milliseconds time)
{
    return "out of time after " + std::to_string((time.count() + 500) / 1000) + " s";
}

/// One helper process for one task (text or drawing), started when first needed and again after each death.
class Helper
{
public:
    enum class Task { Pages, Ocr };

    Helper(const pdf::OpenFile &file, const std::string &password, const PdfOptions &options,
           Task task = Task::Pages)
        : m_file(file)
        , m_password(password)
        , m_options(options)
        , m_task(task)
    {
    }

    /// Starts it, if it is not running. @return what it says of the document
    Result<PdfInfo> open(const CancelToken &cancel)
    {
        const std::filesystem::path program = m_options.helper.empty() ? pdf::findHelper() : m_options.helper;
        if (program.empty())
            return fail(ErrorCode::Unsupported, "the PDF helper warraq-pdf is not installed");
        m_child.reset();
        const std::uint64_t memory = m_options.limits.memoryBytes;
        ASSIGN_OR_RETURN(ChildProcess child,
                         ChildProcess::start(program, m_file, memory == 0 ? 0 : memory + m_file.size()));
        m_child.emplace(std::move(child));
        RETURN_IF_ERROR(greet(cancel));
        pdf::OpenRequest request;
        request.password = m_password;
        request.wordsPerPage = static_cast<std::uint32_t>(std::max(0, m_options.limits.wordsPerPage));
        request.textBytesPerPage = kTextBytesPerPage;
        request.pixels = static_cast<std::uint32_t>(std::max(1, m_options.limits.pixels));
        request.secondsPerPage = static_cast<std::uint32_t>(timeForPage().count() / 1000 + 1);
        request.memoryBytes = memory;
        request.recognize = m_task == Task::Ocr;
        if (request.recognize)
            request.languages = m_options.ocrLanguages;
        ASSIGN_OR_RETURN(const Body body, exchange(RecordKind::Open, encode(request), RecordKind::Opened,
                                                   m_options.limits.toOpen, cancel));
        return pdf::decodeInfo(body);
    }

    Milliseconds timeForPage() const
    {
        return m_task == Task::Ocr ? m_options.limits.perPageOfOcr : m_options.limits.perPage;
    }

    /// One question, one answer; starts the helper first if it is not running.
    Result<Body> ask(RecordKind question, const Body &body, RecordKind answer, Milliseconds limit,
                     const CancelToken &cancel)
    {
        if (m_timeLost >= kMostTimeLost)
            return fail(ErrorCode::Damaged, "given up: too many pages in a row ran out of time");
        const auto begin = ChildProcess::Clock::now();
        Result<Body> result = fail(ErrorCode::Damaged, {});
        if (m_child) {
            result = exchange(question, body, answer, limit, cancel);
        } else if (const auto opened = open(cancel)) {
            result = exchange(question, body, answer, limit, cancel);
        } else {
            result = tl::unexpected(opened.error());
        }
        const bool cancelled = !result && result.error().code == ErrorCode::Cancelled;
        if (m_child)
            m_timeLost = Milliseconds(0);
        else if (!cancelled)
            m_timeLost += std::chrono::duration_cast<Milliseconds>(ChildProcess::Clock::now() - begin);
        return result;
    }

private:
    Result<void> greet(const CancelToken &cancel)
    {
        const auto deadline = ChildProcess::Clock::now() + kToStart;
        ASSIGN_OR_RETURN(const Body body, receive(RecordKind::Hello, kToStart, deadline, cancel));
        const auto version = pdf::decodeHello(body);
        if (version && *version == pdf::kProtocolVersion)
            return {};
        m_child.reset();
        return fail(ErrorCode::Unsupported, "the PDF helper is of another version");
    }

    Result<Body> exchange(RecordKind question, const Body &body, RecordKind answer, Milliseconds limit,
                          const CancelToken &cancel)
    {
        const auto deadline = ChildProcess::Clock::now() + limit;
        const auto header = pdf::encodeHeader({question, static_cast<std::uint32_t>(body.size())});
        Transfer sent = m_child->write(header, deadline, cancel);
        if (sent == Transfer::Done)
            sent = m_child->write(body, deadline, cancel);
        if (sent != Transfer::Done)
            return tl::unexpected(died(sent, limit));
        return receive(answer, limit, deadline, cancel);
    }

    Result<Body> receive(RecordKind expected, Milliseconds limit, ChildProcess::Clock::time_point deadline,
                         const CancelToken &cancel)
    {
        std::array<std::byte, pdf::kHeaderSize> bytes{};
        Transfer got = m_child->read(bytes, deadline, cancel);
        if (got != Transfer::Done)
            return tl::unexpected(died(got, limit));
        const std::uint32_t pixels = static_cast<std::uint32_t>(std::max(1, m_options.limits.pixels));
        const std::uint32_t maxSize =
            std::max(kMaxTextRecord, pixels < (1U << 28) ? pixels * 4 + 64 : kMaxTextRecord);
        const auto header = pdf::decodeHeader(bytes, maxSize);
        if (!header) {
            m_child.reset();
            return tl::unexpected(header.error());
        }
        Body body(header->size);
        got = m_child->read(body, deadline, cancel);
        if (got != Transfer::Done)
            return tl::unexpected(died(got, limit));
        if (header->kind == expected)
            return body;
        const auto error = pdf::decodeError(body);
        if (header->kind == RecordKind::Failed && error)
            return tl::unexpected(*error);
        m_child.reset();
        return fail(ErrorCode::Damaged, "the PDF helper gave an answer to another question");
    }

    /// Ends the child and says how that came about.
    Error died(Transfer how, Milliseconds limit)
    {
        std::string detail = secondsText(limit);
        if (how == Transfer::Cancelled)
            detail = "cancelled";
        else if (how == Transfer::Ended)
            detail = m_child->howItEnded();
        m_child.reset();
        return {how == Transfer::Cancelled ? ErrorCode::Cancelled : ErrorCode::Damaged, std::move(detail)};
    }

    const pdf::OpenFile &m_file;
    const std::string &m_password;
    const PdfOptions &m_options;
    Task m_task;
    std::optional<ChildProcess> m_child;
    Milliseconds m_timeLost{0};
};

} // namespace

struct PdfDocument::Impl
{
    Impl(pdf::OpenFile openFile, std::string givenPassword, PdfOptions givenOptions)
        : file(std::move(openFile))
        , password(std::move(givenPassword))
        , options(std::move(givenOptions))
    {
    }

    /// A page number out of range is answered here; the rest by the helper.
    Result<Body> ask(Helper &helper, RecordKind question, int page, const Body &body, RecordKind answer,
                     const CancelToken &cancel) const
    {
        if (page < 0 || page >= info.pages)
            return fail(ErrorCode::Damaged, "there is no page " + std::to_string(page));
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "cancelled");
        return helper.ask(question, body, answer, helper.timeForPage(), cancel);
    }

    pdf::OpenFile file;
    std::string password;
    PdfOptions options;
    PdfInfo info;
    Helper reading{file, password, options};
    Helper drawing{file, password, options};
    Helper recognizing{file, password, options, Helper::Task::Ocr};
};

Result<PdfDocument> PdfDocument::open(const std::filesystem::path &path, const std::string &password,
                                      const PdfOptions &options)
{
    ASSIGN_OR_RETURN(pdf::OpenFile file, pdf::OpenFile::open(path));
    auto impl = std::make_unique<Impl>(std::move(file), password, options);
    const CancelToken never;
    ASSIGN_OR_RETURN(impl->info, impl->reading.open(never));
    // Outline and labels are worth having, not worth failing for: after a death here the next page starts
    // afresh.
    const auto body =
        impl->reading.ask(RecordKind::Extras, {}, RecordKind::ExtrasFound, kToReadExtras, never);
    if (body) {
        if (auto extras = pdf::decodeExtras(*body)) {
            impl->info.outline = std::move(extras->outline);
            impl->info.labels = std::move(extras->labels);
        }
    }
    return PdfDocument(std::move(impl));
}

PdfDocument::PdfDocument(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}

PdfDocument::~PdfDocument() = default;
PdfDocument::PdfDocument(PdfDocument &&) noexcept = default;
PdfDocument &PdfDocument::operator=(PdfDocument &&) noexcept = default;

const PdfInfo &PdfDocument::info() const
{
    return m_impl->info;
}

Result<PageText> PdfDocument::text(int page, const CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const Body body, m_impl->ask(m_impl->reading, RecordKind::ReadText, page,
                                                  pdf::encodePage(page), RecordKind::TextRead, cancel));
    ASSIGN_OR_RETURN(PageText text, pdf::decodeText(body));
    text.page = page;
    return text;
}

Result<PageImage> PdfDocument::render(int page, double pixelsPerPoint, const CancelToken &cancel)
{
    const Body request = encode(pdf::DrawRequest{page, pixelsPerPoint});
    ASSIGN_OR_RETURN(const Body body, m_impl->ask(m_impl->drawing, RecordKind::Draw, page, request,
                                                  RecordKind::Drawn, cancel));
    return pdf::decodeImage(body);
}

Result<RecognizedPage> PdfDocument::recognize(int page, const CancelToken &cancel)
{
    constexpr double kDotsPerInch = 300;
    const Body request = encode(pdf::DrawRequest{page, kDotsPerInch / 72});
    ASSIGN_OR_RETURN(const Body body, m_impl->ask(m_impl->recognizing, RecordKind::Recognize, page, request,
                                                  RecordKind::Recognized, cancel));
    return pdf::decodeRecognized(body);
}

} // namespace rag
