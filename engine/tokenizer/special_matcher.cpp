#include "engine/tokenizer/special_matcher.h"

#include "engine/base/unicode.h"

#include <algorithm>

namespace engine {
namespace {

bool isWordByte(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') ||
           byte == '_';
}

std::size_t withoutSpaceBefore(std::string_view text, std::size_t from, std::size_t begin)
{
    while (begin > from) {
        std::size_t start = begin - 1;
        while (start > from && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) {
            --start;
        }
        std::size_t at = start;
        if (!isWhitespace(nextCodePoint(text, at)) || at != begin) {
            break;
        }
        begin = start;
    }
    return begin;
}

std::size_t withSpaceAfter(std::string_view text, std::size_t end)
{
    while (end < text.size()) {
        std::size_t at = end;
        if (!isWhitespace(nextCodePoint(text, at))) {
            break;
        }
        end = at;
    }
    return end;
}

} // namespace

bool looksLikeControl(std::string_view text)
{
    return text.starts_with("<|") || text.starts_with("<｜") || text == "<end_of_turn>" ||
           text == "<start_of_turn>";
}

bool SpecialScope::contains(std::size_t begin, std::size_t end) const
{
    if (everywhere) {
        return true;
    }
    const auto after =
        std::upper_bound(ranges.begin(), ranges.end(), begin,
                         [](std::size_t at, const TextRange &range) { return at < range.begin; });
    return after != ranges.begin() && end <= std::prev(after)->end;
}

SpecialMatcher::SpecialMatcher(std::vector<SpecialEntry> entries)
    : m_entries(std::move(entries))
{
    std::vector<ByteTrie::Key> always;
    std::vector<ByteTrie::Key> parsed;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const ByteTrie::Key key{m_entries[i].text, static_cast<std::int32_t>(i)};
        parsed.push_back(key);
        if (!m_entries[i].onlyParsed) {
            always.push_back(key);
        }
    }
    m_always = ByteTrie(std::move(always), kLongestText);
    m_parsed = ByteTrie(std::move(parsed), kLongestText);
}

std::optional<SpecialMatcher::Match> SpecialMatcher::find(std::string_view text, std::size_t from,
                                                          const SpecialScope &scope) const
{
    const ByteTrie &trie = scope.isEmpty() ? m_always : m_parsed;
    if (trie.empty()) {
        return std::nullopt;
    }
    for (std::size_t at = from; at < text.size(); ++at) {
        if (trie.first(text[at]) == ByteTrie::kNone) {
            continue;
        }
        if (const auto match = matchAt(text, from, at, scope)) {
            return match;
        }
    }
    return std::nullopt;
}

std::optional<SpecialMatcher::Match> SpecialMatcher::matchAt(std::string_view text, std::size_t from,
                                                             std::size_t at, const SpecialScope &scope) const
{
    const ByteTrie &trie = scope.isEmpty() ? m_always : m_parsed;
    std::optional<Match> longest;
    std::uint32_t node = trie.first(text[at]);
    for (std::size_t end = at + 1; node != ByteTrie::kNone; ++end) {
        if (const std::int32_t value = trie.value(node); value >= 0) {
            const SpecialEntry &entry = m_entries[static_cast<std::size_t>(value)];
            const bool insideWord =
                (at > 0 && isWordByte(text[at - 1])) || (end < text.size() && isWordByte(text[end]));
            const bool anywhere = !entry.onlyParsed && !(scope.twoVoices && looksLikeControl(entry.text));
            const bool allowed = anywhere || scope.contains(at, end);
            if (allowed && (!entry.wholeWord || !insideWord)) {
                longest = Match{at, end, value};
            }
        }
        if (end == text.size()) {
            break;
        }
        node = trie.next(node, text[end]);
    }
    if (longest) {
        const SpecialEntry &entry = m_entries[static_cast<std::size_t>(longest->token)];
        longest->token = entry.token;
        longest->begin = entry.stripLeft ? withoutSpaceBefore(text, from, longest->begin) : longest->begin;
        longest->end = entry.stripRight ? withSpaceAfter(text, longest->end) : longest->end;
    }
    return longest;
}

} // namespace engine
