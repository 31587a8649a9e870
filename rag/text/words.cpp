#include "engine/base/unicode.h"
#include "rag/text/normalizer.h"
#include "rag/text/stemmer.h"

namespace rag {

namespace {

enum class Kind { Gap, Word, Arabic, Ideograph };

struct IndexChar
{
    char32_t codePoint = 0;
    Kind kind = Kind::Gap;
    std::size_t begin = 0; ///< byte of the index text
};

/// Scripts written without spaces between words.
bool isUnspaced(char32_t c)
{
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3134F) || (c >= 0x0E01 && c <= 0x0EDF) ||
           (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17D3);
}

Kind kindOf(char32_t c)
{
    if (c < 0x80) {
        const bool word = (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
        return word ? Kind::Word : Kind::Gap;
    }
    if (!engine::isLetter(c) && !engine::isNumber(c) && !engine::isMark(c))
        return Kind::Gap;
    if (isUnspaced(c))
        return Kind::Ideograph;
    return c >= 0x0620 && c <= 0x08FF ? Kind::Arabic : Kind::Word;
}

bool isDigit(char32_t c)
{
    return c >= U'0' && c <= U'9';
}

class Splitter
{
public:
    explicit Splitter(std::string_view display)
        : m_index(normalizeForIndex(display))
    {
        std::size_t at = 0;
        while (at < m_index.text.size()) {
            const std::size_t begin = at;
            const char32_t c = engine::nextCodePoint(m_index.text, at);
            m_chars.push_back({c, kindOf(c), begin});
        }
        m_chars.push_back({0, Kind::Gap, m_index.text.size()});
    }

    std::vector<IndexWord> run()
    {
        std::size_t i = 0;
        while (i + 1 < m_chars.size()) {
            if (m_chars[i].kind == Kind::Gap)
                ++i;
            else if (m_chars[i].kind == Kind::Ideograph)
                i = takeBigrams(i);
            else
                i = takeWord(i);
        }
        return std::move(m_words);
    }

private:
    /// The comma of 12,500: three digits follow, and no fourth.
    bool isThousandsComma(std::size_t i) const
    {
        if (m_chars[i].codePoint != U',' || i == 0 || i + 4 >= m_chars.size() ||
            !isDigit(m_chars[i - 1].codePoint))
            return false;
        return isDigit(m_chars[i + 1].codePoint) && isDigit(m_chars[i + 2].codePoint) &&
               isDigit(m_chars[i + 3].codePoint) && !isDigit(m_chars[i + 4].codePoint);
    }

    /// A word ends at a gap, and where Arabic letters touch those of another script.
    std::size_t takeWord(std::size_t first)
    {
        std::string word;
        Kind kind = Kind::Gap;
        std::size_t i = first;
        for (; i + 1 < m_chars.size(); ++i) {
            const IndexChar &c = m_chars[i];
            if (isThousandsComma(i))
                continue;
            if (c.kind != Kind::Word && c.kind != Kind::Arabic)
                break;
            if (!isDigit(c.codePoint)) {
                if (kind != Kind::Gap && kind != c.kind)
                    break;
                kind = c.kind;
            }
            word.append(m_index.text, c.begin, m_chars[i + 1].begin - c.begin);
        }
        add(lightStem(word), first, i);
        return i;
    }

    std::size_t takeBigrams(std::size_t first)
    {
        std::size_t end = first;
        while (m_chars[end].kind == Kind::Ideograph)
            ++end;
        if (end == first + 1)
            add(textOf(first, end), first, end);
        for (std::size_t i = first; i + 1 < end; ++i)
            add(textOf(i, i + 2), i, i + 2);
        return end;
    }

    std::string textOf(std::size_t first, std::size_t end) const
    {
        return m_index.text.substr(m_chars[first].begin, m_chars[end].begin - m_chars[first].begin);
    }

    void add(std::string stem, std::size_t first, std::size_t end)
    {
        const std::uint32_t begin = m_index.origin[m_chars[first].begin];
        // One source character may give several of the index: go on to the first that comes from a later one.
        std::size_t next = m_chars[end].begin;
        const std::uint32_t last = m_index.origin[next - 1];
        while (next < m_index.text.size() && m_index.origin[next] <= last)
            ++next;
        m_words.push_back({std::move(stem), begin, m_index.origin[next]});
    }

    IndexText m_index;
    std::vector<IndexChar> m_chars;
    std::vector<IndexWord> m_words;
};

} // namespace

std::vector<IndexWord> splitWords(std::string_view display)
{
    return Splitter(display).run();
}

std::string indexWords(std::string_view display)
{
    std::string out;
    for (const IndexWord &word : splitWords(display)) {
        if (!out.empty())
            out += ' ';
        out += word.stem;
    }
    return out;
}

} // namespace rag
