#include "engine/tokenizer/charsmap.h"

#include "engine/base/unicode.h"

namespace engine {
namespace {

/// NFKC's longest is 33 bytes; what is longer is there to flood us.
constexpr std::size_t kLongestReplacement = 128;
/// Nor is a key longer than some characters.
constexpr std::size_t kLongestKey = 64;

std::uint32_t wordAt(std::string_view bytes, std::size_t at)
{
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return word;
}

// The bits of a darts-clone unit.
bool hasLeaf(std::uint32_t unit)
{
    return (unit >> 8 & 1) != 0;
}

std::uint32_t offsetOf(std::uint32_t unit)
{
    return (unit >> 10) << ((unit & 1U << 9) >> 6);
}

std::uint32_t labelOf(std::uint32_t unit)
{
    return unit & (1U << 31 | 0xFF);
}

std::uint32_t valueOf(std::uint32_t unit)
{
    return unit & ~(1U << 31);
}

} // namespace

Result<Charsmap> Charsmap::parse(std::string_view bytes, Match match)
{
    Charsmap map;
    map.m_match = match;
    if (bytes.empty()) {
        return map;
    }
    if (bytes.size() < 4) {
        return fail(ErrorCode::Damaged, "character map: no length");
    }
    const std::uint32_t trieBytes = wordAt(bytes, 0);
    if (trieBytes > bytes.size() - 4 || trieBytes % 4 != 0 || trieBytes == 0) {
        return fail(ErrorCode::Damaged, "character map: a trie of " + std::to_string(trieBytes) +
                                            " bytes in " + std::to_string(bytes.size()));
    }
    map.m_units.reserve(trieBytes / 4);
    for (std::size_t at = 4; at < 4 + std::size_t{trieBytes}; at += 4) {
        map.m_units.push_back(wordAt(bytes, at));
    }
    map.m_replacements = bytes.substr(4 + std::size_t{trieBytes});
    map.findQuietAscii();
    return map;
}

bool Charsmap::step(std::uint32_t &place, unsigned char byte) const
{
    const std::uint32_t child = place ^ byte;
    if (child >= m_units.size() || labelOf(m_units[child]) != byte) {
        return false;
    }
    place = child ^ offsetOf(m_units[child]);
    return true;
}

void Charsmap::findQuietAscii()
{
    for (unsigned first = 0; first < m_quiet.size(); ++first) {
        const std::string letter(1, static_cast<char>(first));
        std::uint32_t place = offsetOf(m_units[0]);
        m_quiet[first] = keyAt(letter, 0, Which::Shortest).length == 0;
        if (m_quiet[first] && step(place, static_cast<unsigned char>(first))) {
            for (unsigned second = 0; second < m_quiet.size(); ++second) {
                std::uint32_t further = place;
                m_quiet[first] = m_quiet[first] && !step(further, static_cast<unsigned char>(second));
            }
        }
    }
}

std::string_view Charsmap::replacementAt(std::uint32_t offset) const
{
    if (offset >= m_replacements.size()) {
        return {};
    }
    const std::string_view rest = std::string_view(m_replacements).substr(offset, kLongestReplacement);
    return rest.substr(0, rest.find('\0'));
}

Charsmap::Key Charsmap::keyAt(std::string_view text, std::size_t at, Which which) const
{
    Key key;
    std::uint32_t place = m_units.empty() ? 0 : offsetOf(m_units[0]);
    const std::size_t end = std::min(text.size(), at + kLongestKey);
    for (std::size_t i = at; i < end; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::uint32_t child = place ^ byte;
        if (!step(place, byte)) {
            break;
        }
        if (hasLeaf(m_units[child]) && place < m_units.size()) {
            key = {i + 1 - at, replacementAt(valueOf(m_units[place]))};
            if (which == Which::Shortest) {
                break;
            }
        }
    }
    return key;
}

void Charsmap::applyGrapheme(std::string_view text, std::size_t &at, std::string &out) const
{
    constexpr std::size_t kLong = 6;
    const std::string_view grapheme = text.substr(at, graphemeEnd(text, at) - at);
    at += grapheme.size();
    if (grapheme.size() < kLong) {
        if (const Key key = keyAt(grapheme, 0, Which::Shortest); key.length > 0) {
            out.append(key.replacement);
            return;
        }
    }
    for (std::size_t i = 0; i < grapheme.size();) {
        const std::size_t start = i;
        const char32_t c = nextCodePoint(grapheme, i);
        if (const Key key = keyAt(grapheme.substr(start, i - start), 0, Which::Shortest); key.length > 0) {
            out.append(key.replacement);
        } else {
            appendUtf8(out, c);
        }
    }
}

std::string Charsmap::apply(std::string_view text) const
{
    std::string normal;
    normal.reserve(text.size() + text.size() / 8);
    const auto isAscii = [&](std::size_t i) {
        return i >= text.size() || static_cast<unsigned char>(text[i]) < 0x80;
    };
    for (std::size_t at = 0; at < text.size();) {
        if (isAscii(at) && isAscii(at + 1) && m_quiet[static_cast<std::size_t>(text[at])]) {
            normal.push_back(text[at++]);
        } else if (m_match == Match::Grapheme) {
            applyGrapheme(text, at, normal);
        } else if (const Key key = keyAt(text, at, Which::Longest); key.length > 0) {
            normal.append(key.replacement);
            at += key.length;
        } else {
            appendUtf8(normal, nextCodePoint(text, at));
        }
    }
    return normal;
}

} // namespace engine
