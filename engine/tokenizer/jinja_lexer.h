#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::jinja {

enum class TokenType {
    Data,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Real,
    Operator,
    End
};

struct Token
{
    TokenType type;
    std::string text; ///< of a string: with its escapes resolved
    int line;
};

/// Cuts a template into tokens as Jinja does with trim_blocks and lstrip_blocks on and keep_trailing_newline
/// off. Throws Failure.
std::vector<Token> tokenize(std::string_view source);

} // namespace engine::jinja
