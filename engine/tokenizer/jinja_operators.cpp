#include "engine/tokenizer/jinja_builtins.h"
#include "engine/tokenizer/jinja_interpreter.h"

#include <algorithm>
#include <cmath>
#include <limits>

// The operators of Interpreter: arithmetic as Python does it, comparisons, "in".
namespace engine::jinja {

namespace {

[[noreturn]] void undefined(const Value &value)
{
    throw Failure{Failure::Kind::Undefined, value.hint()};
}

double realNumber(const Value &value)
{
    const auto whole = wholeNumber(value);
    return whole ? double(*whole) : *value.real();
}

Value integerResult(const std::string &op, std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    bool overflow = false;
    if (op == "+") {
        overflow = __builtin_add_overflow(a, b, &result);
    } else if (op == "-") {
        overflow = __builtin_sub_overflow(a, b, &result);
    } else if (op == "*") {
        overflow = __builtin_mul_overflow(a, b, &result);
    } else if (op == "**") {
        if (b < 0) {
            return Value(std::pow(double(a), double(b)));
        }
        if (a >= -1 && a <= 1) {
            return Value(b % 2 == 0 ? std::int64_t(a != 0 || b == 0) : a);
        }
        result = 1;
        for (; b > 0 && !overflow; --b) {
            overflow = __builtin_mul_overflow(result, a, &result);
        }
    } else if (b == 0) {
        refuse("division by zero");
    } else if (a == std::numeric_limits<std::int64_t>::min() && b == -1) {
        overflow = op == "//";
    } else { // Python rounds down
        const std::int64_t rest = a % b;
        const bool adjust = rest != 0 && (rest < 0) != (b < 0);
        result = op == "//" ? a / b - (adjust ? 1 : 0) : rest + (adjust ? b : 0);
    }
    if (overflow) {
        refuse("a number that is too large");
    }
    return Value(result);
}

Value realResult(const std::string &op, double a, double b)
{
    if (op == "+") {
        return Value(a + b);
    }
    if (op == "-") {
        return Value(a - b);
    }
    if (op == "*") {
        return Value(a * b);
    }
    if (op == "**") {
        return Value(std::pow(a, b));
    }
    if (b == 0) {
        refuse("division by zero");
    }
    if (op == "/") {
        return Value(a / b);
    }
    const double quotient = std::floor(a / b);
    return Value(op == "//" ? quotient : a - quotient * b);
}

} // namespace

std::optional<std::int64_t> wholeNumber(const Value &value)
{
    if (const auto *flag = value.flag()) {
        return *flag ? 1 : 0;
    }
    return value.integer() ? std::optional(*value.integer()) : std::nullopt;
}

Value Interpreter::evaluateSign(const Expr &expr)
{
    const Value value = evaluate(*expr.children[0]);
    if (value.isUndefined()) {
        undefined(value);
    }
    if (!value.isNumber()) {
        refuse("bad operand for a sign: '" + typeName(value) + "'");
    }
    if (expr.kind == ExprKind::Plus) {
        return value;
    }
    const auto whole = wholeNumber(value);
    return whole ? integerResult("-", 0, *whole) : Value(-*value.real());
}

Value Interpreter::evaluateBinary(const Expr &expr)
{
    const Value left = evaluate(*expr.children[0]);
    const Value right = evaluate(*expr.children[1]);
    const std::string &op = expr.name;
    const bool join = op == "~" || (op == "+" && left.text() && right.text());
    if (join) {
        spendOn(left);
        spendOn(right);
        Text out = toText(left);
        const Text tail = toText(right);
        out.append(tail);
        return Value(std::move(out));
    }
    if (left.isUndefined() || right.isUndefined()) {
        undefined(left.isUndefined() ? left : right);
    }
    if (left.isNumber() && right.isNumber()) {
        const auto a = wholeNumber(left);
        const auto b = wholeNumber(right);
        return a && b && op != "/" ? integerResult(op, *a, *b)
                                   : realResult(op, realNumber(left), realNumber(right));
    }
    if (op == "+" && left.list() && right.list()) {
        spend(left.list()->size() + right.list()->size());
        List list = *left.list();
        list.insert(list.end(), right.list()->begin(), right.list()->end());
        return Value(std::move(list));
    }
    if (op == "*" && left.text() && right.integer()) {
        const std::int64_t times = std::max<std::int64_t>(*right.integer(), 0);
        Text out;
        for (std::int64_t i = 0; i < times; ++i) {
            spendOn(*left.text());
            out.append(*left.text());
        }
        return Value(std::move(out));
    }
    refuse("unsupported operands for " + op + ": '" + typeName(left) + "' and '" + typeName(right) + "'");
}

bool Interpreter::evaluateCompare(const Expr &expr)
{
    Value left = evaluate(*expr.children[0]);
    for (std::size_t i = 0; i < expr.operators.size(); ++i) {
        Value right = evaluate(*expr.children[i + 1]);
        if (!evaluateComparison(expr.operators[i], left, right)) {
            return false;
        }
        left = std::move(right);
    }
    return true;
}

bool Interpreter::evaluateComparison(const std::string &op, const Value &left, const Value &right)
{
    if (op == "in" || op == "not in") {
        return contains(right, left) == (op == "in");
    }
    spend(std::min(left.weight(), right.weight()));
    if (op == "==" || op == "!=") {
        return equal(left, right) == (op == "==");
    }
    if (left.isUndefined() || right.isUndefined()) {
        undefined(left.isUndefined() ? left : right);
    }
    if (op == "<") {
        return less(left, right);
    }
    if (op == ">") {
        return less(right, left);
    }
    return op == "<=" ? !less(right, left) : !less(left, right);
}

bool Interpreter::contains(const Value &container, const Value &value)
{
    if (const Text *text = container.text()) {
        if (!value.text()) {
            refuse("'in <string>' requires string as left operand, not " + typeName(value));
        }
        spendOnSearch(*text, value.text()->size());
        return text->bytes().find(value.text()->bytes()) != std::string::npos;
    }
    if (container.dict()) {
        spend(container.dict()->size());
        return value.text() && container.find(value.text()->bytes());
    }
    if (const List *list = container.list()) {
        spendOn(container);
        return std::any_of(list->begin(), list->end(),
                           [&](const Value &element) { return equal(element, value); });
    }
    if (container.isUndefined()) {
        return false;
    }
    refuse("'" + typeName(container) + "' object is not iterable");
}

} // namespace engine::jinja
