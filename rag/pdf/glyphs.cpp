#include "rag/pdf/glyphs.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <utility>

namespace rag::order {

namespace {

constexpr char32_t kFathatan = 0x064B;
constexpr char32_t kLam = 0x0644;

bool isAlef(char32_t c)
{
    return c == 0x0627 || c == 0x0623 || c == 0x0625 || c == 0x0622 || c == 0x0671;
}

/// Boxes as if the page were turned so that text of this rotation runs from left to right.
Box turned(const Box &b, int rotation, float width, float height)
{
    switch (rotation) {
    case 90:
        return {b.y, width - b.right(), b.height, b.width};
    case 180:
        return {width - b.right(), height - b.bottom(), b.width, b.height};
    case 270:
        return {height - b.bottom(), b.x, b.height, b.width};
    default:
        return b;
    }
}

/// Never shown and never meant: controls, direction marks, tags, variation selectors, noncharacters.
/// The two joiners stay: Persian and Indic spelling needs them.
bool isControl(char32_t c)
{
    if (c == 0x200C || c == 0x200D)
        return false;
    const bool controls =
        c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0xFEFF || c == 0x2028 || c == 0x2029;
    const bool selectors = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF);
    const bool noCharacter = (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || c > 0x10FFFF;
    return controls || selectors || noCharacter || (c > 0x7F && engine::isControl(c));
}

bool isUnmapped(char32_t c)
{
    return c == 0xFFFD || (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && c <= 0x10FFFD);
}

/// Wide and small forms of ASCII punctuation stay as they are: folded, they could spell a model's control
/// word.
bool staysUnfolded(char32_t c)
{
    return (c >= 0xFE50 && c <= 0xFE6B) || (c >= 0xFF01 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) ||
           (c >= 0xFF3B && c <= 0xFF40) || (c >= 0xFF5B && c <= 0xFF65);
}

std::string foldedText(char32_t c)
{
    std::string text;
    if (c == 0xF0B7 || c == 0xF0A7) { // the bullets of Symbol and Wingdings
        engine::appendUtf8(text, 0x2022);
        return text;
    }
    engine::appendUtf8(text, c);
    return c < 0x80 || staysUnfolded(c) ? text : engine::normalize(text, engine::NormalForm::Nfkc);
}

GlyphKind kindOf(char32_t c)
{
    if (c < 0x80) {
        if (c >= U'0' && c <= U'9')
            return GlyphKind::Digit;
        return (c | 0x20) >= U'a' && (c | 0x20) <= U'z' ? GlyphKind::Left : GlyphKind::Neutral;
    }
    if (engine::isMark(c))
        return GlyphKind::Mark;
    if (engine::isNumber(c))
        return GlyphKind::Digit;
    if (engine::isRightToLeft(c) || (c >= 0x0620 && c <= 0x064A))
        return GlyphKind::Right;
    return engine::isLetter(c) ? GlyphKind::Left : GlyphKind::Neutral;
}

bool holdsAny(const std::string &font, std::initializer_list<const char *> signs)
{
    std::string name;
    for (const char c : font)
        name += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return std::any_of(signs.begin(), signs.end(),
                       [&](const char *sign) { return name.find(sign) != std::string::npos; });
}

bool looksBold(const std::string &font)
{
    return holdsAny(font, {"bold", "black", "heavy", "demi", "cmbx", "sfbx", "cmssbx", "-medi", "cmb1"});
}

bool looksEven(const std::string &font)
{
    return holdsAny(font, {"mono", "courier", "cmtt", "sftt", "lmtt", "consol", "typewriter", "nimbusmon",
                           "txtt", "menlo", "code"});
}

char32_t codePoint(const PageWord &word, const CharBox &c)
{
    std::size_t at = c.begin;
    return engine::nextCodePoint(word.text, at);
}

/// Fonts whose blank is mapped to U+064B (seen from PowerPoint 2010): there it has a width of its own and
/// stands between letters far more often than any spelling allows.
std::vector<bool> fontsWithFalseBlank(const PageText &page)
{
    struct Count
    {
        int letters = 0;
        int suspects = 0;
    };

    std::map<int, Count> counts;
    for (const PageWord &word : page.words) {
        Count &count = counts[word.font];
        for (const CharBox &c : word.chars) {
            const char32_t letter = codePoint(word, c);
            if (letter == kFathatan)
                count.suspects += c.box.width > 0.15F * word.fontSize;
            else
                count.letters += engine::isRightToLeft(letter);
        }
    }
    std::vector<bool> out(page.fonts.size());
    for (const auto &[font, count] : counts) {
        if (font >= 0 && static_cast<std::size_t>(font) < out.size())
            out[static_cast<std::size_t>(font)] = count.suspects > 3 && count.suspects * 50 > count.letters;
    }
    return out;
}

bool isLam(const Glyph &glyph)
{
    std::size_t at = 0;
    return engine::nextCodePoint(glyph.text, at) == kLam && at == glyph.text.size();
}

bool isAlefGlyph(const Glyph &glyph)
{
    std::size_t at = 0;
    return isAlef(engine::nextCodePoint(glyph.text, at));
}

/// One glyph mapped to two letters is shared out from left to right, in the order of the map. So lam before
/// alef from left to right, in two equal halves of one place, may be such a glyph, whose alef is the left
/// half in truth; or it is the article, if lam is drawn as wide elsewhere too.
class LamAlefTurner
{
public:
    explicit LamAlefTurner(PageGlyphs &page)
        : m_page(page)
    {
    }

    void run()
    {
        for (const Piece &piece : m_page.pieces)
            learn(piece);
        for (const Piece &piece : m_page.pieces) {
            for (std::size_t i = piece.begin; i + 1 < piece.end; ++i) {
                if (isLigature(m_page.glyphs[i], m_page.glyphs[i + 1], isArticlePlace(piece, i + 1)))
                    std::swap(m_page.glyphs[i].text, m_page.glyphs[i + 1].text);
            }
        }
    }

private:
    using Widths = std::map<int, std::vector<float>>; ///< by font, in parts of the size

    /// Widths of lam and alef where they are not beside each other.
    void learn(const Piece &piece)
    {
        for (std::size_t i = piece.begin; i < piece.end; ++i) {
            const Glyph &glyph = m_page.glyphs[i];
            const auto beside = [&](bool (*is)(const Glyph &)) {
                return (i > piece.begin && is(m_page.glyphs[i - 1])) ||
                       (i + 1 < piece.end && is(m_page.glyphs[i + 1]));
            };
            if (isLam(glyph) && !beside(isAlefGlyph))
                m_lamWidths[glyph.font].push_back(glyph.box.width / glyph.size);
            else if (isAlefGlyph(glyph) && !beside(isLam))
                m_alefWidths[glyph.font].push_back(glyph.box.width / glyph.size);
        }
    }

    /// Whether the article would stand here: at the head of a word, or behind wa-, fa-, bi- (ka- before it is
    /// rare).
    bool isArticlePlace(const Piece &piece, std::size_t alef) const
    {
        std::size_t at = 0;
        if (alef + 1 == piece.end)
            return true;
        const char32_t before = engine::nextCodePoint(m_page.glyphs[alef + 1].text, at);
        return alef + 2 == piece.end && (before == 0x0648 || before == 0x0641 || before == 0x0628);
    }

    bool isLigature(const Glyph &left, const Glyph &right, bool articlePlace) const
    {
        if (!isLam(left) || !isAlefGlyph(right) || left.box.width <= 0)
            return false;
        const float difference =
            std::max(std::abs(left.box.width - right.box.width), std::abs(left.box.right() - right.box.x)) /
            left.size;
        // The article is so likely that both letters have to be out of the ordinary, and the ordinary known.
        constexpr std::size_t kKnownWell = 12;
        return difference < 0.006F && isUnusual(m_lamWidths, left, articlePlace ? kKnownWell : 1) &&
               (!articlePlace || isUnusual(m_alefWidths, right, kKnownWell));
    }

    /// Of no width known for its font; false where fewer than `enough` are known.
    static bool isUnusual(const Widths &widths, const Glyph &glyph, std::size_t enough)
    {
        constexpr float kTolerance = 0.06F;
        const auto known = widths.find(glyph.font);
        if (known == widths.end() || known->second.size() < enough)
            return false;
        const float width = glyph.box.width / glyph.size;
        return std::none_of(known->second.begin(), known->second.end(),
                            [&](float w) { return std::abs(w - width) < kTolerance * width; });
    }

    PageGlyphs &m_page;
    Widths m_lamWidths;
    Widths m_alefWidths;
};

class GlyphReader
{
public:
    GlyphReader(const PageText &page, int rotation)
        : m_page(page)
        , m_rotation(rotation)
        , m_falseBlank(fontsWithFalseBlank(page))
    {
        for (const std::string &font : page.fonts) {
            m_out.boldFonts.push_back(looksBold(font));
            m_out.evenFonts.push_back(looksEven(font));
        }
    }

    PageGlyphs run()
    {
        for (const PageWord &word : m_page.words) {
            if (word.rotation == m_rotation)
                add(word);
        }
        LamAlefTurner(m_out).run();
        return std::move(m_out);
    }

private:
    void add(const PageWord &word)
    {
        m_begin = m_out.glyphs.size();
        for (const CharBox &c : word.chars)
            add(word, c);
        closePiece();
        if (!m_out.pieces.empty())
            m_out.pieces.back().spaceAfter = word.spaceAfter || m_dropped;
        m_dropped = false;
    }

    void add(const PageWord &word, const CharBox &c)
    {
        const char32_t raw = codePoint(word, c);
        if (raw == kFathatan && hasFalseBlank(word.font)) {
            ++m_out.blanksRepaired;
            closePiece();
            m_begin = m_out.glyphs.size();
            return;
        }
        if (engine::isWhitespace(raw)) {
            closePiece();
            if (!m_out.pieces.empty())
                m_out.pieces.back().spaceAfter = true;
            m_begin = m_out.glyphs.size();
            return;
        }
        const bool bullet = raw == 0xF0B7 || raw == 0xF0A7;
        if (isControl(raw) || (isUnmapped(raw) && !bullet)) {
            m_out.unmapped += isUnmapped(raw);
            m_dropped = true;
            return;
        }
        push(word, c, raw);
    }

    bool hasFalseBlank(int font) const { return font >= 0 && m_falseBlank[static_cast<std::size_t>(font)]; }

    void push(const PageWord &word, const CharBox &c, char32_t raw)
    {
        Glyph glyph;
        glyph.text = foldedText(raw);
        // Some forms fold to a blank and a mark.
        while (!glyph.text.empty() && glyph.text.front() == ' ')
            glyph.text.erase(0, 1);
        if (glyph.text.empty())
            return;
        std::size_t at = 0;
        glyph.kind = kindOf(engine::nextCodePoint(glyph.text, at));
        glyph.pageBox = c.box;
        glyph.box = turned(c.box, m_rotation, m_page.width, m_page.height);
        const bool sane = word.fontSize > 0.5F && word.fontSize < 4 * glyph.box.height + 1;
        glyph.size = sane ? word.fontSize : std::max(1.0F, 0.8F * glyph.box.height);
        glyph.font = word.font;
        glyph.afterDropped = std::exchange(m_dropped, false);
        const bool accent = glyph.kind == GlyphKind::Mark && raw >= 0x0300 && raw <= 0x036F;
        if (accent && m_out.glyphs.size() > m_begin) {
            std::string &base = m_out.glyphs.back().text;
            base = engine::normalize(base + glyph.text, engine::NormalForm::Nfc);
            return;
        }
        m_out.glyphs.push_back(std::move(glyph));
    }

    void closePiece()
    {
        const std::size_t from = m_begin;
        if (from >= m_out.glyphs.size())
            return;
        Piece piece;
        piece.begin = from;
        piece.end = m_out.glyphs.size();
        piece.box = m_out.glyphs[from].box;
        for (std::size_t i = from; i < piece.end; ++i) {
            const Glyph &glyph = m_out.glyphs[i];
            piece.box = united(piece.box, glyph.box);
            piece.size = std::max(piece.size, glyph.size);
            piece.rightToLeft = piece.rightToLeft || glyph.kind == GlyphKind::Right;
        }
        m_out.pieces.push_back(piece);
    }

    const PageText &m_page;
    int m_rotation;
    std::vector<bool> m_falseBlank;
    PageGlyphs m_out;
    std::size_t m_begin = 0;
    bool m_dropped = false;
};

} // namespace

PageGlyphs readGlyphs(const PageText &page, int rotation)
{
    return GlyphReader(page, rotation).run();
}

} // namespace rag::order
