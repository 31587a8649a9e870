#include "rag/pdf/line_text.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace rag::order {

namespace {

constexpr float kSpaceGap = 0.13F; ///< em; less is kerning, spaces of a justified line are more
constexpr float kWideGap = 1.0F;   ///< em; parts cells, which no left-to-right run crosses

/// A glyph in its line.
struct Entry
{
    const Glyph *glyph = nullptr;
    const Piece *piece = nullptr;
    float key = 0; ///< place from left to right
    std::string marks;
    bool inLeftRun = false; ///< of a right-to-left line
};

bool isBidiMark(const Glyph &glyph)
{
    std::size_t at = 0;
    const char32_t c = engine::nextCodePoint(glyph.text, at);
    return glyph.kind == GlyphKind::Mark && c >= 0x0590 && c <= 0x08FF;
}

bool isAscii(const std::string &text)
{
    return text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80;
}

class LineWriter
{
public:
    LineWriter(const Line &line, const PageGlyphs &page, bool regionRightToLeft)
        : m_line(line)
        , m_page(page)
        , m_regionRightToLeft(regionRightToLeft)
    {
    }

    LineText run()
    {
        collect();
        attachMarks();
        // Latin words are longer than Arabic ones: letters alone would call an even line left-to-right.
        m_out.rightToLeft = m_right > 0 && (3 * m_right > 2 * m_left || m_regionRightToLeft);
        measure();
        if (m_out.rightToLeft)
            emitRightToLeft(0, m_entries.size());
        else
            emitLeftToRight();
        if (!m_out.tokens.empty())
            m_out.tokens.front().spaceBefore = false;
        repairWords();
        return std::move(m_out);
    }

private:
    // ---- gathering ----

    void collect()
    {
        for (const Piece *piece : m_line.pieces) {
            const auto count = static_cast<float>(piece->end - piece->begin);
            for (std::size_t i = piece->begin; i < piece->end; ++i) {
                const Glyph &glyph = m_page.glyphs[i];
                if (isBidiMark(glyph)) {
                    m_marks.push_back(&glyph);
                    continue;
                }
                m_right += glyph.kind == GlyphKind::Right;
                m_left += glyph.kind == GlyphKind::Left;
                m_controlish = m_controlish || glyph.text == "<" || glyph.text == "[" || glyph.text == "|";
                Entry entry{&glyph, piece, 0, {}, false};
                // Inside a word from left to right the file's order holds, whatever the boxes of accents do.
                entry.key = piece->rightToLeft
                                ? glyph.box.x + glyph.box.width / 2
                                : piece->box.x + piece->box.width *
                                                     (static_cast<float>(i - piece->begin) + 0.5F) / count;
                m_entries.push_back(std::move(entry));
            }
        }
        if (m_right > 0)
            std::stable_sort(m_entries.begin(), m_entries.end(),
                             [](const Entry &a, const Entry &b) { return a.key < b.key; });
    }

    /// A mark goes to the letter it is drawn inside; else to the first that begins where it stands or to the
    /// right of it: a line turned round has the mark before its letter.
    void attachMarks()
    {
        for (const Glyph *mark : m_marks) {
            const float x = mark->box.x;
            const float near = 0.1F * mark->size;
            Entry *best = nullptr;
            Entry *within = nullptr;
            for (Entry &entry : m_entries) {
                const Box &box = entry.glyph->box;
                if (entry.glyph->kind != GlyphKind::Right)
                    continue;
                if (box.x + near < x && x < box.right() - near)
                    within = &entry;
                if (box.x >= x - near && box.x < x + mark->size && (!best || box.x < best->glyph->box.x))
                    best = &entry;
            }
            if (within)
                best = within;
            if (best)
                best->marks += mark->text;
        }
    }

    void measure()
    {
        int bold = 0;
        int even = 0;
        for (std::size_t i = 0; i < m_entries.size(); ++i) {
            const int font = m_entries[i].glyph->font;
            bold += font >= 0 && m_page.boldFonts[static_cast<std::size_t>(font)];
            even += font >= 0 && m_page.evenFonts[static_cast<std::size_t>(font)];
            m_out.hasWideGap = m_out.hasWideGap || (i > 0 && gap(i) > kWideGap * size(i));
        }
        const auto count = static_cast<float>(std::max<std::size_t>(1, m_entries.size()));
        m_out.boldShare = static_cast<float>(bold) / count;
        m_out.evenShare = static_cast<float>(even) / count;
        m_out.firstWordWidth = firstWordWidth();
    }

    float firstWordWidth() const
    {
        const std::size_t n = m_entries.size();
        if (n == 0)
            return 0;
        std::size_t k = 1;
        if (m_out.rightToLeft) {
            while (k < n && !isSpace(n - k))
                ++k;
            return m_entries[n - 1].glyph->box.right() - m_entries[n - k].glyph->box.x;
        }
        while (k < n && !isSpace(k))
            ++k;
        return m_entries[k - 1].glyph->box.right() - m_entries[0].glyph->box.x;
    }

    // ---- gaps: always between an entry and the one to its left ----

    float gap(std::size_t i) const { return m_entries[i].glyph->box.x - m_entries[i - 1].glyph->box.right(); }

    float size(std::size_t i) const
    {
        return std::min(m_entries[i].glyph->size, m_entries[i - 1].glyph->size);
    }

    bool isWide(std::size_t i) const { return gap(i) > kWideGap * size(i); }

    bool isSpace(std::size_t i) const
    {
        const Entry &left = m_entries[i - 1];
        const Entry &right = m_entries[i];
        if (m_controlish && right.glyph->afterDropped && isAscii(left.glyph->text) &&
            isAscii(right.glyph->text))
            return true; // taking a control character away must not spell a control word
        if (left.piece == right.piece)
            return false;
        if (gap(i) > kSpaceGap * size(i))
            return true;
        return left.piece->spaceAfter && left.piece + 1 == right.piece && !left.piece->rightToLeft &&
               !right.piece->rightToLeft;
    }

    bool touches(std::size_t i) const { return !isSpace(i); }

    GlyphKind kind(std::size_t i) const { return m_entries[i].glyph->kind; }

    const std::string &text(std::size_t i) const { return m_entries[i].glyph->text; }

    // ---- order ----

    void emit(std::size_t i, bool space, bool inRightToLeft)
    {
        const Entry &entry = m_entries[i];
        m_out.tokens.push_back(
            {entry.glyph->text + entry.marks, entry.glyph->pageBox, entry.glyph->kind, space, inRightToLeft});
    }

    void emitLeftToRight()
    {
        std::size_t i = 0;
        while (i < m_entries.size()) {
            if (kind(i) != GlyphKind::Right) {
                emit(i, i > 0 && isSpace(i), false);
                ++i;
                continue;
            }
            std::size_t last = i;
            for (std::size_t k = i + 1; k < m_entries.size() && kind(k) != GlyphKind::Left && !isWide(k);
                 ++k) {
                if (kind(k) == GlyphKind::Right)
                    last = k;
            }
            const std::size_t first = m_out.tokens.size();
            emitRightToLeft(i, last + 1);
            m_out.tokens[first].spaceBefore = i > 0 && isSpace(i);
            i = last + 1;
        }
    }

    void emitRightToLeft(std::size_t begin, std::size_t end)
    {
        markLeftRuns(begin, end);
        std::size_t i = end;
        while (i > begin) {
            std::size_t first = i - 1;
            if (m_entries[first].inLeftRun) {
                while (first > begin && m_entries[first - 1].inLeftRun && !m_breaks[first])
                    --first;
            }
            const bool space = i < end && isSpace(i);
            for (std::size_t k = first; k < i; ++k)
                emit(k, k == first ? space : isSpace(k), first + 1 == i && !m_entries[k].inLeftRun);
            i = first;
        }
    }

    /// Latin words with what stands between them, and numbers, keep their order from left to right.
    void markLeftRuns(std::size_t begin, std::size_t end)
    {
        m_breaks.assign(m_entries.size(), false);
        std::size_t i = begin;
        while (i < end) {
            if (kind(i) != GlyphKind::Left && kind(i) != GlyphKind::Digit) {
                ++i;
                continue;
            }
            std::size_t last = kind(i) == GlyphKind::Left ? endOfWords(i, end) : endOfNumber(i, end);
            std::size_t first = i;
            if (i > begin && last + 1 < end && isPair(text(i - 1), text(last + 1)) && touches(i) &&
                touches(last + 1)) {
                --first; // a pair that looks right from the left belongs to the words in it
                ++last;
            }
            m_breaks[first] = true;
            for (std::size_t k = first; k <= last; ++k)
                m_entries[k].inLeftRun = true;
            i = last + 1;
        }
    }

    /// Last entry of the run that begins with a letter at `first`.
    std::size_t endOfWords(std::size_t first, std::size_t end) const
    {
        std::size_t last = first;
        for (std::size_t k = first + 1; k < end && kind(k) != GlyphKind::Right && !isWide(k); ++k) {
            if (kind(k) != GlyphKind::Neutral)
                last = k;
        }
        // What touches the end and can not open anything belongs to it: C++, a path's last slash, f(x).
        while (last + 1 < end && touches(last + 1) && text(last + 1).find_first_of("+/_#*%&$~=") == 0)
            ++last;
        if (last + 1 < end && touches(last + 1) && closes(first, last + 1))
            ++last;
        return last;
    }

    static bool isPair(const std::string &opener, const std::string &closer)
    {
        return (opener == "(" && closer == ")") || (opener == "[" && closer == "]") ||
               (opener == "{" && closer == "}");
    }

    bool closes(std::size_t first, std::size_t at) const
    {
        int open = 0;
        for (std::size_t k = first; k < at; ++k)
            open += isPair(text(k), text(at)) - (text(k) == text(at));
        return open > 0;
    }

    /// Digits, the signs that join them, a percent sign; goes on as words where a letter touches ("3D").
    std::size_t endOfNumber(std::size_t first, std::size_t end) const
    {
        std::size_t last = first;
        for (std::size_t k = first + 1; k < end && touches(k); ++k) {
            if (kind(k) == GlyphKind::Digit)
                last = k;
            else if (kind(k) == GlyphKind::Left && k == last + 1)
                return endOfWords(k, end);
            else if (k > last + 1 || !joinsDigits(text(k)))
                break;
        }
        if (last + 1 < end && touches(last + 1) && text(last + 1) == "%")
            ++last;
        return last;
    }

    static bool joinsDigits(const std::string &text)
    {
        constexpr std::array<const char *, 8> kSigns = {".", ",", ":", "/", "-", "٫", "٬", "،"};
        return std::find(kSigns.begin(), kSigns.end(), text) != kSigns.end();
    }

    // ---- repairs by spelling ----

    bool letterIs(std::size_t i, std::initializer_list<char32_t> letters) const
    {
        if (i >= m_out.tokens.size())
            return false;
        std::size_t at = 0;
        const char32_t c = engine::nextCodePoint(m_out.tokens[i].text, at);
        return std::find(letters.begin(), letters.end(), c) != letters.end();
    }

    bool inWord(std::size_t i) const
    {
        return i < m_out.tokens.size() && !m_out.tokens[i].spaceBefore &&
               m_out.tokens[i].kind == GlyphKind::Right;
    }

    /// A lam-alef read back to front at the head of a word, and the ligature of Allah in the order it is seen
    /// in. Neither spelling exists.
    void repairWords()
    {
        if (m_right == 0)
            return;
        constexpr char32_t kAlef = 0x0627;
        constexpr char32_t kLam = 0x0644;
        auto &tokens = m_out.tokens;
        for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
            if (letterIs(i, {kAlef}) && inWord(i + 1) && inWord(i + 2) && inWord(i + 3) &&
                letterIs(i + 1, {0x0647}) && letterIs(i + 2, {0x0644}) && letterIs(i + 3, {0x0644}))
                std::swap(tokens[i + 1].text, tokens[i + 3].text);
            const bool head = i == 0 || tokens[i].spaceBefore || tokens[i - 1].kind != GlyphKind::Right;
            if (!head)
                continue;
            const std::size_t alef = i + letterIs(i, {0x0648, 0x0641, 0x0628, 0x0643});
            if (letterIs(alef, {kAlef}) && inWord(alef + 1) && inWord(alef + 2) && inWord(alef + 3) &&
                letterIs(alef + 1, {0x0623, 0x0625, 0x0622, kAlef}) && letterIs(alef + 2, {0x0644}))
                std::swap(tokens[alef + 1].text, tokens[alef + 2].text);
            // No word begins so after the article.
            else if (letterIs(alef, {kAlef}) && inWord(alef + 1) && inWord(alef + 2) &&
                     letterIs(alef + 1, {kLam}) &&
                     letterIs(alef + 2, {0x0621, 0x0624, 0x0626, 0x0629, 0x0649}))
                std::swap(tokens[alef].text, tokens[alef + 1].text);
        }
    }

    const Line &m_line;
    const PageGlyphs &m_page;
    bool m_regionRightToLeft;
    LineText m_out;
    std::vector<Entry> m_entries;
    std::vector<const Glyph *> m_marks;
    std::vector<bool> m_breaks; ///< entries that begin a left-to-right run
    int m_right = 0;
    int m_left = 0;
    bool m_controlish = false;
};

} // namespace

LineText writeLine(const Line &line, const PageGlyphs &page, bool regionRightToLeft)
{
    return LineWriter(line, page, regionRightToLeft).run();
}

} // namespace rag::order
