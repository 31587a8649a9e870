#include "engine/tokenizer/jinja_parser.h"

#include "engine/tokenizer/jinja_expression_parser.h"

#include <initializer_list>

namespace engine::jinja {

namespace {

using StmtPtr = std::unique_ptr<const Stmt>;

class Parser
{
public:
    explicit Parser(std::vector<Token> tokens)
        : m_tokens(std::move(tokens))
        , m_expressions(m_tokens)
    {
    }

    Body run()
    {
        Body body = parseBody({});
        if (m_tokens.peek().type != TokenType::End) {
            m_tokens.syntax("unexpected " + m_tokens.peek().text);
        }
        return body;
    }

private:
    /// Until one of `ends` is the word of the next block, or the template ends.
    Body parseBody(std::initializer_list<std::string_view> ends)
    {
        const DepthGuard guard(m_tokens);
        Body body;
        while (m_tokens.peek().type != TokenType::End) {
            const TokenType type = m_tokens.peek().type;
            if (type == TokenType::Data) {
                auto data = make(StmtKind::Data);
                data->text = m_tokens.next().text;
                body.push_back(std::move(data));
            } else if (type == TokenType::PrintBegin) {
                m_tokens.next();
                auto print = make(StmtKind::Print);
                print->expression = m_expressions.parseTuple();
                m_tokens.expect(TokenType::PrintEnd, "}}");
                body.push_back(std::move(print));
            } else {
                const Token &word = m_tokens.peek(1);
                for (const std::string_view end : ends) {
                    if (word.type == TokenType::Name && word.text == end) {
                        return body;
                    }
                }
                m_tokens.next();
                body.push_back(parseBlock());
            }
        }
        if (ends.size() > 0) {
            m_tokens.syntax("the template ends before " + std::string(*ends.begin()));
        }
        return body;
    }

    static std::unique_ptr<Stmt> make(StmtKind kind)
    {
        auto stmt = std::make_unique<Stmt>();
        stmt->kind = kind;
        return stmt;
    }

    void endBlock() { m_tokens.expect(TokenType::BlockEnd, "%}"); }

    /// `{% word %}`, its body having ended there.
    void endOf(std::string_view word)
    {
        m_tokens.expect(TokenType::BlockBegin, "{%");
        m_tokens.expectName(word);
        endBlock();
    }

    StmtPtr parseBlock()
    {
        const std::string word = m_tokens.expect(TokenType::Name, "a tag").text;
        if (word == "if") {
            return parseIf();
        }
        if (word == "for") {
            return parseFor();
        }
        if (word == "set") {
            return parseSet();
        }
        if (word == "macro") {
            return parseMacro();
        }
        if (word == "call") {
            return parseCallBlock();
        }
        if (word == "filter") {
            return parseFilterBlock();
        }
        if (word == "with") {
            return parseWith();
        }
        if (word == "generation") { // marks the assistant's words for training; says nothing here
            endBlock();
            auto group = make(StmtKind::Group);
            group->bodies.push_back(parseBody({"endgeneration"}));
            endOf("endgeneration");
            return group;
        }
        if (word == "break" || word == "continue") {
            if (m_loops == 0) {
                m_tokens.syntax(word + " outside a loop");
            }
            endBlock();
            return make(word == "break" ? StmtKind::Break : StmtKind::Continue);
        }
        m_tokens.syntax("unknown tag " + word);
    }

    StmtPtr parseIf()
    {
        auto stmt = make(StmtKind::If);
        for (;;) {
            stmt->conditions.push_back(m_expressions.parse());
            endBlock();
            stmt->bodies.push_back(parseBody({"elif", "else", "endif"}));
            m_tokens.expect(TokenType::BlockBegin, "{%");
            const std::string word = m_tokens.next().text;
            if (word == "elif") {
                continue;
            }
            endBlock();
            if (word == "else") {
                stmt->bodies.push_back(parseBody({"endif"}));
                endOf("endif");
            }
            return stmt;
        }
    }

    StmtPtr parseFor()
    {
        auto stmt = make(StmtKind::For);
        stmt->targets = m_expressions.parseTargets();
        m_tokens.expectName("in");
        stmt->expression = m_expressions.parseTupleWithoutCondition();
        if (m_tokens.takeName("if")) {
            stmt->condition = m_expressions.parse();
        }
        stmt->recursive = m_tokens.takeName("recursive");
        endBlock();
        ++m_loops;
        stmt->bodies.push_back(parseBody({"else", "endfor"}));
        --m_loops;
        m_tokens.expect(TokenType::BlockBegin, "{%");
        const bool hasElse = m_tokens.next().text == "else";
        endBlock();
        if (hasElse) {
            stmt->bodies.push_back(parseBody({"endfor"}));
            endOf("endfor");
        }
        return stmt;
    }

    StmtPtr parseSet()
    {
        auto targets = m_expressions.parseTargets();
        if (m_tokens.takeOperator("=")) {
            auto stmt = make(StmtKind::Set);
            stmt->targets = std::move(targets);
            stmt->expression = m_expressions.parseTuple();
            endBlock();
            return stmt;
        }
        auto stmt = make(StmtKind::SetBlock);
        stmt->targets = std::move(targets);
        if (m_tokens.isOperator("|")) {
            stmt->expression = m_expressions.parseFilters();
        }
        endBlock();
        stmt->bodies.push_back(parseBody({"endset"}));
        endOf("endset");
        return stmt;
    }

    /// `(a, b=1)`
    std::vector<std::pair<std::string, ExprPtr>> parseParameters()
    {
        std::vector<std::pair<std::string, ExprPtr>> parameters;
        m_tokens.expectOperator("(");
        while (!m_tokens.takeOperator(")")) {
            if (!parameters.empty()) {
                m_tokens.expectOperator(",");
                if (m_tokens.takeOperator(")")) {
                    break;
                }
            }
            std::string name = m_tokens.expect(TokenType::Name, "a name").text;
            ExprPtr fallback = m_tokens.takeOperator("=") ? m_expressions.parse() : nullptr;
            parameters.emplace_back(std::move(name), std::move(fallback));
        }
        return parameters;
    }

    StmtPtr parseMacro()
    {
        auto stmt = make(StmtKind::Macro);
        stmt->text = m_tokens.expect(TokenType::Name, "a name").text;
        stmt->parameters = parseParameters();
        endBlock();
        stmt->bodies.push_back(parseOutsideLoops("endmacro"));
        return stmt;
    }

    StmtPtr parseCallBlock()
    {
        auto stmt = make(StmtKind::CallBlock);
        if (m_tokens.isOperator("(")) {
            stmt->parameters = parseParameters();
        }
        stmt->expression = m_expressions.parse();
        if (stmt->expression->kind != ExprKind::Call) {
            m_tokens.syntax("call needs a call");
        }
        endBlock();
        stmt->bodies.push_back(parseOutsideLoops("endcall"));
        return stmt;
    }

    /// The body of a function: `break` in it does not belong to a loop around it.
    Body parseOutsideLoops(std::string_view end)
    {
        const int loops = std::exchange(m_loops, 0);
        Body body = parseBody({end});
        m_loops = loops;
        endOf(end);
        return body;
    }

    StmtPtr parseFilterBlock()
    {
        auto stmt = make(StmtKind::FilterBlock);
        stmt->expression = m_expressions.parseFilterNames();
        endBlock();
        stmt->bodies.push_back(parseBody({"endfilter"}));
        endOf("endfilter");
        return stmt;
    }

    StmtPtr parseWith()
    {
        auto stmt = make(StmtKind::With);
        while (m_tokens.peek().type == TokenType::Name) {
            std::string name = m_tokens.next().text;
            m_tokens.expectOperator("=");
            stmt->parameters.emplace_back(std::move(name), m_expressions.parse());
            if (!m_tokens.takeOperator(",")) {
                break;
            }
        }
        endBlock();
        stmt->bodies.push_back(parseBody({"endwith"}));
        endOf("endwith");
        return stmt;
    }

    TokenStream m_tokens;
    ExpressionParser m_expressions;
    int m_loops = 0;
};

} // namespace

Body parse(std::string_view source)
{
    return Parser(tokenize(source)).run();
}

} // namespace engine::jinja
