#include "rag/model/vocabulary_bytes.h"

#include <algorithm>

namespace rag {

VocabularyBytes::VocabularyBytes(int vocabulary, const std::function<std::string(Token)> &bytesOf)
{
    m_bytes.reserve(std::size_t(std::max(0, vocabulary)));
    for (Token token = 0; token < vocabulary; ++token) {
        m_bytes.push_back(bytesOf(token));
        if (!m_bytes.back().empty())
            m_sorted.push_back(token);
    }
    std::ranges::sort(m_sorted, {}, [this](Token token) { return bytes(token); });
}

std::string_view VocabularyBytes::bytes(Token token) const
{
    return token >= 0 && std::size_t(token) < m_bytes.size() ? std::string_view(m_bytes[std::size_t(token)])
                                                             : std::string_view();
}

std::vector<Token> VocabularyBytes::beginning(std::string_view text) const
{
    // The tokens that share the first n bytes lie together; those that are no longer stand in front.
    std::vector<Token> found;
    auto first = m_sorted.begin();
    auto last = m_sorted.end();
    for (std::size_t length = 1; length <= text.size() && first != last; ++length) {
        const std::string_view start = text.substr(0, length);
        const auto startOf = [&](Token token) { return bytes(token).substr(0, length); };
        first = std::ranges::lower_bound(first, last, start, {}, startOf);
        last = std::ranges::upper_bound(first, last, start, {}, startOf);
        while (first != last && bytes(*first).size() == length)
            found.push_back(*first++);
    }
    return found;
}

} // namespace rag
