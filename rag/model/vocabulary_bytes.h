#pragma once

#include "rag/model/masked_tokens.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// The bytes that each token of a vocabulary stands for within a text, found from either side. Immutable.
class VocabularyBytes
{
public:
    /// @param bytesOf  what a token adds to a text; empty: a control token, which is never found
    VocabularyBytes(int vocabulary, const std::function<std::string(Token)> &bytesOf);

    /// Empty for control tokens and for what is outside the vocabulary. Valid as long as this.
    std::string_view bytes(Token token) const;
    /// All tokens that `text` begins with, in no order.
    std::vector<Token> beginning(std::string_view text) const;

private:
    std::vector<std::string> m_bytes; ///< [vocabulary]
    std::vector<Token> m_sorted;      ///< by bytes, without control tokens
};

} // namespace rag
