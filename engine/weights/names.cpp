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

std::optional<std::uint64_t> checkedProduct(std::uint64_t a, std::uint64_t b)
{
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) {
        return std::nullopt;
    }
    return a * b;
}

} // namespace engine
