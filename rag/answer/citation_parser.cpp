#include "rag/answer/citation_parser.h"

#include "engine/base/unicode.h"

#include <optional>

namespace rag {

namespace {

constexpr std::size_t kLongestMark = 40; ///< bytes; what is longer is text in brackets

std::optional<int> digitOf(char32_t c)
{
    if (c >= U'0' && c <= U'9')
        return int(c - U'0');
    if (c >= 0x0660 && c <= 0x0669) // Arabic-Indic
        return int(c - 0x0660);
    if (c >= 0x06F0 && c <= 0x06F9) // Persian
        return int(c - 0x06F0);
    return std::nullopt;
}

bool isSeparator(char32_t c)
{
    return c == U',' || c == U' ' || c == U';' || c == 0x060C; // the last: Arabic comma
}

void appendText(std::vector<AnswerPart> &parts, std::string_view text)
{
    if (text.empty())
        return;
    if (!parts.empty() && std::holds_alternative<std::string>(parts.back()))
        std::get<std::string>(parts.back()) += text;
    else
        parts.emplace_back(std::string(text));
}

/// The numbers in "1, 12"; empty if it is not a list of numbers. A number too long to be one of ours becomes
/// 0.
std::vector<int> numbersIn(std::string_view list)
{
    constexpr int kTooLarge = 1'000'000;
    std::vector<int> numbers;
    bool inNumber = false;
    for (std::size_t at = 0; at < list.size();) {
        const char32_t c = engine::nextCodePoint(list, at);
        if (const std::optional<int> digit = digitOf(c)) {
            if (!inNumber)
                numbers.push_back(0);
            inNumber = true;
            int &number = numbers.back();
            number = number < 0 || number > kTooLarge ? -1 : number * 10 + *digit;
        } else if (isSeparator(c)) {
            inNumber = false;
        } else {
            return {};
        }
    }
    return numbers;
}

bool couldBecomeMark(std::string_view held)
{
    if (held.size() > kLongestMark)
        return false;
    const std::string_view list = held.substr(1, held.size() - 1 - engine::incompleteTail(held));
    for (std::size_t at = 0; at < list.size();) {
        const char32_t c = engine::nextCodePoint(list, at);
        if (!digitOf(c) && !isSeparator(c))
            return false;
    }
    return true;
}

} // namespace

CitationParser::CitationParser(int passages)
    : m_passages(passages)
{
}

std::vector<AnswerPart> CitationParser::add(std::string_view piece)
{
    std::vector<AnswerPart> parts;
    for (const char c : piece) {
        if (m_held.empty() && c != '[') {
            appendText(parts, std::string_view(&c, 1));
        } else if (c == '[') {
            appendText(parts, m_held);
            m_held.assign(1, c);
        } else if (c == ']') {
            m_held += c;
            closeBracket(parts);
        } else {
            m_held += c;
            if (!couldBecomeMark(m_held)) {
                appendText(parts, m_held);
                m_held.clear();
            }
        }
    }
    return parts;
}

std::vector<AnswerPart> CitationParser::finish()
{
    std::vector<AnswerPart> parts;
    // A mark that was cut off names nothing.
    if (!m_held.empty() && numbersIn(std::string_view(m_held).substr(1)).empty())
        appendText(parts, m_held);
    m_held.clear();
    return parts;
}

void CitationParser::closeBracket(std::vector<AnswerPart> &parts)
{
    const std::vector<int> numbers = numbersIn(std::string_view(m_held).substr(1, m_held.size() - 2));
    if (numbers.empty())
        appendText(parts, m_held);
    for (const int n : numbers)
        if (n >= 1 && n <= m_passages)
            parts.emplace_back(CitationMark{n});
    m_held.clear();
}

} // namespace rag
