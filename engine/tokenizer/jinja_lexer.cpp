#include "engine/tokenizer/jinja_lexer.h"

#include "engine/tokenizer/jinja_value.h"

#include <algorithm>
#include <array>

namespace engine::jinja {

namespace {

constexpr std::size_t kLongestTemplate = 8u << 20;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostTokens = 500'000;

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool beginsName(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

void appendCodePoint(std::string &out, unsigned c)
{
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xc0 | c >> 6);
        out += char(0x80 | (c & 63));
    } else if (c < 0x10000) {
        out += char(0xe0 | c >> 12);
        out += char(0x80 | (c >> 6 & 63));
        out += char(0x80 | (c & 63));
    } else {
        out += char(0xf0 | c >> 18);
        out += char(0x80 | (c >> 12 & 63));
        out += char(0x80 | (c >> 6 & 63));
        out += char(0x80 | (c & 63));
    }
}

std::string withPlainNewlines(std::string_view source)
{
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            out += '\n';
            i += i + 1 < source.size() && source[i + 1] == '\n' ? 1 : 0;
        } else {
            out += source[i];
        }
    }
    if (out.ends_with('\n')) {
        out.pop_back();
    }
    return out;
}

class Lexer
{
public:
    explicit Lexer(std::string source)
        : m_source(std::move(source))
    {
    }

    std::vector<Token> run()
    {
        while (m_at < m_source.size()) {
            const std::size_t tag = nextTag();
            if (tag == std::string::npos) {
                add(TokenType::Data, m_source.substr(m_at));
                break;
            }
            const char kind = m_source[tag + 1];
            const char sign = tag + 2 < m_source.size() ? m_source[tag + 2] : ' ';
            addData(tag, kind, sign);
            m_at = tag + (sign == '-' || sign == '+' ? 3 : 2);
            if (kind == '#') {
                skipComment();
            } else if (kind == '%' && isRaw()) {
                readRaw();
            } else {
                readTag(kind);
            }
        }
        add(TokenType::End, "");
        return std::move(m_tokens);
    }

private:
    [[noreturn]] void syntax(const std::string &reason) const
    {
        throw Failure{Failure::Kind::Syntax, "line " + std::to_string(line()) + ": " + reason};
    }

    /// Counted onwards from where it was last asked for.
    int line() const
    {
        m_line += int(std::count(m_source.begin() + std::ptrdiff_t(m_lineAt),
                                 m_source.begin() + std::ptrdiff_t(m_at), '\n'));
        m_lineAt = m_at;
        return m_line;
    }

    void add(TokenType type, std::string text)
    {
        if (m_tokens.size() == kMostTokens) {
            throw Failure{Failure::Kind::Limit, "the template is too long"};
        }
        m_tokens.push_back({type, std::move(text), line()});
    }

    std::size_t nextTag() const
    {
        for (std::size_t i = m_source.find('{', m_at); i != std::string::npos;
             i = m_source.find('{', i + 1)) {
            if (i + 1 < m_source.size() &&
                (m_source[i + 1] == '{' || m_source[i + 1] == '%' || m_source[i + 1] == '#')) {
                return i;
            }
        }
        return std::string::npos;
    }

    /// The text before a tag, without what `-` or lstrip_blocks take from its end.
    void addData(std::size_t end, char kind, char sign)
    {
        std::size_t last = end;
        if (sign == '-') {
            while (last > m_at && isSpace(m_source[last - 1])) {
                --last;
            }
        } else if (sign != '+' && kind != '{') {
            while (last > m_at && isSpace(m_source[last - 1]) && m_source[last - 1] != '\n') {
                --last;
            }
            const bool lineBegins = last > m_at ? m_source[last - 1] == '\n' : m_lineStarting;
            last = lineBegins ? last : end;
        }
        if (last > m_at) {
            add(TokenType::Data, m_source.substr(m_at, last - m_at));
        }
    }

    bool follows(std::string_view text) const { return m_source.compare(m_at, text.size(), text) == 0; }

    /// Past the end of a tag and what `-` or trim_blocks take after it.
    void leaveTag(char sign, bool trimsNewline)
    {
        const std::size_t begin = m_at;
        if (sign == '-') {
            while (m_at < m_source.size() && isSpace(m_source[m_at])) {
                ++m_at;
            }
        } else if (sign != '+' && trimsNewline && m_at < m_source.size() && m_source[m_at] == '\n') {
            ++m_at;
        }
        m_lineStarting = m_at > begin && m_source[m_at - 1] == '\n';
    }

    void skipComment()
    {
        const std::size_t end = m_source.find("#}", m_at);
        if (end == std::string::npos) {
            syntax("a comment without end");
        }
        const char sign = end > m_at ? m_source[end - 1] : ' ';
        m_at = end + 2;
        leaveTag(sign, true);
    }

    /// `word` between white space and the end of a block; the position after the end, npos: something else.
    std::size_t endOfWordBlock(std::size_t at, std::string_view word, char &sign) const
    {
        const auto skipSpace = [&] {
            while (at < m_source.size() && isSpace(m_source[at])) {
                ++at;
            }
        };
        skipSpace();
        if (m_source.compare(at, word.size(), word) != 0) {
            return std::string::npos;
        }
        at += word.size();
        skipSpace();
        sign = at < m_source.size() ? m_source[at] : ' ';
        at += sign == '-' || sign == '+' ? 1 : 0;
        return m_source.compare(at, 2, "%}") == 0 ? at + 2 : std::string::npos;
    }

    bool isRaw() const
    {
        char sign;
        return endOfWordBlock(m_at, "raw", sign) != std::string::npos;
    }

    void readRaw()
    {
        char sign;
        m_at = endOfWordBlock(m_at, "raw", sign);
        leaveTag(sign, false);
        for (std::size_t tag = m_source.find("{%", m_at); tag != std::string::npos;
             tag = m_source.find("{%", tag + 2)) {
            const char before = tag + 2 < m_source.size() ? m_source[tag + 2] : ' ';
            const std::size_t end =
                endOfWordBlock(tag + (before == '-' || before == '+' ? 3 : 2), "endraw", sign);
            if (end != std::string::npos) {
                addData(tag, '%', before);
                m_at = end;
                return leaveTag(sign, true);
            }
        }
        syntax("raw without endraw");
    }

    void readTag(char kind)
    {
        const bool block = kind == '%';
        add(block ? TokenType::BlockBegin : TokenType::PrintBegin, "");
        const std::string_view close = block ? "%}" : "}}";
        std::string open; // brackets that are not closed yet: inside them `}}` ends nothing
        for (;;) {
            while (m_at < m_source.size() && isSpace(m_source[m_at])) {
                ++m_at;
            }
            if (m_at >= m_source.size()) {
                syntax("a tag without end");
            }
            const char c = m_source[m_at];
            const bool sign = (c == '-' || c == '+') && m_source.compare(m_at + 1, 2, close) == 0;
            if (open.empty() && (sign || follows(close))) {
                add(block ? TokenType::BlockEnd : TokenType::PrintEnd, "");
                m_at += sign ? 3 : 2;
                return leaveTag(sign ? c : ' ', block);
            }
            readToken(c, open);
        }
    }

    void readToken(char c, std::string &open)
    {
        if (beginsName(c)) {
            const std::size_t begin = m_at;
            while (m_at < m_source.size() && (beginsName(m_source[m_at]) || isDigit(m_source[m_at]))) {
                ++m_at;
            }
            if (m_at - begin > kLongestName) {
                syntax("a name that is too long");
            }
            add(TokenType::Name, m_source.substr(begin, m_at - begin));
        } else if (isDigit(c)) {
            readNumber();
        } else if (c == '\'' || c == '"') {
            readString(c);
        } else {
            readOperator(open);
        }
    }

    void readNumber()
    {
        std::string digits;
        bool real = false;
        const auto takeDigits = [&] {
            for (; m_at < m_source.size() && (isDigit(m_source[m_at]) || m_source[m_at] == '_'); ++m_at) {
                digits += m_source[m_at] == '_' ? "" : std::string(1, m_source[m_at]);
            }
        };
        takeDigits();
        if (m_at + 1 < m_source.size() && m_source[m_at] == '.' && isDigit(m_source[m_at + 1])) {
            real = true;
            digits += '.';
            ++m_at;
            takeDigits();
        }
        if (m_at + 1 < m_source.size() && (m_source[m_at] == 'e' || m_source[m_at] == 'E')) {
            const bool sign = m_source[m_at + 1] == '-' || m_source[m_at + 1] == '+';
            if (m_at + (sign ? 2 : 1) < m_source.size() && isDigit(m_source[m_at + (sign ? 2 : 1)])) {
                real = true;
                digits += m_source.substr(m_at, sign ? 2 : 1);
                m_at += sign ? 2 : 1;
                takeDigits();
            }
        }
        add(real ? TokenType::Real : TokenType::Integer, digits);
    }

    void readString(char quote)
    {
        std::string text;
        for (++m_at; m_at < m_source.size() && m_source[m_at] != quote; ++m_at) {
            if (m_source[m_at] == '\\' && m_at + 1 < m_source.size()) {
                ++m_at;
                readEscape(text);
            } else {
                text += m_source[m_at];
            }
        }
        if (m_at >= m_source.size()) {
            syntax("a string without end");
        }
        ++m_at;
        add(TokenType::String, std::move(text));
    }

    void readEscape(std::string &text)
    {
        constexpr std::string_view kLetters = "ntrbfav0\\'\"";
        constexpr std::string_view kMeanings("\n\t\r\b\f\a\v\0\\'\"", 11);
        const char c = m_source[m_at];
        if (const std::size_t which = kLetters.find(c); which != std::string_view::npos) {
            text += kMeanings[which];
        } else if (c == 'x' || c == 'u' || c == 'U') {
            text += codePoint(c == 'x' ? 2 : c == 'u' ? 4 : 8);
        } else if (c != '\n') { // an escaped line end is none
            text += '\\';
            text += c;
        }
    }

    std::string codePoint(std::size_t digits)
    {
        unsigned value = 0;
        for (std::size_t i = 1; i <= digits; ++i) {
            const char c = m_at + i < m_source.size() ? m_source[m_at + i] : ' ';
            const int digit = isDigit(c)             ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) {
                syntax("a bad escape in a string");
            }
            value = value << 4 | unsigned(digit);
        }
        if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
            syntax("an escape that is no character");
        }
        m_at += digits;
        std::string out;
        appendCodePoint(out, value);
        return out;
    }

    void readOperator(std::string &open)
    {
        static constexpr std::array<std::string_view, 27> kOperators{
            "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">",
            "=",  "|",  ".",  ",",  ":",  "(",  ")", "[", "]", "{", "}", "!", ";"};
        for (const std::string_view text : kOperators) {
            if (!follows(text)) {
                continue;
            }
            const char c = text[0];
            if (c == '(' || c == '[' || c == '{') {
                open += c == '(' ? ')' : c == '[' ? ']' : '}';
            } else if (c == ')' || c == ']' || c == '}') {
                if (open.empty() || open.back() != c) {
                    syntax("unexpected '" + std::string(text) + "'");
                }
                open.pop_back();
            }
            add(TokenType::Operator, std::string(text));
            m_at += text.size();
            return;
        }
        syntax("an unexpected character");
    }

    std::string m_source;
    std::size_t m_at = 0;
    bool m_lineStarting = true;
    std::vector<Token> m_tokens;
    mutable int m_line = 1;
    mutable std::size_t m_lineAt = 0;
};

} // namespace

std::vector<Token> tokenize(std::string_view source)
{
    if (source.size() > kLongestTemplate) {
        throw Failure{Failure::Kind::Limit, "the template is larger than 8 MB"};
    }
    return Lexer(withPlainNewlines(source)).run();
}

} // namespace engine::jinja
