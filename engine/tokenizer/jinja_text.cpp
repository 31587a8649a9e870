#include "engine/tokenizer/jinja_builtins.h"

#include <utf8proc.h>

#include <algorithm>

// What filters and methods do to strings; each byte keeps its origin.
namespace engine::jinja {

namespace {

/// The character that ends at or begins at a byte; malformed bytes count one each.
char32_t characterAt(std::string_view text, std::size_t at, std::size_t &size)
{
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t read = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t *>(text.data() + at), utf8proc_ssize_t(text.size() - at), &c);
    size = read > 0 ? std::size_t(read) : 1;
    return read > 0 ? char32_t(c) : static_cast<unsigned char>(text[at]);
}

bool isPythonSpace(char32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

std::u32string decoded(std::string_view text)
{
    std::u32string out;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        out += characterAt(text, at, size);
    }
    return out;
}

} // namespace

void refuse(std::string reason)
{
    throw Failure{Failure::Kind::Refused, std::move(reason)};
}

const Text &textArg(const Args &args, std::size_t position, std::string_view name)
{
    const Value *value = args.get(position, name);
    if (!value || !value->text()) {
        refuse("'" + std::string(name) + "' must be a string");
    }
    return *value->text();
}

Text trimmed(const Text &text, std::string_view characters, bool left, bool right)
{
    const std::u32string set = decoded(characters);
    const auto goes = [&](char32_t c) {
        return set.empty() ? isPythonSpace(c) : set.find(c) != std::u32string::npos;
    };
    const std::string &bytes = text.bytes();
    std::size_t begin = 0;
    std::size_t end = bytes.size();
    std::size_t size = 0;
    while (left && begin < end && goes(characterAt(bytes, begin, size))) {
        begin += size;
    }
    while (right && end > begin) {
        std::size_t start = end - 1;
        while (start > begin && end - start < 4 &&
               (static_cast<unsigned char>(bytes[start]) & 0xc0) == 0x80) {
            --start;
        }
        if (!goes(characterAt(bytes, start, size)) || start + size != end) {
            break;
        }
        end = start;
    }
    return text.slice(begin, end);
}

Text replaced(Interpreter &interpreter, const Text &text, const Text &from, const Text &to, std::int64_t most)
{
    if (from.size() == 0) {
        refuse("cannot replace the empty string");
    }
    interpreter.spendOnSearch(text, from.size());
    Text out;
    std::size_t begin = 0;
    for (std::int64_t i = 0; i < most; ++i) {
        const std::size_t at = text.bytes().find(from.bytes(), begin);
        if (at == std::string::npos) {
            break;
        }
        interpreter.spend(1 + text.ranges().size());
        interpreter.spendOn(to);
        out.append(text.slice(begin, at));
        out.append(to);
        begin = at + from.size();
    }
    out.append(text.slice(begin, text.size()));
    return out;
}

Text withCase(Interpreter &interpreter, const Text &text, char32_t (*convert)(char32_t c, bool first))
{
    interpreter.spend(text.size());
    Text out;
    bool first = true;
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        const char32_t c = characterAt(text.bytes(), at, size);
        utf8proc_uint8_t bytes[4];
        const utf8proc_ssize_t count = utf8proc_encode_char(utf8proc_int32_t(convert(c, first)), bytes);
        const bool whole = size > 1 || static_cast<unsigned char>(text.bytes()[at]) < 0x80;
        if (whole && count > 0) {
            out.append({reinterpret_cast<const char *>(bytes), std::size_t(count)}, text.sourceOf(at));
        } else { // a malformed byte
            out.append(text.slice(at, at + 1));
        }
        const utf8proc_category_t category = utf8proc_category(utf8proc_int32_t(c));
        first = category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_LO;
    }
    return out;
}

Text joined(Interpreter &interpreter, const List &items, const Text &separator)
{
    Text out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        interpreter.spendOn(items[i]);
        interpreter.spendOn(separator);
        if (i > 0) {
            out.append(separator);
        }
        out.append(toText(items[i]));
    }
    return out;
}

char32_t upperCase(char32_t c, bool)
{
    return char32_t(utf8proc_toupper(utf8proc_int32_t(c)));
}

char32_t lowerCase(char32_t c, bool)
{
    return char32_t(utf8proc_tolower(utf8proc_int32_t(c)));
}

char32_t firstUpperCase(char32_t c, bool first)
{
    return first ? upperCase(c, true) : lowerCase(c, false);
}

} // namespace engine::jinja
