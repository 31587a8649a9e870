#include "engine/tokenizer/jinja_expression_parser.h"

#include <algorithm>

namespace engine::jinja {

namespace {

constexpr int kDeepestRecursion = 200;

} // namespace

const Token &TokenStream::peek(std::size_t ahead) const
{
    return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
}

const Token &TokenStream::next()
{
    const Token &token = peek();
    m_at = std::min(m_at + 1, m_tokens.size() - 1);
    return token;
}

bool TokenStream::isOperator(std::string_view text, std::size_t ahead) const
{
    return peek(ahead).type == TokenType::Operator && peek(ahead).text == text;
}

bool TokenStream::isName(std::string_view text, std::size_t ahead) const
{
    return peek(ahead).type == TokenType::Name && peek(ahead).text == text;
}

bool TokenStream::takeOperator(std::string_view text)
{
    const bool is = isOperator(text);
    if (is) {
        next();
    }
    return is;
}

bool TokenStream::takeName(std::string_view text)
{
    const bool is = isName(text);
    if (is) {
        next();
    }
    return is;
}

const Token &TokenStream::expect(TokenType type, std::string_view what)
{
    if (peek().type != type) {
        syntax("expected " + std::string(what));
    }
    return next();
}

void TokenStream::expectOperator(std::string_view text)
{
    if (!takeOperator(text)) {
        syntax("expected '" + std::string(text) + "'");
    }
}

void TokenStream::expectName(std::string_view text)
{
    if (!takeName(text)) {
        syntax("expected " + std::string(text));
    }
}

void TokenStream::syntax(const std::string &reason) const
{
    throw Failure{Failure::Kind::Syntax, "line " + std::to_string(peek().line) + ": " + reason};
}

DepthGuard::DepthGuard(TokenStream &tokens)
    : m_tokens(tokens)
{
    if (tokens.depth >= kDeepestRecursion) {
        throw Failure{Failure::Kind::Limit, "the template nests too deeply"};
    }
    ++tokens.depth;
}

} // namespace engine::jinja
