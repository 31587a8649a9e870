#include "rag/pdf/reading_order.h"

#include "engine/base/unicode.h"
#include "rag/pdf/brackets.h"
#include "rag/pdf/page_writer.h"
#include "rag/pdf/text_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace rag {

namespace {

using order::BodyType;
using order::LineText;
using order::MeasuredLine;
using order::PageGlyphs;
using order::PageWriter;
using order::Region;

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

/// What most characters of the page are set in.
BodyType bodyOf(const std::vector<Layer> &layers)
{
    std::map<int, std::size_t> counts; // half points
    std::size_t bold = 0;
    std::size_t even = 0;
    std::size_t all = 0;
    for (const Layer &layer : layers) {
        for (const order::Glyph &glyph : layer.glyphs.glyphs) {
            ++counts[static_cast<int>(std::lround(glyph.size * 2))];
            ++all;
            if (glyph.font < 0)
                continue;
            bold += layer.glyphs.boldFonts[static_cast<std::size_t>(glyph.font)];
            even += layer.glyphs.evenFonts[static_cast<std::size_t>(glyph.font)];
        }
    }
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    BodyType body;
    if (most != counts.end())
        body.size = static_cast<float>(most->first) / 2;
    body.bold = bold * 2 > all;
    body.even = even * 2 > all;
    return body;
}

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
    const bool nameless = static_cast<std::size_t>(unmapped) > glyphs && unmapped > 20;
    out.findings.garbled = nameless || order::looksReversed(out.text);
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (!out.findings.garbled &&
        (hasLetter(out.text, 1) || std::any_of(out.text.begin(), out.text.end(), isDigit)))
        return;
    if (out.findings.garbled)
        out.note = nameless ? "the fonts do not say which characters they show"
                            : "the text layer does not match what the page shows";
    out.state = PageState::NoText;
    out.text.clear();
    out.chars.clear();
    out.blocks.clear();
    out.findings.tables = 0;
    out.findings.captions = 0;
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
    PageWriter writer(out, bodyOf(layers));
    for (const Layer &layer : layers) {
        for (std::size_t i = 0; i < layer.regions.size(); ++i)
            writer.add(layer.regions[i], layer.lines[i]);
    }
    writer.finish();
    judge(out, page, layers);
    return out;
}

} // namespace rag
