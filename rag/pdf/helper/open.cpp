#include "engine/base/unicode.h"
#include "rag/pdf/helper/reader.h"

#include <poppler-document.h>
#include <poppler-page.h>
#include <poppler-toc.h>

#include <limits>

namespace rag::pdf {

namespace {

constexpr std::size_t kTitleBytes = 2000;
constexpr std::size_t kOutlineItems = 20'000;
constexpr int kOutlineDepth = 32;
constexpr int kLabelledPages = 50'000;

/// Latin-1 bytes of a text that has no other characters; else empty.
std::string latin1(std::string_view text)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const char32_t c = engine::nextCodePoint(text, at);
        if (c > 0xFF)
            return {};
        out.push_back(static_cast<char>(c));
    }
    return out;
}

std::vector<std::string> passwordForms(const std::string &password)
{
    std::vector<std::string> forms{std::string()};
    const std::string folded = engine::normalize(password, engine::NormalForm::Nfkc);
    for (const std::string &form : {password, folded, latin1(password), latin1(folded)}) {
        if (!form.empty() && form != forms.back())
            forms.push_back(form);
    }
    return forms;
}

void addOutline(const poppler::toc_item &item, int level, std::vector<OutlineItem> &out)
{
    if (level > kOutlineDepth)
        return;
    for (const poppler::toc_item *child : item.children()) {
        if (!child || out.size() >= kOutlineItems)
            return;
        out.push_back({plainText(child->title(), kTitleBytes), level, -1});
        addOutline(*child, level + 1, out);
    }
}

/// One a page; none at all where they only repeat the numbers 1, 2, 3 ...
std::vector<std::string> readLabels(const poppler::document &document)
{
    const int pages = document.pages();
    if (pages > kLabelledPages)
        return {};
    std::vector<std::string> labels(static_cast<std::size_t>(pages));
    bool telling = false;
    for (int i = 0; i < pages; ++i) {
        const std::unique_ptr<poppler::page> page(document.create_page(i));
        std::string &label = labels[static_cast<std::size_t>(i)];
        if (page)
            label = plainText(page->label(), kTitleBytes);
        telling = telling || (!label.empty() && label != std::to_string(i + 1));
    }
    return telling ? labels : std::vector<std::string>{};
}

} // namespace

std::string plainText(const poppler::ustring &text, std::size_t maxBytes)
{
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < maxBytes; ++i) {
        char32_t c = text[i];
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - char32_t(0xDC00));
        else if (c >= 0xD800 && c < 0xE000)
            c = 0xFFFD;
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            c = U' ';
        engine::appendUtf8(out, c);
    }
    return out;
}

Result<std::unique_ptr<poppler::document>> openDocument(std::span<const char> bytes,
                                                        const std::string &password)
{
    if (bytes.empty())
        return fail(ErrorCode::Damaged, "the file is empty");
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return fail(ErrorCode::Unsupported, "the file is larger than 2 GB");
    bool locked = false;
    for (const std::string &form : passwordForms(password)) {
        std::unique_ptr<poppler::document> document(
            poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size()), form, form));
        if (!document)
            continue;
        // Nothing may be asked of a locked document: Poppler 22.12 reads through a null pointer.
        if (document->is_locked()) {
            locked = true;
            continue;
        }
        if (document->pages() <= 0)
            return fail(ErrorCode::Damaged, "the file has no page that can be read");
        return document;
    }
    if (locked)
        return fail(ErrorCode::Locked, password.empty() ? "a password is needed" : "the password is wrong");
    return fail(ErrorCode::Damaged, "the file is no PDF, or is damaged beyond repair");
}

PdfInfo readInfo(const poppler::document &document)
{
    PdfInfo info;
    info.pages = document.pages();
    info.title = plainText(document.get_title(), kTitleBytes);
    info.author = plainText(document.get_author(), kTitleBytes);
    info.producer = plainText(document.get_producer(), kTitleBytes);
    return info;
}

Extras readExtras(const poppler::document &document)
{
    Extras extras;
    const std::unique_ptr<poppler::toc> outline(document.create_toc());
    if (outline && outline->root())
        addOutline(*outline->root(), 0, extras.outline);
    extras.labels = readLabels(document);
    return extras;
}

} // namespace rag::pdf
