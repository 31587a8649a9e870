#include "engine/tokenizer/jinja_expression_parser.h"

#include <algorithm>
#include <charconv>

namespace engine::jinja {

namespace {

constexpr int kDeepestTree = 250;

} // namespace

ExpressionParser::Node ExpressionParser::make(ExprKind kind, std::string name)
{
    auto node = std::make_unique<Expr>();
    node->kind = kind;
    node->name = std::move(name);
    return node;
}

void ExpressionParser::add(Expr &node, ExprPtr child) const
{
    if (child) {
        node.depth = std::max(node.depth, child->depth + 1);
    }
    if (node.depth > kDeepestTree) {
        throw Failure{Failure::Kind::Limit, "an expression nests too deeply"};
    }
    node.children.push_back(std::move(child));
}

ExpressionParser::Node ExpressionParser::binary(ExprKind kind, std::string name, Node left, Node right) const
{
    auto node = make(kind, std::move(name));
    add(*node, std::move(left));
    add(*node, std::move(right));
    return node;
}

ExprPtr ExpressionParser::parse()
{
    return parseCondition();
}

ExprPtr ExpressionParser::parseTuple()
{
    return tupleOf(parseCondition(), true);
}

ExprPtr ExpressionParser::parseTupleWithoutCondition()
{
    return tupleOf(parseOr(), false);
}

ExpressionParser::Node ExpressionParser::tupleOf(Node first, bool withCondition)
{
    if (!m_tokens.isOperator(",")) {
        return first;
    }
    auto tuple = make(ExprKind::List);
    add(*tuple, std::move(first));
    while (m_tokens.takeOperator(",")) {
        const TokenType type = m_tokens.peek().type;
        if (type == TokenType::BlockEnd || type == TokenType::PrintEnd || m_tokens.isOperator(")")) {
            break;
        }
        add(*tuple, withCondition ? parseCondition() : parseOr());
    }
    return tuple;
}

ExpressionParser::Node ExpressionParser::parseTarget()
{
    auto name = make(ExprKind::Name, m_tokens.expect(TokenType::Name, "a name").text);
    if (!m_tokens.takeOperator(".")) {
        return name;
    }
    auto attribute = make(ExprKind::Attribute, m_tokens.expect(TokenType::Name, "a name").text);
    add(*attribute, std::move(name));
    return attribute;
}

std::vector<ExprPtr> ExpressionParser::parseTargets()
{
    std::vector<ExprPtr> targets;
    const bool bracketed = m_tokens.takeOperator("(");
    do {
        targets.push_back(parseTarget());
    } while (m_tokens.takeOperator(",") && m_tokens.peek().type == TokenType::Name);
    if (bracketed) {
        m_tokens.expectOperator(")");
    }
    return targets;
}

ExprPtr ExpressionParser::parseFilters()
{
    return parseFiltersAndTests(make(ExprKind::Name, std::string(kBodyName)));
}

ExprPtr ExpressionParser::parseFilterNames()
{
    return parseFiltersAndTests(parseFilter(make(ExprKind::Name, std::string(kBodyName))));
}

ExpressionParser::Node ExpressionParser::parseCondition()
{
    const DepthGuard guard(m_tokens);
    Node node = parseOr();
    while (m_tokens.takeName("if")) {
        auto conditional = make(ExprKind::Conditional);
        add(*conditional, parseOr());
        add(*conditional, std::move(node));
        add(*conditional, m_tokens.takeName("else") ? parseCondition() : nullptr);
        node = std::move(conditional);
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseOr()
{
    Node node = parseAnd();
    while (m_tokens.takeName("or")) {
        node = binary(ExprKind::Or, {}, std::move(node), parseAnd());
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseAnd()
{
    Node node = parseNot();
    while (m_tokens.takeName("and")) {
        node = binary(ExprKind::And, {}, std::move(node), parseNot());
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseNot()
{
    if (!m_tokens.isName("not")) {
        return parseCompare();
    }
    const DepthGuard guard(m_tokens);
    m_tokens.next();
    auto node = make(ExprKind::Not);
    add(*node, parseNot());
    return node;
}

ExpressionParser::Node ExpressionParser::parseCompare()
{
    Node first = parseSum();
    Node compare;
    const auto operand = [&](std::string name) {
        if (!compare) {
            compare = make(ExprKind::Compare);
            add(*compare, std::move(first));
        }
        compare->operators.push_back(std::move(name));
        add(*compare, parseSum());
    };
    for (;;) {
        const Token &token = m_tokens.peek();
        const bool comparison = token.type == TokenType::Operator &&
                                (token.text == "==" || token.text == "!=" || token.text == "<" ||
                                 token.text == "<=" || token.text == ">" || token.text == ">=");
        if (comparison) {
            operand(m_tokens.next().text);
        } else if (m_tokens.takeName("in")) {
            operand("in");
        } else if (m_tokens.isName("not") && m_tokens.isName("in", 1)) {
            m_tokens.next();
            m_tokens.next();
            operand("not in");
        } else {
            return compare ? std::move(compare) : std::move(first);
        }
    }
}

ExpressionParser::Node ExpressionParser::parseSum()
{
    Node node = parseConcat();
    while (m_tokens.isOperator("+") || m_tokens.isOperator("-")) {
        const std::string name = m_tokens.next().text;
        node = binary(ExprKind::Binary, name, std::move(node), parseConcat());
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseConcat()
{
    Node node = parseProduct();
    while (m_tokens.takeOperator("~")) {
        node = binary(ExprKind::Binary, "~", std::move(node), parseProduct());
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseProduct()
{
    Node node = parsePower();
    while (m_tokens.isOperator("*") || m_tokens.isOperator("/") || m_tokens.isOperator("//") ||
           m_tokens.isOperator("%")) {
        const std::string name = m_tokens.next().text;
        node = binary(ExprKind::Binary, name, std::move(node), parsePower());
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parsePower()
{
    Node node = parseUnary(true);
    while (m_tokens.takeOperator("**")) {
        node = binary(ExprKind::Binary, "**", std::move(node), parseUnary(true));
    }
    return node;
}

ExpressionParser::Node ExpressionParser::parseUnary(bool withFilters)
{
    const DepthGuard guard(m_tokens);
    Node node;
    if (m_tokens.isOperator("-") || m_tokens.isOperator("+")) {
        node = make(m_tokens.next().text == "-" ? ExprKind::Minus : ExprKind::Plus);
        add(*node, parseUnary(false));
    } else {
        node = parsePrimary();
    }
    node = parsePostfix(std::move(node));
    return withFilters ? parseFiltersAndTests(std::move(node)) : std::move(node);
}

ExpressionParser::Node ExpressionParser::parsePrimary()
{
    const Token &token = m_tokens.peek();
    auto literal = make(ExprKind::Literal);
    switch (token.type) {
    case TokenType::Name:
        return parseName();
    case TokenType::String: {
        std::string text;
        while (m_tokens.peek().type == TokenType::String) { // neighbours are joined
            text += m_tokens.next().text;
        }
        literal->value = Value(std::move(text));
        return literal;
    }
    case TokenType::Integer: {
        std::int64_t number = 0;
        const std::string &digits = m_tokens.next().text;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
            m_tokens.syntax("a number that is too large");
        }
        literal->value = Value(number);
        return literal;
    }
    case TokenType::Real: {
        double number = 0;
        const std::string &digits = m_tokens.next().text;
        if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
            m_tokens.syntax("a number that is too large");
        }
        literal->value = Value(number);
        return literal;
    }
    default:
        return parseBracketed();
    }
}

ExpressionParser::Node ExpressionParser::parseName()
{
    const std::string name = m_tokens.next().text;
    auto literal = make(ExprKind::Literal);
    if (name == "true" || name == "True") {
        literal->value = Value(true);
    } else if (name == "false" || name == "False") {
        literal->value = Value(false);
    } else if (name == "none" || name == "None") {
        literal->value = Value(None());
    } else {
        return make(ExprKind::Name, name);
    }
    return literal;
}

ExpressionParser::Node ExpressionParser::parseBracketed()
{
    if (m_tokens.takeOperator("(")) {
        if (m_tokens.takeOperator(")")) {
            return make(ExprKind::List);
        }
        Node node = tupleOf(parseCondition(), true);
        m_tokens.expectOperator(")");
        return node;
    }
    if (m_tokens.takeOperator("[")) {
        auto list = make(ExprKind::List);
        while (!m_tokens.takeOperator("]")) {
            if (!list->children.empty()) {
                m_tokens.expectOperator(",");
                if (m_tokens.takeOperator("]")) {
                    break;
                }
            }
            add(*list, parseCondition());
        }
        return list;
    }
    if (m_tokens.takeOperator("{")) {
        return parseDict();
    }
    m_tokens.syntax("expected an expression");
}

ExpressionParser::Node ExpressionParser::parseDict()
{
    auto dict = make(ExprKind::Dict);
    while (!m_tokens.takeOperator("}")) {
        if (!dict->children.empty()) {
            m_tokens.expectOperator(",");
            if (m_tokens.takeOperator("}")) {
                break;
            }
        }
        add(*dict, parseCondition());
        m_tokens.expectOperator(":");
        add(*dict, parseCondition());
    }
    return dict;
}

ExpressionParser::Node ExpressionParser::parsePostfix(Node node)
{
    for (;;) {
        if (m_tokens.takeOperator(".")) {
            const bool number = m_tokens.peek().type == TokenType::Integer;
            auto attribute = make(ExprKind::Attribute,
                                  number ? std::string() : m_tokens.expect(TokenType::Name, "a name").text);
            if (number) {
                attribute->kind = ExprKind::Item;
            }
            add(*attribute, std::move(node));
            if (number) {
                add(*attribute, parsePrimary());
            }
            node = std::move(attribute);
        } else if (m_tokens.takeOperator("[")) {
            node = parseSubscript(std::move(node));
        } else if (m_tokens.isOperator("(")) {
            auto call = make(ExprKind::Call);
            add(*call, std::move(node));
            parseArguments(*call);
            node = std::move(call);
        } else {
            return node;
        }
    }
}

ExpressionParser::Node ExpressionParser::parseSubscript(Node node)
{
    auto item = make(ExprKind::Item);
    add(*item, std::move(node));
    if (!m_tokens.isOperator(":")) {
        add(*item, parseCondition());
        if (m_tokens.takeOperator("]")) {
            return item;
        }
    } else {
        add(*item, nullptr);
    }
    item->kind = ExprKind::Slice;
    while (item->children.size() < 4 && m_tokens.takeOperator(":")) {
        const bool given = !m_tokens.isOperator(":") && !m_tokens.isOperator("]");
        add(*item, given ? parseCondition() : nullptr);
    }
    m_tokens.expectOperator("]");
    return item;
}

void ExpressionParser::parseArguments(Expr &call)
{
    m_tokens.expectOperator("(");
    bool first = true;
    while (!m_tokens.takeOperator(")")) {
        if (!first) {
            m_tokens.expectOperator(",");
            if (m_tokens.takeOperator(")")) {
                return;
            }
        }
        first = false;
        if (m_tokens.peek().type == TokenType::Name && m_tokens.isOperator("=", 1)) {
            std::string name = m_tokens.next().text;
            m_tokens.next();
            call.named.emplace_back(std::move(name), parseCondition());
            call.depth = std::max(call.depth, call.named.back().second->depth + 1);
        } else {
            add(call, parseCondition());
        }
    }
}

ExpressionParser::Node ExpressionParser::parseFiltersAndTests(Node node)
{
    for (;;) {
        if (m_tokens.takeOperator("|")) {
            node = parseFilter(std::move(node));
        } else if (m_tokens.takeName("is")) {
            node = parseTest(std::move(node));
        } else if (m_tokens.isOperator("(")) { // the result of a filter or test is called
            node = parsePostfix(std::move(node));
        } else {
            return node;
        }
    }
}

ExpressionParser::Node ExpressionParser::parseFilter(Node node)
{
    auto filter = make(ExprKind::Filter, m_tokens.expect(TokenType::Name, "a filter").text);
    add(*filter, std::move(node));
    if (m_tokens.isOperator("(")) {
        parseArguments(*filter);
    }
    return filter;
}

ExpressionParser::Node ExpressionParser::parseTest(Node node)
{
    const bool negated = m_tokens.takeName("not");
    auto test = make(ExprKind::Test, m_tokens.expect(TokenType::Name, "a test").text);
    add(*test, std::move(node));
    const Token &token = m_tokens.peek();
    const bool word = token.type == TokenType::Name && token.text != "else" && token.text != "or" &&
                      token.text != "and" && token.text != "is" && token.text != "if" && token.text != "in" &&
                      token.text != "not";
    if (m_tokens.isOperator("(")) {
        parseArguments(*test);
    } else if (word || token.type == TokenType::String || token.type == TokenType::Integer ||
               token.type == TokenType::Real || m_tokens.isOperator("[") || m_tokens.isOperator("{")) {
        add(*test, parsePostfix(parsePrimary()));
    }
    if (!negated) {
        return test;
    }
    auto inverse = make(ExprKind::Not);
    add(*inverse, std::move(test));
    return inverse;
}

} // namespace engine::jinja
