#include "engine/base/unicode.h"
#include "rag/pdf/helper/reader.h"

#include <poppler-document.h>
#include <poppler-page.h>

#include <cmath>
#include <map>

namespace rag::pdf {

namespace {

/// Bounds of what a sane page uses, so that what follows may add and compare without overflow.
float bounded(double value)
{
    constexpr double kFar = 1e6;
    return std::isfinite(value) ? static_cast<float>(std::min(std::max(value, -kFar), kFar)) : 0.0F;
}

Box toBox(const poppler::rectf &r)
{
    return {bounded(r.x()), bounded(r.y()), bounded(r.width()), bounded(r.height())};
}

/// "ABCDEF+Amiri-Bold" -> "Amiri-Bold"; names may be in any encoding.
std::string fontName(const std::string &name)
{
    constexpr std::size_t kPrefix = 7;
    constexpr std::size_t kLongest = 200;
    const bool subset = name.size() > kPrefix && name[kPrefix - 1] == '+';
    return engine::validUtf8(std::string_view(name).substr(subset ? kPrefix : 0, kLongest));
}

class Extractor
{
public:
    Extractor(int page, const OpenRequest &limits)
        : m_limits(limits)
    {
        m_out.page = page;
    }

    void add(const poppler::text_box &box)
    {
        if (m_out.words.size() >= m_limits.wordsPerPage || m_textBytes >= m_limits.textBytesPerPage) {
            m_out.truncated = true;
            return;
        }
        PageWord word;
        addChars(word, box);
        if (word.text.empty())
            return;
        word.box = toBox(box.bbox());
        word.rotation = (box.rotation() < 4 ? box.rotation() * 90 : box.rotation()) % 360;
        word.spaceAfter = box.has_space_after();
        if (box.has_font_info()) {
            word.fontSize = bounded(box.get_font_size());
            word.font = fontIndex(box.get_font_name(0));
        }
        m_textBytes += word.text.size();
        m_out.words.push_back(std::move(word));
    }

    PageText take() { return std::move(m_out); }

private:
    /// One box a code point: Poppler counts code points, its text counts UTF-16 units.
    static void addChars(PageWord &word, const poppler::text_box &box)
    {
        const poppler::ustring text = box.text();
        std::size_t glyph = 0;
        for (std::size_t i = 0; i < text.size(); ++i, ++glyph) {
            char32_t c = text[i];
            if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 &&
                text[i + 1] < 0xE000)
                c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - char32_t(0xDC00));
            const auto begin = static_cast<std::uint32_t>(word.text.size());
            engine::appendUtf8(word.text, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
            word.chars.push_back(
                {begin, static_cast<std::uint32_t>(word.text.size()), toBox(box.char_bbox(glyph))});
        }
    }

    int fontIndex(const std::string &name)
    {
        const auto [at, fresh] = m_fonts.try_emplace(name, static_cast<int>(m_out.fonts.size()));
        if (fresh)
            m_out.fonts.push_back(fontName(name));
        return at->second;
    }

    const OpenRequest &m_limits;
    PageText m_out;
    std::map<std::string, int> m_fonts;
    std::size_t m_textBytes = 0;
};

} // namespace

Result<PageText> readText(const poppler::document &document, int page, const OpenRequest &limits)
{
    const std::unique_ptr<poppler::page> source(document.create_page(page));
    if (!source)
        return fail(ErrorCode::Damaged, "the page cannot be read");
    Extractor extractor(page, limits);
    for (const poppler::text_box &box : source->text_list(poppler::page::text_list_include_font))
        extractor.add(box);
    PageText out = extractor.take();
    const poppler::rectf area = source->page_rect();
    const auto turn = source->orientation();
    const bool sideways = turn == poppler::page::landscape || turn == poppler::page::seascape;
    out.width = bounded(sideways ? area.height() : area.width());
    out.height = bounded(sideways ? area.width() : area.height());
    out.label = plainText(source->label(), 200);
    return out;
}

} // namespace rag::pdf
