#include "rag/answer/quote_mask.h"

#include "engine/base/unicode.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rag {

namespace {

struct Marks
{
    std::string_view opening;
    std::string_view closing;
};

constexpr Marks kQuotes[] = {{"\"", "\""}, {"\u201C", "\u201D"}, {"\u00AB", "\u00BB"}};

bool isWordCharacter(char32_t c)
{
    return engine::isLetter(c) || engine::isNumber(c) || engine::isMark(c);
}

std::string withSingleBlanks(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        if (!engine::isWhitespace(engine::nextCodePoint(text, at)))
            out += text.substr(begin, at - begin);
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return out;
}

bool isDigit(char32_t c)
{
    return c >= U'0' && c <= U'9';
}

/// Marks are written with ASCII digits, so that there is one way to check them.
bool isOtherDigit(char32_t c)
{
    return (c >= 0x0660 && c <= 0x0669) || (c >= 0x06F0 && c <= 0x06F9);
}

bool hasMark(std::string_view bytes)
{
    return bytes.find('[') != std::string_view::npos ||
           std::any_of(std::begin(kQuotes), std::end(kQuotes), [&](const Marks &marks) {
               return bytes.find(marks.opening) != std::string_view::npos;
           });
}

} // namespace

QuotableTexts::QuotableTexts(std::span<const std::string> passages)
{
    for (const std::string &passage : passages) {
        std::string text = withSingleBlanks(engine::validUtf8(passage));
        std::vector<std::uint8_t> begins(text.size(), 0);
        std::vector<std::uint8_t> ends(text.size() + 1, 0);
        bool before = false;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t begin = at;
            const char32_t c = engine::nextCodePoint(text, at);
            const bool word = isWordCharacter(c);
            begins[begin] = !before && c != U' ';
            ends[begin] = !(before && word);
            before = word;
        }
        ends[text.size()] = 1;
        m_texts.push_back(std::move(text));
        m_begins.push_back(std::move(begins));
        m_ends.push_back(std::move(ends));
    }
}

QuoteState::QuoteState(const QuotableTexts &texts)
    : m_texts(&texts)
{
}

bool QuoteState::step(char byte)
{
    m_partial += byte;
    if (m_mode == Mode::Quote && !stepQuote())
        return false;
    if (m_partial.empty() || engine::incompleteTail(m_partial) > 0)
        return true;
    const std::string whole = std::exchange(m_partial, {});
    for (std::size_t at = 0; at < whole.size();) {
        const char32_t c = engine::nextCodePoint(whole, at);
        if (!(m_mode == Mode::Mark ? stepMark(c) : stepPlain(c)))
            return false;
        m_beforeLast = std::exchange(m_last, c);
    }
    return true;
}

bool QuoteState::stepPlain(char32_t c)
{
    if (c == U'[') {
        m_mode = Mode::Mark;
        m_number = 0;
        return true;
    }
    for (const Marks &marks : kQuotes) {
        std::size_t first = 0;
        if (c == engine::nextCodePoint(marks.opening, first) && !(c == U'"' && isDigit(m_last))) {
            open(marks.closing);
            return true;
        }
    }
    // A new sentence: the mark of the last one says nothing about its quotes.
    const bool afterStop = m_last == U'.' || m_last == U'!' || m_last == U'?';
    if (c == U'\n' || (c == U' ' && afterStop && m_beforeLast != U']'))
        m_cited = 0;
    return true;
}

bool QuoteState::stepMark(char32_t c)
{
    if (isDigit(c)) {
        m_number = 10 * m_number + int(c - U'0');
        return m_number >= 1 && m_number <= m_texts->count();
    }
    if (isOtherDigit(c))
        return false;
    if (c == U']' || c == U',' || c == U';' || c == U' ') {
        m_cited = m_number > 0 ? m_number : m_cited;
        m_number = 0;
        m_mode = c == U']' ? Mode::Plain : Mode::Mark;
        return true;
    }
    if (m_number > 0) // "[1a": neither mark nor text
        return false;
    m_mode = Mode::Plain;
    return stepPlain(c);
}

void QuoteState::open(std::string_view closing)
{
    m_mode = Mode::Quote;
    m_closing = closing;
    m_fresh = true;
    m_places.clear();
    for (int passage = 0; passage < m_texts->count(); ++passage)
        if (m_cited == 0 || m_cited == passage + 1)
            for (std::uint32_t at = 0; at < m_texts->text(passage).size(); ++at)
                if (m_texts->wordBegins(passage, at))
                    m_places.push_back({passage, at});
}

bool QuoteState::mayClose() const
{
    return !m_fresh && std::any_of(m_places.begin(), m_places.end(), [&](const Place &place) {
        return m_texts->wordEnds(place.passage, place.at);
    });
}

bool QuoteState::goesOn(const Place &place) const
{
    const std::string_view rest = std::string_view(m_texts->text(place.passage)).substr(place.at);
    // What ends the quote ends it wherever it comes, for so will whoever reads it.
    return rest.starts_with(m_partial) && !rest.starts_with(m_closing);
}

/// The bytes in m_partial, the last of them new. Takes them when they are a character.
bool QuoteState::stepQuote()
{
    if (m_partial == m_closing) {
        m_mode = Mode::Plain;
        m_partial.clear();
        m_beforeLast = std::exchange(m_last, U'"');
        return mayClose();
    }
    const bool closing = m_closing.starts_with(m_partial) && mayClose();
    if (engine::incompleteTail(m_partial) > 0)
        return closing || std::any_of(m_places.begin(), m_places.end(),
                                      [&](const Place &place) { return goesOn(place); });
    std::erase_if(m_places, [&](const Place &place) { return !goesOn(place); });
    for (Place &place : m_places)
        place.at += std::uint32_t(m_partial.size());
    m_partial.clear();
    m_fresh = false;
    return !m_places.empty();
}

QuoteMask::QuoteMask(const QuotableTexts &texts, const LanguageModel &model)
    : m_texts(&texts)
    , m_model(&model)
    , m_state(texts)
{
}

void QuoteMask::readVocabulary(int size)
{
    for (Token token = 0; token < size; ++token) {
        std::string bytes = m_model->textOf(std::span(&token, 1));
        if (bytes.empty())
            continue;
        const bool plain = !hasMark(bytes);
        m_byFirst[static_cast<unsigned char>(bytes.front())].push_back({token, std::move(bytes), plain});
    }
}

void QuoteMask::follow(std::span<const Token> answer)
{
    const bool goesOn =
        answer.size() >= m_seen.size() && std::equal(m_seen.begin(), m_seen.end(), answer.begin());
    if (!goesOn) {
        m_seen.clear();
        m_state = QuoteState(*m_texts);
        m_lost = false;
    }
    for (std::size_t i = m_seen.size(); i < answer.size() && !m_lost; ++i)
        for (const char byte : m_model->textOf(answer.subspan(i, 1)))
            m_lost = m_lost || !m_state.step(byte);
    m_seen.assign(answer.begin(), answer.end());
}

void QuoteMask::operator()(std::span<const Token> answer, MaskedTokens &next)
{
    if (std::all_of(m_byFirst.begin(), m_byFirst.end(), [](const auto &entries) { return entries.empty(); }))
        readVocabulary(next.vocabulary());
    follow(answer);
    if (m_lost)
        return;
    for (std::size_t first = 0; first < m_byFirst.size(); ++first) {
        if (m_byFirst[first].empty())
            continue;
        QuoteState begun = m_state;
        const bool possible = begun.step(static_cast<char>(first));
        for (const Entry &entry : m_byFirst[first]) {
            if (possible &&
                (entry.bytes.size() == 1 || ((begun.isPlain() || m_state.isPlain()) && entry.plain)))
                continue;
            QuoteState state = begun;
            bool fits = possible;
            for (std::size_t i = 1; fits && i < entry.bytes.size(); ++i)
                fits = state.step(entry.bytes[i]);
            if (!fits)
                next.forbid(entry.token);
        }
    }
    if (m_state.inQuote())
        next.forbidEnd();
}

} // namespace rag
