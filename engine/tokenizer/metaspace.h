#pragma once

#include "engine/tokenizer/vocabulary.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// U+2581, which stands for a blank in SentencePiece vocabularies.
inline constexpr std::string_view kMetaspace = "\u2581";

/// How blanks of a text become U+2581.
struct Metaspace
{
    enum class Prefix { Never, First, Always };
    Prefix prefix =
        Prefix::Never;       ///< one put before a text (First: before its first part only) that has none
    bool splitWords = false; ///< white space of every kind parts words and is dropped; each gets the prefix

    std::string apply(std::string_view text, bool first) const;
};

/// Where a text may be cut in front of U+2581 without parting what a token holds together: nearly everywhere.
/// Cutting keeps the work on a long text linear.
class MetaspaceCuts
{
public:
    MetaspaceCuts() = default;
    explicit MetaspaceCuts(const Vocabulary &vocabulary);

    /// @param emit  (std::string_view part) in order; together they are the text
    template <class Emit>
    void cut(std::string_view text, const Emit &emit) const
    {
        std::size_t begin = 0;
        for (std::size_t at = text.find(kMetaspace, 1); at < text.size();
             at = text.find(kMetaspace, at + kMetaspace.size())) {
            if (mayCut(text, at)) {
                emit(text.substr(begin, at - begin));
                begin = at;
            }
        }
        if (begin < text.size()) {
            emit(text.substr(begin));
        }
    }

private:
    bool mayCut(std::string_view text, std::size_t at) const;

    std::array<bool, 256> m_joined{}; ///< last byte of a character that some token has before U+2581
};

/// The tokens <0x00> .. <0xFF>, for characters that have no token.
class ByteFallback
{
public:
    ByteFallback();
    explicit ByteFallback(const Vocabulary &vocabulary);

    /// False, and nothing is done, if one of the bytes has no token.
    bool append(std::string_view bytes, std::vector<TokenId> &out) const;

private:
    std::array<TokenId, 256> m_tokens{};
};

/// The bytes of a token: U+2581 as a blank, <0x0A> as its byte. @param dropBlank  without the blank it begins
/// with
void appendMetaspaceBytes(const Vocabulary &vocabulary, TokenId token, bool dropBlank, std::string &out);

} // namespace engine
