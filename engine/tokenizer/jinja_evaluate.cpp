#include "engine/tokenizer/jinja_builtins.h"
#include "engine/tokenizer/jinja_interpreter.h"

#include <algorithm>
#include <cmath>
#include <limits>

// The expressions of Interpreter: names, members, calls, slices. Its operators are in jinja_operators.cpp.
namespace engine::jinja {

namespace {

[[noreturn]] void undefined(const Value &value)
{
    throw Failure{Failure::Kind::Undefined, value.hint()};
}

Value loopAttribute(const Loop &loop, const std::string &name)
{
    const auto index = std::int64_t(loop.index);
    const auto length = std::int64_t(loop.items.size());
    if (name == "index") {
        return Value(index + 1);
    }
    if (name == "index0") {
        return Value(index);
    }
    if (name == "revindex") {
        return Value(length - index);
    }
    if (name == "revindex0") {
        return Value(length - index - 1);
    }
    if (name == "first") {
        return Value(index == 0);
    }
    if (name == "last") {
        return Value(index + 1 == length);
    }
    if (name == "length") {
        return Value(length);
    }
    if (name == "depth") {
        return Value(std::int64_t(loop.depth + 1));
    }
    if (name == "depth0") {
        return Value(std::int64_t(loop.depth));
    }
    if (name == "previtem" && index > 0) {
        return loop.items[loop.index - 1];
    }
    if (name == "nextitem" && index + 1 < length) {
        return loop.items[loop.index + 1];
    }
    if (name == "cycle") {
        return Value(Callable([index](Interpreter &, Args &args) {
            return args.positional.empty() ? Value()
                                           : args.positional[std::size_t(index) % args.positional.size()];
        }));
    }
    return Value(Undefined{"'LoopContext' object has no attribute '" + name + "'"});
}

/// Python's bounds of a slice with a step; where they begin and how many elements there are.
struct Stride
{
    std::int64_t first, step, count;
};

Stride strideOf(std::optional<std::int64_t> from, std::optional<std::int64_t> to, std::int64_t step,
                std::int64_t length)
{
    const std::int64_t lowest = step < 0 ? -1 : 0;
    const std::int64_t highest = step < 0 ? length - 1 : length;
    const auto bound = [&](std::optional<std::int64_t> given, std::int64_t fallback) {
        if (!given) {
            return fallback;
        }
        const std::int64_t at = *given < 0 ? *given + length : *given;
        return std::clamp(at, lowest, highest);
    };
    const std::int64_t first = bound(from, step < 0 ? highest : lowest);
    const std::int64_t last = bound(to, step < 0 ? lowest : highest);
    const std::int64_t distance = step < 0 ? first - last : last - first;
    const std::int64_t width = step < 0 ? -step : step;
    return {first, step, distance <= 0 ? 0 : (distance - 1) / width + 1};
}

} // namespace

Value Interpreter::evaluate(const Expr &expr)
{
    const Level level(*this);
    spend(1);
    switch (expr.kind) {
    case ExprKind::Literal:
        return expr.value;
    case ExprKind::Name:
        return evaluateName(expr.name);
    case ExprKind::List: {
        List list;
        for (const ExprPtr &child : expr.children) {
            list.push_back(evaluate(*child));
        }
        return Value(std::move(list));
    }
    case ExprKind::Dict:
        return evaluateDict(expr);
    case ExprKind::Attribute:
        return attribute(evaluate(*expr.children[0]), expr.name);
    case ExprKind::Item: {
        const Value container = evaluate(*expr.children[0]);
        return item(container, evaluate(*expr.children[1]));
    }
    case ExprKind::Slice:
        return evaluateSlice(expr);
    case ExprKind::Call: {
        const Value callee = evaluate(*expr.children[0]);
        Args args = evaluateArgs(expr);
        return call(callee, args);
    }
    case ExprKind::Filter: {
        const Value value = evaluate(*expr.children[0]);
        Args args = evaluateArgs(expr);
        return applyFilter(expr.name, value, args);
    }
    case ExprKind::Test: {
        const Value value = evaluate(*expr.children[0]);
        Args args = evaluateArgs(expr);
        return Value(applyTest(expr.name, value, args));
    }
    case ExprKind::Not:
        return Value(!evaluate(*expr.children[0]).truthy());
    case ExprKind::Minus:
    case ExprKind::Plus:
        return evaluateSign(expr);
    case ExprKind::Binary:
        return evaluateBinary(expr);
    case ExprKind::And: {
        Value left = evaluate(*expr.children[0]);
        return left.truthy() ? evaluate(*expr.children[1]) : left;
    }
    case ExprKind::Or: {
        Value left = evaluate(*expr.children[0]);
        return left.truthy() ? left : evaluate(*expr.children[1]);
    }
    case ExprKind::Compare:
        return Value(evaluateCompare(expr));
    case ExprKind::Conditional:
        if (evaluate(*expr.children[0]).truthy()) {
            return evaluate(*expr.children[1]);
        }
        return expr.children[2] ? evaluate(*expr.children[2]) : Value();
    }
    return {};
}

Value Interpreter::evaluateName(const std::string &name)
{
    for (std::size_t i = m_scopes.size(); i-- > 0;) {
        if (i >= 2 && i < m_barriers.back()) {
            continue;
        }
        const auto found = m_scopes[i].find(name);
        if (found != m_scopes[i].end()) {
            return found->second;
        }
    }
    Value function = findFunction(name);
    return function.isUndefined() ? Value(Undefined{"'" + name + "' is undefined"}) : function;
}

Value Interpreter::evaluateDict(const Expr &expr)
{
    Dict dict;
    for (std::size_t i = 0; i + 1 < expr.children.size(); i += 2) {
        const Value key = evaluate(*expr.children[i]);
        if (!key.text()) {
            refuse("only strings can be keys");
        }
        Value value = evaluate(*expr.children[i + 1]);
        spend(dict.size() / 8);
        const auto same = std::find_if(dict.begin(), dict.end(), [&](const auto &item) {
            return item.first.bytes() == key.text()->bytes();
        });
        if (same != dict.end()) {
            same->second = std::move(value);
        } else {
            dict.emplace_back(*key.text(), std::move(value));
        }
    }
    return Value(std::move(dict));
}

Args Interpreter::evaluateArgs(const Expr &expr)
{
    Args args;
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
        args.positional.push_back(evaluate(*expr.children[i]));
    }
    for (const auto &[name, value] : expr.named) {
        args.named.emplace_back(name, evaluate(*value));
    }
    return args;
}

Value Interpreter::attribute(const Value &value, const std::string &name)
{
    if (value.isUndefined()) {
        undefined(value);
    }
    if (const Namespace *names = value.names()) {
        for (const auto &[key, kept] : names->values) {
            if (key == name) {
                return kept;
            }
        }
    } else if (value.loop()) {
        return loopAttribute(*value.loop(), name);
    } else {
        if (const Value method = findMethod(value, name); !method.isUndefined()) {
            return method;
        }
        if (value.dict()) {
            spend(value.dict()->size() / 8);
            if (const Value *found = value.find(name)) {
                return *found;
            }
        }
    }
    return Value(Undefined{"'" + typeName(value) + " object' has no attribute '" + name + "'"});
}

Value Interpreter::item(const Value &value, const Value &key)
{
    if (value.isUndefined()) {
        undefined(value);
    }
    if (key.text()) {
        spendOn(key);
        if (const Value *found = value.find(key.text()->bytes())) {
            return *found;
        }
        // What came from a message must not get into an error.
        return attribute(value, key.text()->ranges().empty() ? key.text()->bytes() : "(...)");
    }
    const auto index = wholeNumber(key);
    if (index && value.list()) {
        const auto length = std::int64_t(value.list()->size());
        const std::int64_t at = *index < 0 ? *index + length : *index;
        if (at >= 0 && at < length) {
            return (*value.list())[std::size_t(at)];
        }
    } else if (index && value.text()) {
        spendOn(*value.text());
        const auto offsets = characterOffsets(value.text()->bytes());
        const auto length = std::int64_t(offsets.size()) - 1;
        const std::int64_t at = *index < 0 ? *index + length : *index;
        if (at >= 0 && at < length) {
            return Value(value.text()->slice(offsets[std::size_t(at)], offsets[std::size_t(at) + 1]));
        }
    }
    const std::string shown = index ? std::to_string(*index) : "of type " + typeName(key);
    return Value(Undefined{typeName(value) + " object has no element " + shown});
}

Value Interpreter::evaluateSlice(const Expr &expr)
{
    const Value value = evaluate(*expr.children[0]);
    std::optional<std::int64_t> bounds[3];
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
        if (!expr.children[i]) {
            continue;
        }
        const Value bound = evaluate(*expr.children[i]);
        if (bound.isNone()) {
            continue;
        }
        bounds[i - 1] = wholeNumber(bound);
        if (!bounds[i - 1]) {
            refuse("slice indices must be integers");
        }
        // Far outside is outside: keeps the arithmetic below in range.
        bounds[i - 1] =
            std::clamp<std::int64_t>(*bounds[i - 1], -(std::int64_t(1) << 40), std::int64_t(1) << 40);
    }
    const std::int64_t step = bounds[2].value_or(1);
    if (step == 0) {
        refuse("slice step cannot be zero");
    }
    if (value.isUndefined()) {
        undefined(value);
    }
    if (const Text *text = value.text()) {
        const auto offsets = characterOffsets(text->bytes());
        const Stride stride = strideOf(bounds[0], bounds[1], step, std::int64_t(offsets.size()) - 1);
        spendOn(*text);
        if (step == 1) {
            const auto first = std::size_t(stride.first);
            return Value(stride.count == 0
                             ? Text()
                             : text->slice(offsets[first], offsets[first + std::size_t(stride.count)]));
        }
        spend(std::size_t(stride.count) * (1 + text->ranges().size()));
        Text out;
        for (std::int64_t i = 0; i < stride.count; ++i) {
            const auto at = std::size_t(stride.first + i * step);
            out.append(text->slice(offsets[at], offsets[at + 1]));
        }
        return Value(std::move(out));
    }
    if (!value.list()) {
        refuse("'" + typeName(value) + "' object cannot be sliced");
    }
    const Stride stride = strideOf(bounds[0], bounds[1], step, std::int64_t(value.list()->size()));
    spend(std::size_t(stride.count));
    List list;
    for (std::int64_t i = 0; i < stride.count; ++i) {
        list.push_back((*value.list())[std::size_t(stride.first + i * step)]);
    }
    return Value(std::move(list));
}

} // namespace engine::jinja
