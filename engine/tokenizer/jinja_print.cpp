#include "engine/tokenizer/jinja_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

// How values are written: as Python prints them, and as JSON.
namespace engine::jinja {

namespace {

/// Shortest digits that read back the same, with a point as Python has it.
std::string realText(double number)
{
    if (std::isnan(number)) {
        return "nan";
    }
    if (std::isinf(number)) {
        return number > 0 ? "inf" : "-inf";
    }
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    std::string text(digits.data(), end);
    if (text.find_first_of(".en") == std::string::npos) {
        text += ".0";
    }
    return text;
}

void appendJsonString(Text &out, const Text &text)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.append("\"");
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text.bytes()[i];
        const int source = text.sourceOf(i);
        switch (c) {
        case '"':
            out.append("\\\"", source);
            break;
        case '\\':
            out.append("\\\\", source);
            break;
        case '\n':
            out.append("\\n", source);
            break;
        case '\r':
            out.append("\\r", source);
            break;
        case '\t':
            out.append("\\t", source);
            break;
        case '\b':
            out.append("\\b", source);
            break;
        case '\f':
            out.append("\\f", source);
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                const std::array<char, 6> escape{
                    '\\', 'u', '0', '0', kDigits[std::size_t(c) >> 4], kDigits[std::size_t(c) & 15]};
                out.append({escape.data(), escape.size()}, source);
            } else {
                out.append({&c, 1}, source);
            }
        }
    }
    out.append("\"");
}

class JsonWriter
{
public:
    explicit JsonWriter(int indent)
        : m_indent(indent)
    {
    }

    Text out;

    void write(const Value &value)
    {
        if (const auto *text = value.text()) {
            appendJsonString(out, *text);
        } else if (const auto *list = value.list()) {
            writeItems("[", "]", list->size(), [&](std::size_t i) { write((*list)[i]); });
        } else if (const auto *dict = value.dict()) {
            writeItems("{", "}", dict->size(), [&](std::size_t i) {
                appendJsonString(out, (*dict)[i].first);
                out.append(": ");
                write((*dict)[i].second);
            });
        } else if (value.isNone()) {
            out.append("null");
        } else if (const auto *flag = value.flag()) {
            out.append(*flag ? "true" : "false");
        } else if (value.isNumber()) {
            out.append(toText(value));
        } else {
            throw Failure{Failure::Kind::Refused,
                          "Object of type " + typeName(value) + " is not JSON serializable"};
        }
    }

private:
    template <class Write>
    void writeItems(std::string_view open, std::string_view close, std::size_t count, const Write &write)
    {
        out.append(open);
        ++m_depth;
        for (std::size_t i = 0; i < count; ++i) {
            if (i > 0) {
                out.append(m_indent < 0 ? ", " : ",");
            }
            newLine();
            write(i);
        }
        --m_depth;
        if (count > 0) {
            newLine();
        }
        out.append(close);
    }

    void newLine()
    {
        if (m_indent >= 0) {
            out.append("\n" + std::string(std::size_t(m_indent * m_depth), ' '));
        }
    }

    int m_indent;
    int m_depth = 0;
};

/// Python's repr of a string: quotes chosen and escaped as it does.
void appendRepr(Text &out, const Value &value)
{
    const auto *text = value.text();
    if (!text) {
        return out.append(toText(value));
    }
    const bool single =
        text->bytes().find('\'') == std::string::npos || text->bytes().find('"') != std::string::npos;
    const std::string_view quote = single ? "'" : "\"";
    out.append(quote);
    for (std::size_t i = 0; i < text->size(); ++i) {
        const char c = text->bytes()[i];
        const int source = text->sourceOf(i);
        if (c == '\n') {
            out.append("\\n", source);
        } else if (c == '\t') {
            out.append("\\t", source);
        } else if (c == '\r') {
            out.append("\\r", source);
        } else {
            if (c == '\\' || c == quote[0]) {
                out.append("\\", source);
            }
            out.append({&c, 1}, source);
        }
    }
    out.append(quote);
}

} // namespace

Text toText(const Value &value)
{
    if (const auto *text = value.text()) {
        return *text;
    }
    if (value.isUndefined()) {
        return {};
    }
    if (value.isNone()) {
        return Text("None");
    }
    if (const auto *flag = value.flag()) {
        return Text(*flag ? "True" : "False");
    }
    if (const auto *integer = value.integer()) {
        return Text(std::to_string(*integer));
    }
    if (const auto *real = value.real()) {
        return Text(realText(*real));
    }
    Text out;
    if (const auto *list = value.list()) {
        out.append("[");
        for (std::size_t i = 0; i < list->size(); ++i) {
            out.append(i > 0 ? ", " : "");
            appendRepr(out, (*list)[i]);
        }
        out.append("]");
        return out;
    }
    if (const auto *dict = value.dict()) {
        out.append("{");
        for (std::size_t i = 0; i < dict->size(); ++i) {
            out.append(i > 0 ? ", " : "");
            appendRepr(out, Value((*dict)[i].first));
            out.append(": ");
            appendRepr(out, (*dict)[i].second);
        }
        out.append("}");
        return out;
    }
    throw Failure{Failure::Kind::Refused, "a " + typeName(value) + " cannot be printed"};
}

Text toJson(const Value &value, int indent)
{
    JsonWriter writer(indent);
    writer.write(value);
    return std::move(writer.out);
}

} // namespace engine::jinja
