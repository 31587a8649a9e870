#include "engine/weights/names.h"

#include <limits>

namespace engine {

namespace {

constexpr std::size_t kLongestShown = 80;

std::string escaped(std::string_view text, bool keepNonAscii)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte >= 0x20 && byte < 0x7f;
        if (plain || (keepNonAscii && byte >= 0x80)) {
            out += c;
        } else {
            out += "\\x";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        }
    }
    return out;
}

} // namespace

std::string printable(std::string_view name)
{
    std::string out = escaped(name.substr(0, kLongestShown), false);
    if (name.size() > kLongestShown) {
        out += "...";
    }
    return out;
}

std::string displayName(const std::filesystem::path &path)
{
    const auto name =
        path.has_filename() ? path.filename().u8string() : path.parent_path().filename().u8string();
    return escaped({reinterpret_cast<const char *>(name.data()), name.size()}, true);
}

bool isUtf8(std::string_view text)
{
    // Unicode 15, table 3-7: how many bytes follow a first byte, and the range of the second.
    std::size_t i = 0;
    while (i < text.size()) {
        const auto first = static_cast<unsigned char>(text[i++]);
        if (first < 0x80) {
            continue;
        }
        const int following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || text.size() - i < std::size_t(following)) {
            return false;
        }
        const auto second = static_cast<unsigned char>(text[i]);
        const bool tooShort = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
        const bool tooHigh = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
        if (tooShort || tooHigh) {
            return false;
        }
        for (int k = 0; k < following; ++k) {
            if ((static_cast<unsigned char>(text[i++]) & 0xc0) != 0x80) {
                return false;
            }
        }
    }
    return true;
}

std::optional<std::uint64_t> checkedProduct(std::uint64_t a, std::uint64_t b)
{
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) {
        return std::nullopt;
    }
    return a * b;
}

} // namespace engine
