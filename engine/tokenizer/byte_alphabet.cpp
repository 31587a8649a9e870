#include "engine/tokenizer/byte_alphabet.h"

#include "engine/base/unicode.h"

#include <array>

namespace engine {
namespace {

struct Alphabet
{
    std::array<char32_t, 256> charOf{};
    std::array<std::int16_t, 324> byteOf{};
};

constexpr Alphabet kAlphabet = [] {
    Alphabet alphabet;
    alphabet.byteOf.fill(-1);
    char32_t next = 256;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool printable =
            (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        const char32_t c = printable ? byte : next++;
        alphabet.charOf[byte] = c;
        alphabet.byteOf[c] = static_cast<std::int16_t>(byte);
    }
    return alphabet;
}();

} // namespace

void appendByteChar(std::string &text, unsigned char byte)
{
    appendUtf8(text, kAlphabet.charOf[byte]);
}

int byteOfChar(char32_t c)
{
    return c < kAlphabet.byteOf.size() ? kAlphabet.byteOf[c] : -1;
}

void appendBytesOfChars(std::string_view chars, std::string &out)
{
    for (std::size_t at = 0; at < chars.size();) {
        const std::size_t start = at;
        const int byte = byteOfChar(nextCodePoint(chars, at));
        if (byte < 0) {
            out.append(chars.substr(start, at - start));
        } else {
            out.push_back(static_cast<char>(byte));
        }
    }
}

} // namespace engine
