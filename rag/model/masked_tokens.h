#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace rag {

using Token = std::int32_t; ///< a model's own number for a piece of text

/// The tokens that may come next: all, until somebody forbids. What is outside the vocabulary is ignored.
/// Valid during the call it is handed to.
class MaskedTokens
{
public:
    /// @param allowed  [vocabulary], 0: must not come @param ends  the tokens that end an answer
    MaskedTokens(std::span<std::uint8_t> allowed, std::span<const Token> ends);

    int vocabulary() const { return int(m_allowed.size()); }

    bool allows(Token token) const;
    bool allowsAny() const;
    void allow(Token token);
    void allow(std::span<const Token> tokens);
    void forbid(Token token);
    void forbidAll();
    void allowEnd();
    void forbidEnd();

private:
    void set(Token token, std::uint8_t value);

    std::span<std::uint8_t> m_allowed;
    std::span<const Token> m_ends;
};

/// Asked before each token of an answer, not of the thoughts before it. It must leave one; an answer that
/// should be over: forbidAll() and allowEnd().
/// @param answer  the answer's tokens so far
using TokenMask = std::function<void(std::span<const Token> answer, MaskedTokens &next)>;

} // namespace rag
