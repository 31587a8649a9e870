#include "rag/pdf/protocol.h"

#include "rag/pdf/record_bytes.h"

namespace rag::pdf {

namespace {

constexpr std::uint32_t kMagic = 0x46505157; // "WQPF"
constexpr std::size_t kMaxPages = 10'000'000;

void writeWord(Writer &out, const PageWord &word)
{
    out.text(word.text);
    out.box(word.box);
    out.number(word.fontSize);
    out.number(static_cast<std::int32_t>(word.font));
    out.number(static_cast<std::int32_t>(word.rotation));
    out.number(static_cast<std::uint8_t>(word.spaceAfter));
    out.count(word.chars.size());
    for (const CharBox &c : word.chars) {
        out.number(c.begin);
        out.number(c.end);
        out.box(c.box);
    }
}

PageWord readWord(Reader &in)
{
    constexpr std::size_t kCharSize = 24;
    PageWord word;
    word.text = in.text();
    word.box = in.box();
    word.fontSize = in.coordinate();
    word.font = in.number<std::int32_t>();
    word.rotation = in.number<std::int32_t>();
    word.spaceAfter = in.flag();
    in.require(word.rotation == 0 || word.rotation == 90 || word.rotation == 180 || word.rotation == 270);
    word.chars.resize(in.count(kCharSize));
    std::uint32_t before = 0;
    for (CharBox &c : word.chars) {
        c.begin = in.number<std::uint32_t>();
        c.end = in.number<std::uint32_t>();
        c.box = in.box();
        in.require(before <= c.begin && c.begin < c.end && c.end <= word.text.size());
        before = c.end;
    }
    return word;
}

} // namespace

std::array<std::byte, kHeaderSize> encodeHeader(RecordHeader header)
{
    const std::uint32_t fields[] = {kMagic, static_cast<std::uint32_t>(header.kind), header.size};
    std::array<std::byte, kHeaderSize> bytes{};
    std::memcpy(bytes.data(), fields, kHeaderSize);
    return bytes;
}

Result<RecordHeader> decodeHeader(std::span<const std::byte, kHeaderSize> bytes, std::uint32_t maxSize)
{
    std::array<std::uint32_t, 3> fields{};
    std::memcpy(fields.data(), bytes.data(), kHeaderSize);
    const bool known = fields[1] >= static_cast<std::uint32_t>(RecordKind::Hello) &&
                       fields[1] <= static_cast<std::uint32_t>(RecordKind::Failed);
    if (fields[0] != kMagic || !known)
        return fail(ErrorCode::Damaged, "the PDF helper sent something that is no record");
    if (fields[2] > maxSize)
        return fail(ErrorCode::Damaged, "the PDF helper sent a record that is too long");
    return RecordHeader{static_cast<RecordKind>(fields[1]), fields[2]};
}

Body encodeHello()
{
    Writer out;
    out.number(kProtocolVersion);
    return out.take();
}

Result<std::uint32_t> decodeHello(std::span<const std::byte> body)
{
    Reader in(body);
    const auto version = in.number<std::uint32_t>();
    return in.finish(version);
}

Body encode(const OpenRequest &request)
{
    Writer out;
    out.text(request.password);
    for (const std::uint32_t value :
         {request.wordsPerPage, request.textBytesPerPage, request.pixels, request.secondsPerPage})
        out.number(value);
    out.number(request.memoryBytes);
    out.number(static_cast<std::uint8_t>(request.recognize));
    out.count(request.languages.size());
    for (const std::string &language : request.languages)
        out.text(language);
    return out.take();
}

Result<OpenRequest> decodeOpenRequest(std::span<const std::byte> body)
{
    Reader in(body);
    OpenRequest request;
    request.password = in.text();
    for (std::uint32_t *value :
         {&request.wordsPerPage, &request.textBytesPerPage, &request.pixels, &request.secondsPerPage})
        *value = in.number<std::uint32_t>();
    request.memoryBytes = in.number<std::uint64_t>();
    request.recognize = in.flag();
    request.languages.resize(in.count(sizeof(std::uint32_t)));
    for (std::string &language : request.languages)
        language = in.text();
    return in.finish(std::move(request));
}

Body encode(const DrawRequest &request)
{
    Writer out;
    out.number(request.page);
    out.number(request.pixelsPerPoint);
    return out.take();
}

Result<DrawRequest> decodeDrawRequest(std::span<const std::byte> body)
{
    Reader in(body);
    DrawRequest request;
    request.page = in.number<std::int32_t>();
    request.pixelsPerPoint = in.number<double>();
    in.require(request.page >= 0 && std::isfinite(request.pixelsPerPoint) && request.pixelsPerPoint > 0);
    return in.finish(request);
}

Body encodePage(int page)
{
    Writer out;
    out.number(static_cast<std::int32_t>(page));
    return out.take();
}

Result<int> decodePage(std::span<const std::byte> body)
{
    Reader in(body);
    const int page = in.number<std::int32_t>();
    in.require(page >= 0);
    return in.finish(page);
}

Body encode(const PdfInfo &info)
{
    Writer out;
    out.number(static_cast<std::int32_t>(info.pages));
    out.text(info.title);
    out.text(info.author);
    out.text(info.producer);
    return out.take();
}

Result<PdfInfo> decodeInfo(std::span<const std::byte> body)
{
    Reader in(body);
    PdfInfo info;
    info.pages = in.number<std::int32_t>();
    in.require(info.pages > 0 && static_cast<std::size_t>(info.pages) <= kMaxPages);
    info.title = in.text();
    info.author = in.text();
    info.producer = in.text();
    return in.finish(std::move(info));
}

Body encode(const Extras &extras)
{
    Writer out;
    out.count(extras.outline.size());
    for (const OutlineItem &item : extras.outline) {
        out.text(item.title);
        out.number(static_cast<std::int32_t>(item.level));
        out.number(static_cast<std::int32_t>(item.page));
    }
    out.count(extras.labels.size());
    for (const std::string &label : extras.labels)
        out.text(label);
    return out.take();
}

Result<Extras> decodeExtras(std::span<const std::byte> body)
{
    constexpr std::size_t kItemSize = 12;
    Reader in(body);
    Extras extras;
    extras.outline.resize(in.count(kItemSize));
    for (OutlineItem &item : extras.outline) {
        item.title = in.text();
        item.level = in.number<std::int32_t>();
        item.page = in.number<std::int32_t>();
        in.require(item.level >= 0 && item.page >= -1);
    }
    extras.labels.resize(in.count(sizeof(std::uint32_t)));
    for (std::string &label : extras.labels)
        label = in.text();
    return in.finish(std::move(extras));
}

Body encode(const PageText &text)
{
    Writer out;
    out.number(static_cast<std::int32_t>(text.page));
    out.number(text.width);
    out.number(text.height);
    out.text(text.label);
    out.number(static_cast<std::uint8_t>(text.truncated));
    out.count(text.fonts.size());
    for (const std::string &font : text.fonts)
        out.text(font);
    out.count(text.words.size());
    for (const PageWord &word : text.words)
        writeWord(out, word);
    return out.take();
}

Result<PageText> decodeText(std::span<const std::byte> body)
{
    constexpr std::size_t kLeastWord = 37;
    Reader in(body);
    PageText text;
    text.page = in.number<std::int32_t>();
    text.width = in.coordinate();
    text.height = in.coordinate();
    text.label = in.text();
    text.truncated = in.flag();
    text.fonts.resize(in.count(sizeof(std::uint32_t)));
    for (std::string &font : text.fonts)
        font = in.text();
    const std::size_t words = in.count(kLeastWord);
    text.words.reserve(words);
    for (std::size_t i = 0; i < words && in.ok(); ++i) {
        text.words.push_back(readWord(in));
        in.require(text.words.back().font >= -1 &&
                   text.words.back().font < static_cast<int>(text.fonts.size()));
    }
    return in.finish(std::move(text));
}

Body encode(const PageImage &image)
{
    Writer out;
    out.number(static_cast<std::int32_t>(image.width));
    out.number(static_cast<std::int32_t>(image.height));
    out.number(image.pointsPerPixel);
    out.count(image.pixels.size());
    out.bytes(image.pixels.data(), image.pixels.size());
    return out.take();
}

Result<PageImage> decodeImage(std::span<const std::byte> body)
{
    Reader in(body);
    PageImage image;
    image.width = in.number<std::int32_t>();
    image.height = in.number<std::int32_t>();
    image.pointsPerPixel = in.coordinate();
    in.require(image.width > 0 && image.height > 0 && image.pointsPerPixel > 0);
    image.pixels.resize(in.count(1));
    in.require(static_cast<std::int64_t>(image.width) * image.height * 4 ==
               static_cast<std::int64_t>(image.pixels.size()));
    in.copy(image.pixels.data(), image.pixels.size());
    return in.finish(std::move(image));
}

Body encode(const RecognizedPage &page)
{
    Writer out;
    out.number(page.width);
    out.number(page.height);
    out.text(page.language);
    out.count(page.words.size());
    for (const RecognizedWord &word : page.words) {
        out.text(word.text);
        out.box(word.box);
        out.number(word.confidence);
        out.number(word.fontSize);
        out.number(static_cast<std::uint8_t>(word.endsLine));
        out.number(static_cast<std::uint8_t>(word.endsParagraph));
    }
    return out.take();
}

Result<RecognizedPage> decodeRecognized(std::span<const std::byte> body)
{
    constexpr std::size_t kWordSize = 30;
    Reader in(body);
    RecognizedPage page;
    page.width = in.coordinate();
    page.height = in.coordinate();
    page.language = in.text();
    page.words.resize(in.count(kWordSize));
    for (RecognizedWord &word : page.words) {
        word.text = in.text();
        word.box = in.box();
        word.confidence = in.coordinate();
        word.fontSize = in.coordinate();
        word.endsLine = in.flag();
        word.endsParagraph = in.flag();
    }
    return in.finish(std::move(page));
}

Body encode(const Error &error)
{
    Writer out;
    out.number(static_cast<std::uint32_t>(error.code));
    out.text(error.detail);
    return out.take();
}

Result<Error> decodeError(std::span<const std::byte> body)
{
    Reader in(body);
    const auto code = in.number<std::uint32_t>();
    in.require(code <= static_cast<std::uint32_t>(ErrorCode::Storage));
    Error error{static_cast<ErrorCode>(code), {}};
    error.detail = in.text();
    return in.finish(std::move(error));
}

} // namespace rag::pdf
