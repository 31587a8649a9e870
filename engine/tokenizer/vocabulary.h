#pragma once

#include "engine/base/result.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// From text to token, by open addressing; owns no text. The first token of a text wins, empty texts are left
/// out.
class TextIndex
{
public:
    explicit TextIndex(std::size_t tokens = 0);

    /// @param textOf  TokenId -> std::string_view
    template <class TextOf>
    void insert(TokenId token, const TextOf &textOf)
    {
        const std::string_view text = textOf(token);
        if (!text.empty() && find(text, textOf) < 0) {
            place(hash(text), token);
        }
    }

    /// @return -1: none
    template <class TextOf>
    TokenId find(std::string_view text, const TextOf &textOf) const
    {
        const std::uint32_t wanted = hash(text);
        for (std::size_t i = wanted & m_mask;; i = (i + 1) & m_mask) {
            const Slot &slot = m_slots[i];
            if (slot.token < 0 || (slot.hash == wanted && textOf(slot.token) == text)) {
                return slot.token;
            }
        }
    }

private:
    struct Slot
    {
        std::uint32_t hash = 0;
        TokenId token = -1;
    };

    static std::uint32_t hash(std::string_view text);
    void place(std::uint32_t hash, TokenId token);

    std::vector<Slot> m_slots;
    std::size_t m_mask = 0;
};

/// The tokens of a model: text and kind of each, in one block of memory, and the way back from text.
/// Immutable.
class Vocabulary
{
public:
    Vocabulary() = default;
    /// @param kinds  as many as texts. Errors: Damaged (none, too many, too long).
    static Result<Vocabulary> build(std::span<const std::string_view> texts, std::vector<TokenKind> kinds);

    int size() const { return static_cast<int>(m_kinds.size()); }

    bool contains(TokenId token) const { return token >= 0 && token < size(); }

    std::string_view text(TokenId token) const
    {
        const auto i = static_cast<std::size_t>(token);
        return std::string_view(m_texts).substr(m_begins[i], m_begins[i + 1] - m_begins[i]);
    }

    TokenKind kind(TokenId token) const { return m_kinds[static_cast<std::size_t>(token)]; }

    /// True for tokens that plain text may turn into: Normal, UserDefined, Byte.
    bool isPlain(TokenId token) const;
    /// A plain token; -1: none.
    TokenId findPlain(std::string_view text) const;
    /// Any token, those that are not plain first; -1: none.
    TokenId find(std::string_view text) const;

private:
    std::string m_texts;
    std::vector<std::uint32_t> m_begins;
    std::vector<TokenKind> m_kinds;
    TextIndex m_plain;
    TextIndex m_other;
};

/// The byte of a token "<0x0A>" with two hexadecimal digits; -1 for any other text.
int byteOfToken(std::string_view text);

} // namespace engine
