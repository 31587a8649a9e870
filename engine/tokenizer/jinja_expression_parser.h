#pragma once

#include "engine/tokenizer/jinja_ast.h"
#include "engine/tokenizer/jinja_lexer.h"

namespace engine::jinja {

/// The tokens of a template and how far they are read.
class TokenStream
{
public:
    explicit TokenStream(std::vector<Token> tokens)
        : m_tokens(std::move(tokens))
    {
    }

    const Token &peek(std::size_t ahead = 0) const;
    const Token &next();
    bool isOperator(std::string_view text, std::size_t ahead = 0) const;
    bool isName(std::string_view text, std::size_t ahead = 0) const;
    bool takeOperator(std::string_view text);
    bool takeName(std::string_view text);
    const Token &expect(TokenType type, std::string_view what);
    void expectOperator(std::string_view text);
    void expectName(std::string_view text);
    [[noreturn]] void syntax(const std::string &reason) const;

    int depth = 0; ///< of the recursion over them

private:
    std::vector<Token> m_tokens; ///< ends with End
    std::size_t m_at = 0;
};

/// One level of recursion; throws Failure where there are too many.
class DepthGuard
{
public:
    explicit DepthGuard(TokenStream &tokens);

    ~DepthGuard() { --m_tokens.depth; }

    DepthGuard(const DepthGuard &) = delete;
    DepthGuard &operator=(const DepthGuard &) = delete;

private:
    TokenStream &m_tokens;
};

/// Expressions with Jinja's precedence: condition, or, and, not, comparison, + -, ~, * / // %, **, sign,
/// postfix and filters. Throws Failure.
class ExpressionParser
{
public:
    explicit ExpressionParser(TokenStream &tokens)
        : m_tokens(tokens)
    {
    }

    ExprPtr parse();                      ///< with `a if b else c`
    ExprPtr parseTuple();                 ///< also `a, b`
    ExprPtr parseTupleWithoutCondition(); ///< of a `for`, where `if` begins its filter
    std::vector<ExprPtr> parseTargets();  ///< `a, b`, `(a, b)` or `ns.a`
    ExprPtr parseFilters();               ///< `|a|b(c)`, applied to the name kBodyName
    ExprPtr parseFilterNames();           ///< `a|b(c)`, likewise

private:
    using Node = std::unique_ptr<Expr>;

    Node parseCondition();
    Node parseOr();
    Node parseAnd();
    Node parseNot();
    Node parseCompare();
    Node parseSum();
    Node parseConcat();
    Node parseProduct();
    Node parsePower();
    Node parseUnary(bool withFilters);
    Node parsePrimary();
    Node parseName();
    Node parsePostfix(Node node);
    Node parseSubscript(Node node);
    Node parseFiltersAndTests(Node node);
    Node parseFilter(Node node);
    Node parseTest(Node node);
    Node parseBracketed();
    Node parseDict();
    Node parseTarget();
    void parseArguments(Expr &call);
    Node tupleOf(Node first, bool withCondition);

    static Node make(ExprKind kind, std::string name = {});
    /// Adds a child and limits how deep the tree becomes, for a chain of operators grows to the left.
    void add(Expr &node, ExprPtr child) const;
    Node binary(ExprKind kind, std::string name, Node left, Node right) const;

    TokenStream &m_tokens;
};

} // namespace engine::jinja
