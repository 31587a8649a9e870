#include "rag/pdf/table_check.h"

#include <algorithm>
#include <string>

namespace rag::order {

namespace {

/// What the glyphs of a stretch of text are.
struct Census
{
    int all = 0;
    int letters = 0; ///< and digits
    int digits = 0;
    int dots = 0;
    int even = 0; ///< in a font of one width
    int bold = 0;

    void add(const Piece &piece, const PageGlyphs &page)
    {
        for (std::size_t i = piece.begin; i < piece.end; ++i) {
            const Glyph &glyph = page.glyphs[i];
            ++all;
            digits += glyph.kind == GlyphKind::Digit;
            letters += glyph.kind != GlyphKind::Neutral && glyph.kind != GlyphKind::Mark;
            dots += glyph.text == "." || glyph.text == "·" || glyph.text == "…";
            if (glyph.font >= 0) {
                even += page.evenFonts[static_cast<std::size_t>(glyph.font)];
                bold += page.boldFonts[static_cast<std::size_t>(glyph.font)];
            }
        }
    }

    void add(const Cell &cell, const PageGlyphs &page)
    {
        for (const CellLine &line : cell.lines)
            for (const Piece *piece : line.pieces)
                add(*piece, page);
    }
};

std::string textOf(const Cell &cell, const PageGlyphs &page)
{
    std::string text;
    for (const CellLine &line : cell.lines)
        for (const Piece *piece : line.pieces)
            for (std::size_t i = piece->begin; i < piece->end; ++i)
                text += page.glyphs[i].text;
    return text;
}

/// "3", "12.", "(a)", "•": what stands before an item of a list.
bool isLabel(const std::string &text)
{
    if (text.empty() || text.size() > 5)
        return false;
    const bool number = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '(' || c == ')' || c == ':';
    });
    const bool closed = text.back() == '.' || text.back() == ')' || text.back() == ':';
    const bool sign = std::none_of(text.begin(), text.end(),
                                   [](char c) { return c >= '0' && static_cast<unsigned char>(c) < 0x80; });
    return number || closed || sign;
}

class TableCheck
{
public:
    TableCheck(const PageGlyphs &page, float em, bool rightToLeft)
        : m_page(page)
        , m_em(em)
        , m_rightToLeft(rightToLeft)
    {
    }

    bool isTable(const Table &table, std::size_t needed) const
    {
        if (table.rows.empty())
            return false;
        std::size_t filled = 0;
        std::size_t full = 0; // rows with two cells or more
        for (const TableRow &row : table.rows) {
            const auto cells =
                std::count_if(row.begin(), row.end(), [](const Cell &cell) { return !cell.lines.empty(); });
            filled += static_cast<std::size_t>(cells);
            full += cells >= 2;
        }
        return full >= needed && 2 * filled >= table.rows.size() * table.columns &&
               3 * full >= table.rows.size() && !isCodeOrFormula(table) && !isList(table) &&
               !isContents(table) && !isEquations(table) && !isProse(table);
    }

    bool isCodeOrFormula(const Table &table) const
    {
        Census census;
        int cells = 0;
        for (const TableRow &row : table.rows) {
            for (const Cell &cell : row) {
                census.add(cell, m_page);
                cells += !cell.lines.empty();
            }
        }
        const bool code = census.even * 10 > census.all * 8;
        const bool signs = census.letters * 10 < census.all * 6;
        const bool scattered = census.all < 2 * cells && census.digits * 2 < census.all;
        return code || signs || scattered;
    }

    bool isList(const Table &table) const
    {
        const std::size_t key = m_rightToLeft ? table.columns - 1 : 0;
        std::size_t labels = 0;
        std::size_t cells = 0;
        for (const TableRow &row : table.rows) {
            if (row[key].lines.empty())
                continue;
            ++cells;
            labels += isLabel(textOf(row[key], m_page));
        }
        return table.columns == 2 && labels * 10 >= cells * 7;
    }

    /// Numbers in brackets at the edge: "(12)", "(3.4)".
    bool isEquations(const Table &table) const
    {
        std::size_t numbers = 0;
        std::size_t cells = 0;
        for (const TableRow &row : table.rows) {
            const std::string text = textOf(row[table.columns - 1], m_page);
            cells += !text.empty();
            numbers += text.size() > 2 && text.front() == '(' && text.back() == ')' &&
                       text.find_first_not_of("0123456789.()abc") == std::string::npos;
        }
        return numbers * 10 >= cells * 6;
    }

    /// Leaders, or page numbers that ascend down the last column.
    bool isContents(const Table &table) const
    {
        const std::size_t last = m_rightToLeft ? 0 : table.columns - 1;
        std::size_t leaders = 0;
        std::size_t numbers = 0;
        long before = -1;
        bool ascending = true;
        for (const TableRow &row : table.rows) {
            Census census;
            for (const Cell &cell : row)
                census.add(cell, m_page);
            leaders += census.dots >= 5 && census.dots * 5 > census.all;
            const std::string text = textOf(row[last], m_page);
            if (text.empty() || text.size() > 4 || text.find_first_not_of("0123456789") != std::string::npos)
                continue;
            const long number = std::stol(text);
            ascending = ascending && number >= before;
            before = number;
            ++numbers;
        }
        const std::size_t rows = table.rows.size();
        return leaders * 4 >= rows || (rows >= 5 && numbers * 10 >= rows * 9 && ascending && before > 9);
    }

    /// Lines that fill their column down to the last of each cell: text that runs on, set in columns.
    bool isProse(const Table &table) const
    {
        std::size_t prose = 0;
        for (std::size_t c = 0; c < table.columns; ++c) {
            float left = 1e9F;
            float right = -1e9F;
            int chars = 0;
            std::size_t lines = 0;
            for (const TableRow &row : table.rows) {
                for (const CellLine &line : row[c].lines) {
                    left = std::min(left, line.box.x);
                    right = std::max(right, line.box.right());
                    for (const Piece *piece : line.pieces)
                        chars += static_cast<int>(piece->end - piece->begin);
                    ++lines;
                }
            }
            const auto isFull = [&](const CellLine &line, float most) {
                return (m_rightToLeft ? line.box.x - left : right - line.box.right()) < most * m_em;
            };
            std::size_t fullEnds = 0;
            std::size_t fullLines = 0;
            std::size_t cells = 0;
            for (const TableRow &row : table.rows) {
                if (row[c].lines.empty())
                    continue;
                ++cells;
                fullEnds += isFull(row[c].lines.back(), 3.5F);
                fullLines += static_cast<std::size_t>(
                    std::count_if(row[c].lines.begin(), row[c].lines.end(),
                                  [&](const CellLine &line) { return isFull(line, 4.5F); }));
            }
            const bool single = lines * 10 < cells * 15;
            if (lines > 0 && chars > 18 * static_cast<int>(lines) &&
                (fullEnds * 10 > cells * 6 || (single && fullLines * 2 > lines)))
                ++prose;
        }
        return prose >= 2 || (prose == 1 && table.columns == 1);
    }

    /// The first row is bold over rows that are not, or holds no number over columns of them, or stands off
    /// from what follows.
    bool hasHead(const Table &table) const
    {
        if (table.rows.size() < 2)
            return false;
        const auto census = [&](const TableRow &row) {
            Census out;
            for (const Cell &cell : row)
                out.add(cell, m_page);
            return out;
        };
        const Census first = census(table.rows[0]);
        const Census second = census(table.rows[1]);
        const auto filled = std::count_if(table.rows[0].begin(), table.rows[0].end(),
                                          [](const Cell &cell) { return !cell.lines.empty(); });
        if (filled < 2 || first.letters == first.digits)
            return false;
        if (first.bold * 10 > first.all * 8 && second.bold * 10 < second.all * 6)
            return true;
        if (first.digits > 0)
            return false;
        return standsOverNumbers(table) || standsOff(table);
    }

    bool standsOverNumbers(const Table &table) const
    {
        for (std::size_t c = 0; c < table.columns; ++c) {
            if (table.rows[0][c].lines.empty())
                continue;
            std::size_t numbers = 0;
            for (std::size_t r = 1; r < table.rows.size(); ++r) {
                Census census;
                census.add(table.rows[r][c], m_page);
                numbers += census.digits > 0 && census.digits * 3 >= census.letters;
            }
            if (numbers * 10 >= (table.rows.size() - 1) * 7)
                return true;
        }
        return false;
    }

    bool standsOff(const Table &table) const
    {
        std::vector<float> whites;
        for (std::size_t r = 1; r < table.rows.size(); ++r)
            whites.push_back(topOf(table.rows[r]) - bottomOf(table.rows[r - 1]));
        if (whites.size() < 3)
            return false;
        std::vector<float> others(whites.begin() + 1, whites.end());
        std::sort(others.begin(), others.end());
        return whites[0] > others[others.size() / 2] + 0.2F * m_em && whites[0] > others.back() - 0.1F * m_em;
    }

    static float topOf(const TableRow &row)
    {
        float top = 1e9F;
        for (const Cell &cell : row)
            for (const CellLine &line : cell.lines)
                top = std::min(top, line.box.y);
        return top;
    }

    static float bottomOf(const TableRow &row)
    {
        float bottom = -1e9F;
        for (const Cell &cell : row)
            for (const CellLine &line : cell.lines)
                bottom = std::max(bottom, line.box.bottom());
        return bottom;
    }

    const PageGlyphs &m_page;
    float m_em;
    bool m_rightToLeft;
};

} // namespace

bool isTable(const Table &table, const PageGlyphs &page, float em, bool rightToLeft, std::size_t needed)
{
    return TableCheck(page, em, rightToLeft).isTable(table, needed);
}

bool hasHead(const Table &table, const PageGlyphs &page, float em)
{
    return TableCheck(page, em, false).hasHead(table);
}

} // namespace rag::order
