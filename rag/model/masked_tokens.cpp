#include "rag/model/masked_tokens.h"

#include <algorithm>

namespace rag {

MaskedTokens::MaskedTokens(std::span<std::uint8_t> allowed, std::span<const Token> ends)
    : m_allowed(allowed)
    , m_ends(ends)
{
}

bool MaskedTokens::allows(Token token) const
{
    return token >= 0 && std::size_t(token) < m_allowed.size() && m_allowed[std::size_t(token)] != 0;
}

bool MaskedTokens::allowsAny() const
{
    return std::ranges::any_of(m_allowed, [](std::uint8_t one) { return one != 0; });
}

void MaskedTokens::set(Token token, std::uint8_t value)
{
    if (token >= 0 && std::size_t(token) < m_allowed.size())
        m_allowed[std::size_t(token)] = value;
}

void MaskedTokens::allow(Token token)
{
    set(token, 1);
}

void MaskedTokens::allow(std::span<const Token> tokens)
{
    for (const Token token : tokens)
        set(token, 1);
}

void MaskedTokens::forbid(Token token)
{
    set(token, 0);
}

void MaskedTokens::forbidAll()
{
    std::ranges::fill(m_allowed, std::uint8_t(0));
}

void MaskedTokens::allowEnd()
{
    allow(m_ends);
}

void MaskedTokens::forbidEnd()
{
    for (const Token token : m_ends)
        set(token, 0);
}

} // namespace rag
