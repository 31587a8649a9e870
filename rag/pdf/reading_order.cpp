#include "rag/pdf/reading_order.h"

#include "engine/base/unicode.h"
#include "rag/pdf/paragraphs.h"
#include "rag/pdf/text_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace rag {

namespace {

using order::Joint;
using order::LineText;
using order::MeasuredLine;
using order::PageGlyphs;
using order::Region;
using order::Token;

/// All regions of one rotation with the text of their lines.
struct Layer
{
    PageGlyphs glyphs;
    std::vector<Region> regions;
    std::vector<std::vector<MeasuredLine>> lines; ///< by region
};

bool hasLetter(std::string_view text, int atLeast)
{
    std::size_t at = 0;
    int letters = 0;
    while (at < text.size() && letters < atLeast)
        letters += engine::isLetter(engine::nextCodePoint(text, at));
    return letters >= atLeast;
}

Layer readLayer(const PageText &page, int rotation)
{
    Layer layer;
    layer.glyphs = order::readGlyphs(page, rotation);
    layer.regions = order::layOut(layer.glyphs);
    std::vector<LineText> texts;
    for (const Region &region : layer.regions) {
        for (const order::Line &line : region.lines)
            texts.push_back(order::writeLine(line, layer.glyphs, region.rightToLeft));
    }
    const bool mirrored = order::bracketsAreMirrored(texts);
    std::size_t next = 0;
    for (const Region &region : layer.regions) {
        std::vector<MeasuredLine> &lines = layer.lines.emplace_back();
        for (const order::Line &line : region.lines) {
            if (mirrored)
                order::mirrorBrackets(texts[next]);
            order::mirrorTurnedPairs(texts[next]);
            lines.push_back({&line, std::move(texts[next++])});
        }
    }
    return layer;
}

/// Size of most characters of the page.
float bodySize(const std::vector<Layer> &layers)
{
    std::map<int, std::size_t> counts; // half points
    for (const Layer &layer : layers) {
        for (const order::Glyph &glyph : layer.glyphs.glyphs)
            ++counts[static_cast<int>(std::lround(glyph.size * 2))];
    }
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    return most == counts.end() ? 10 : static_cast<float>(most->first) / 2;
}

bool mostlyBold(const std::vector<Layer> &layers)
{
    std::size_t bold = 0;
    std::size_t all = 0;
    for (const Layer &layer : layers) {
        for (const order::Glyph &glyph : layer.glyphs.glyphs)
            bold += glyph.font >= 0 && layer.glyphs.boldFonts[static_cast<std::size_t>(glyph.font)];
        all += layer.glyphs.glyphs.size();
    }
    return bold * 2 > all;
}

class PageWriter
{
public:
    PageWriter(PageContent &out, float body, bool bodyIsBold)
        : m_out(out)
        , m_body(body)
        , m_bodyIsBold(bodyIsBold)
    {
    }

    void add(const std::vector<MeasuredLine> &lines)
    {
        const std::vector<Joint> joints = order::findJoints(lines);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].text.tokens.empty())
                continue;
            if (joints[i] == Joint::NewBlock || !m_open)
                beginBlock();
            else
                join(joints[i], lines[i].text);
            write(lines[i]);
        }
        endBlock();
    }

private:
    void beginBlock()
    {
        endBlock();
        if (!m_out.text.empty())
            m_out.text += "\n\n";
        m_open = true;
        m_begin = m_out.text.size();
        m_lines = 0;
        m_size = 0;
        m_allBold = true;
    }

    void endBlock()
    {
        if (!m_open)
            return;
        m_open = false;
        const std::string_view text = std::string_view(m_out.text).substr(m_begin);
        Block block{static_cast<std::uint32_t>(m_begin), static_cast<std::uint32_t>(m_out.text.size()),
                    BlockKind::Body, m_size};
        if (isHeading(text))
            block.kind = BlockKind::Heading;
        m_out.blocks.push_back(block);
    }

    bool isHeading(std::string_view text) const
    {
        constexpr std::size_t kLongest = 240;
        if (text.size() > kLongest || m_lines > 3 || !hasLetter(text, 2))
            return false;
        if (m_size > 1.15F * m_body)
            return true;
        return m_allBold && !m_bodyIsBold && m_lines <= 2 && m_size > 0.9F * m_body && text.back() != '.' &&
               text.back() != ',';
    }

    /// A hyphen at a line's end goes when the word runs on in lower case and holds no other hyphen.
    bool dropHyphen(const LineText &next)
    {
        std::string &text = m_out.text;
        std::size_t hyphen = 0;
        for (const std::string_view sign :
             {std::string_view("-"), std::string_view("\u2010"), std::string_view("\u00AD")}) {
            if (text.ends_with(sign))
                hyphen = sign.size();
        }
        if (hyphen == 0 || text.size() < m_begin + hyphen + 2)
            return false;
        std::size_t at = 0;
        const char32_t first = engine::nextCodePoint(next.tokens.front().text, at);
        if (!engine::isLetter(first) || engine::toLower(first) != first || engine::isRightToLeft(first))
            return false;
        const std::string_view before = std::string_view(text).substr(0, text.size() - hyphen);
        const std::size_t space = before.find_last_of(" \n");
        const std::string_view word = space == std::string_view::npos ? before : before.substr(space + 1);
        if (!hasLetter(word, 2) || word.find('-') != std::string_view::npos)
            return false;
        text.resize(text.size() - hyphen);
        while (!m_out.chars.empty() && m_out.chars.back().end > text.size())
            m_out.chars.pop_back();
        return true;
    }

    void join(Joint joint, const LineText &next)
    {
        if (joint == Joint::Break)
            m_out.text += '\n';
        else if (!dropHyphen(next) && !joinsWithoutSpace(next))
            m_out.text += ' ';
    }

    /// Chinese and Japanese lines go on without a space.
    bool joinsWithoutSpace(const LineText &next) const
    {
        std::size_t at = 0;
        const char32_t first = engine::nextCodePoint(next.tokens.front().text, at);
        const auto wide = [](char32_t c) {
            return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
                   (c >= 0xFF00 && c <= 0xFFEF);
        };
        if (!wide(first) || m_out.chars.empty())
            return false;
        std::size_t last = m_out.chars.back().begin;
        return wide(engine::nextCodePoint(m_out.text, last));
    }

    void write(const MeasuredLine &line)
    {
        for (const Token &token : line.text.tokens) {
            if (token.spaceBefore)
                m_out.text += ' ';
            const auto begin = static_cast<std::uint32_t>(m_out.text.size());
            m_out.text += token.text;
            m_out.chars.push_back({begin, static_cast<std::uint32_t>(m_out.text.size()), token.pageBox});
        }
        ++m_lines;
        m_size = std::max(m_size, line.line->size);
        m_allBold = m_allBold && line.text.boldShare > 0.9F;
    }

    PageContent &m_out;
    float m_body;
    bool m_bodyIsBold;
    bool m_open = false;
    std::size_t m_begin = 0;
    int m_lines = 0;
    float m_size = 0;
    bool m_allBold = true;
};

/// Rotations in use, the one of most words first.
std::vector<int> rotationsOf(const PageText &page)
{
    std::map<int, std::size_t> counts;
    for (const PageWord &word : page.words)
        counts[word.rotation] += word.chars.size();
    std::vector<int> out;
    for (const auto &[rotation, count] : counts)
        out.push_back(rotation);
    std::stable_sort(out.begin(), out.end(), [&](int a, int b) { return counts[a] > counts[b]; });
    return out;
}

void judge(PageContent &out, const PageText &page, const std::vector<Layer> &layers)
{
    int unmapped = 0;
    int blanks = 0;
    std::size_t glyphs = 0;
    for (const Layer &layer : layers) {
        unmapped += layer.glyphs.unmapped;
        blanks += layer.glyphs.blanksRepaired;
        glyphs += layer.glyphs.glyphs.size();
    }
    if (page.truncated)
        out.note = "more words than the limit; the rest was left out";
    else if (blanks > 0)
        out.note = "blanks that were mapped to a mark were repaired";
    if (static_cast<std::size_t>(unmapped) > glyphs && unmapped > 20)
        out.note = "the fonts do not say which characters they show";
    else if (order::looksReversed(out.text))
        out.note = "the text layer does not match what the page shows";
    else if (hasLetter(out.text, 1) ||
             std::any_of(out.text.begin(), out.text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return;
    out.state = PageState::NoText;
    out.text.clear();
    out.chars.clear();
    out.blocks.clear();
}

} // namespace

PageContent orderPage(const PageText &page)
{
    PageContent out;
    out.page = page.page;
    out.label = page.label;
    out.width = page.width;
    out.height = page.height;
    std::vector<Layer> layers;
    for (const int rotation : rotationsOf(page))
        layers.push_back(readLayer(page, rotation));
    PageWriter writer(out, bodySize(layers), mostlyBold(layers));
    for (const Layer &layer : layers) {
        for (const std::vector<MeasuredLine> &lines : layer.lines)
            writer.add(lines);
    }
    judge(out, page, layers);
    return out;
}

} // namespace rag
