#include "rag/pdf/page_writer.h"

#include "engine/base/unicode.h"
#include "rag/pdf/captions.h"

#include <algorithm>

namespace rag::order {

namespace {

constexpr float kNoteSize = 0.93F; ///< of the body's

bool hasLetters(std::string_view text, int atLeast)
{
    std::size_t at = 0;
    int letters = 0;
    while (at < text.size() && letters < atLeast)
        letters += engine::isLetter(engine::nextCodePoint(text, at));
    return letters >= atLeast;
}

} // namespace

PageWriter::PageWriter(PageContent &out, const BodyType &body)
    : m_out(out)
    , m_body(body)
{
}

void PageWriter::add(const Region &region, const std::vector<MeasuredLine> &lines)
{
    if (!region.cells.empty()) {
        addTable(region, lines);
        return;
    }
    const std::vector<Joint> joints = findJoints(lines);
    // Footnotes are the last of a region; a page number may follow them.
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (i == 0 || joints[i] == Joint::NewBlock)
            begins.push_back(i);
    begins.push_back(lines.size());
    const auto linesOf = [&](std::size_t block) {
        return Lines(lines).subspan(begins[block], begins[block + 1] - begins[block]);
    };
    const auto isShort = [&](std::size_t block) {
        const Lines own = linesOf(block);
        return own.size() == 1 && own.front().text.tokens.size() < 12;
    };
    std::size_t end = begins.size() - 1;
    while (end > 0 && isShort(end - 1) && !isNote(linesOf(end - 1)))
        --end;
    std::size_t notes = end;
    for (std::size_t k = end; k > 0; --k) {
        const MeasuredLine &first = linesOf(k - 1).front();
        if (first.line->size >= kNoteSize * m_body.size)
            break;
        if (isNote(linesOf(k - 1)))
            notes = k - 1;
    }
    for (std::size_t block = 0; block + 1 < begins.size(); ++block) {
        const Lines own = linesOf(block);
        const auto itsJoints = std::span(joints).subspan(begins[block], own.size());
        if (block >= notes && block < end)
            m_notes.push_back({{own.begin(), own.end()}, {itsJoints.begin(), itsJoints.end()}});
        else
            addBlock(own, itsJoints);
    }
}

void PageWriter::finish()
{
    for (const Note &note : m_notes)
        addBlock(note.lines, note.joints);
    m_notes.clear();
}

/// Small type at the foot of the page that begins with a mark.
bool PageWriter::isNote(Lines lines) const
{
    const MeasuredLine &first = lines.front();
    if (first.text.tokens.size() < 8 || first.line->size >= kNoteSize * m_body.size)
        return false;
    const Token &mark = first.text.tokens.front();
    return mark.pageBox.y > 0.5F * m_out.height && beginsNote(mark.text);
}

void PageWriter::addBlock(Lines lines, std::span<const Joint> joints)
{
    bool open = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].text.tokens.empty())
            continue;
        if (!open)
            beginBlock("\n\n");
        else
            join(joints[i], lines[i].text);
        open = true;
        write(lines[i]);
    }
    if (open)
        endBlock(kindOf(std::string_view(m_out.text).substr(m_begin)));
}

/// A row a line, cells parted by " | ". The head is a block of its own, one line break before the others.
void PageWriter::addTable(const Region &region, Lines lines)
{
    bool open = false;
    CellPlace at;
    const auto endRow = [&] {
        for (; at.column + 1 < region.columns; ++at.column)
            m_out.text += " |";
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const CellPlace place = region.cells[i];
        if (lines[i].text.tokens.empty())
            continue;
        if (!open) {
            beginBlock("\n\n");
            at = {place.row, 0};
        } else if (place.row != at.row) {
            endRow();
            if (region.headed && at.row == 0) {
                endBlock(BlockKind::Table);
                beginBlock("\n");
            } else {
                m_out.text += '\n';
            }
            at = {place.row, 0};
        } else if (place.column == at.column) {
            join(Joint::Space, lines[i].text);
        }
        open = true;
        for (; at.column < place.column; ++at.column)
            m_out.text += m_out.text.empty() || m_out.text.back() == '\n' ? "| " : " | ";
        write(lines[i]);
    }
    if (!open)
        return;
    endRow();
    endBlock(BlockKind::Table);
    ++m_out.findings.tables;
}

void PageWriter::beginBlock(const char *separator)
{
    if (!m_out.text.empty())
        m_out.text += separator;
    m_begin = m_out.text.size();
    m_lines = 0;
    m_size = 0;
    m_allBold = true;
    m_allEven = true;
}

void PageWriter::endBlock(BlockKind kind)
{
    m_out.blocks.push_back(
        {static_cast<std::uint32_t>(m_begin), static_cast<std::uint32_t>(m_out.text.size()), kind, m_size});
    m_out.findings.captions += kind == BlockKind::Caption;
}

BlockKind PageWriter::kindOf(std::string_view text) const
{
    constexpr std::size_t kLongestCaption = 1200;
    if (text.size() <= kLongestCaption && beginsCaption(text))
        return BlockKind::Caption;
    return isHeading(text) ? BlockKind::Heading : BlockKind::Body;
}

bool PageWriter::isHeading(std::string_view text) const
{
    constexpr std::size_t kLongest = 240;
    constexpr std::string_view kBullets[] = {"•", "◦", "▪", "■", "●", "‣", "- ", "* ", "– "};
    const bool item = std::any_of(std::begin(kBullets), std::end(kBullets),
                                  [&](std::string_view bullet) { return text.starts_with(bullet); });
    if (item || text.size() > kLongest || m_lines > 3 || !hasLetters(text, 2) || isBoxTitle(text) ||
        (m_allEven && !m_body.even))
        return false;
    if (m_size > 1.15F * m_body.size)
        return true;
    return m_allBold && !m_body.bold && m_lines <= 2 && m_size > 0.9F * m_body.size && text.back() != '.' &&
           text.back() != ',';
}

/// A hyphen at a line's end goes when the word runs on in lower case and holds no other hyphen.
bool PageWriter::dropHyphen(const LineText &next)
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
    if (!hasLetters(word, 2) || word.find('-') != std::string_view::npos)
        return false;
    text.resize(text.size() - hyphen);
    while (!m_out.chars.empty() && m_out.chars.back().end > text.size())
        m_out.chars.pop_back();
    return true;
}

void PageWriter::join(Joint joint, const LineText &next)
{
    if (joint == Joint::Break)
        m_out.text += '\n';
    else if (!dropHyphen(next) && !joinsWithoutSpace(next))
        m_out.text += ' ';
}

/// Chinese and Japanese lines go on without a space.
bool PageWriter::joinsWithoutSpace(const LineText &next) const
{
    std::size_t at = 0;
    const char32_t first = engine::nextCodePoint(next.tokens.front().text, at);
    const auto wide = [](char32_t c) {
        return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xFF00 && c <= 0xFFEF);
    };
    if (!wide(first) || m_out.chars.empty())
        return false;
    std::size_t last = m_out.chars.back().begin;
    return wide(engine::nextCodePoint(m_out.text, last));
}

void PageWriter::write(const MeasuredLine &line)
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
    m_allEven = m_allEven && line.text.evenShare > 0.9F;
}

} // namespace rag::order
