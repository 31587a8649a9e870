#include "engine/tokenizer/vocabulary.h"

#include <bit>
#include <cstring>
#include <limits>

namespace engine {
namespace {

constexpr std::size_t kMostTokens = 1U << 24;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

TextIndex::TextIndex(std::size_t tokens)
    : m_slots(std::bit_ceil(tokens * 3 / 2 + 2))
    , m_mask(m_slots.size() - 1)
{
}

std::uint32_t TextIndex::hash(std::string_view text)
{
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
    std::uint64_t state = text.size() * kMultiplier;
    const char *at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        state = (state ^ word) * kMultiplier;
        state ^= state >> 29;
    }
    if (left > 0) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, left);
        state = (state ^ word) * kMultiplier;
    }
    state ^= state >> 32;
    state *= kMultiplier;
    return static_cast<std::uint32_t>(state >> 32);
}

void TextIndex::place(std::uint32_t hash, TokenId token)
{
    std::size_t i = hash & m_mask;
    while (m_slots[i].token >= 0) {
        i = (i + 1) & m_mask;
    }
    m_slots[i] = {hash, token};
}

Result<Vocabulary> Vocabulary::build(std::span<const std::string_view> texts, std::vector<TokenKind> kinds)
{
    if (texts.empty() || texts.size() > kMostTokens || texts.size() != kinds.size()) {
        return fail(ErrorCode::Damaged, "a vocabulary of " + std::to_string(texts.size()) + " tokens");
    }
    std::uint64_t bytes = 0;
    for (const std::string_view text : texts) {
        bytes += text.size();
    }
    if (bytes > std::numeric_limits<std::uint32_t>::max()) {
        return fail(ErrorCode::Damaged, "tokens of " + std::to_string(bytes) + " bytes together");
    }

    Vocabulary vocabulary;
    vocabulary.m_kinds = std::move(kinds);
    vocabulary.m_texts.reserve(bytes);
    vocabulary.m_begins.reserve(texts.size() + 1);
    vocabulary.m_begins.push_back(0);
    for (const std::string_view text : texts) {
        vocabulary.m_texts.append(text);
        vocabulary.m_begins.push_back(static_cast<std::uint32_t>(vocabulary.m_texts.size()));
    }

    std::size_t plain = 0;
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        plain += vocabulary.isPlain(token) ? 1 : 0;
    }
    vocabulary.m_plain = TextIndex(plain);
    vocabulary.m_other = TextIndex(texts.size() - plain);
    const auto textOf = [&](TokenId token) { return vocabulary.text(token); };
    for (TokenId token = 0; token < vocabulary.size(); ++token) {
        (vocabulary.isPlain(token) ? vocabulary.m_plain : vocabulary.m_other).insert(token, textOf);
    }
    return vocabulary;
}

bool Vocabulary::isPlain(TokenId token) const
{
    const TokenKind kind = this->kind(token);
    return kind == TokenKind::Normal || kind == TokenKind::UserDefined || kind == TokenKind::Byte;
}

TokenId Vocabulary::findPlain(std::string_view text) const
{
    return m_plain.find(text, [this](TokenId token) { return this->text(token); });
}

TokenId Vocabulary::find(std::string_view text) const
{
    const TokenId token = m_other.find(text, [this](TokenId other) { return this->text(other); });
    return token >= 0 ? token : findPlain(text);
}

int byteOfToken(std::string_view text)
{
    if (text.size() != 6 || !text.starts_with("<0x") || text.back() != '>') {
        return -1;
    }
    const int high = hexDigit(text[3]);
    const int low = hexDigit(text[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

} // namespace engine
