#include "engine/tokenizer/jinja_builtins.h"

#include <algorithm>
#include <map>

// The tests ("is defined") that chat templates use, as Jinja documents them.
namespace engine::jinja {

namespace {

bool isInteger(const Value &value, std::int64_t divisor, std::int64_t rest)
{
    return value.integer() && divisor != 0 && divisor != -1 &&
           (*value.integer() % divisor + divisor) % divisor == rest;
}

const Value &operand(const Args &args)
{
    if (args.positional.empty()) {
        refuse("the test needs a value to compare with");
    }
    return args.positional[0];
}

template <bool kLess, bool kSwap>
bool ordered(Interpreter &interpreter, const Value &value, Args &args)
{
    interpreter.spendOn(value);
    return (kSwap ? less(operand(args), value) : less(value, operand(args))) == kLess;
}

template <bool kEqual>
bool equals(Interpreter &interpreter, const Value &value, Args &args)
{
    interpreter.spendOn(value);
    return equal(value, operand(args)) == kEqual;
}

bool isIn(Interpreter &interpreter, const Value &value, Args &args)
{
    const List list = interpreter.elements(operand(args));
    interpreter.spendOn(operand(args));
    if (operand(args).text() && value.text()) {
        interpreter.spendOnSearch(*operand(args).text(), value.text()->size());
        return operand(args).text()->bytes().find(value.text()->bytes()) != std::string::npos;
    }
    return std::any_of(list.begin(), list.end(), [&](const Value &item) { return equal(item, value); });
}

template <char32_t (*kConvert)(char32_t, bool)>
bool hasCase(Interpreter &interpreter, const Value &value, Args &)
{
    const Text text = toText(value);
    return withCase(interpreter, text, kConvert).bytes() == text.bytes();
}

const std::map<std::string, Test> &tests()
{
    using I = Interpreter;
    using V = const Value;
    static const std::map<std::string, Test> kTests{
        {"defined", [](I &, V &value, Args &) { return !value.isUndefined(); }},
        {"undefined", [](I &, V &value, Args &) { return value.isUndefined(); }},
        {"none", [](I &, V &value, Args &) { return value.isNone(); }},
        {"string", [](I &, V &value, Args &) { return value.text() != nullptr; }},
        {"number", [](I &, V &value, Args &) { return value.isNumber(); }},
        {"integer", [](I &, V &value, Args &) { return value.integer() != nullptr; }},
        {"float", [](I &, V &value, Args &) { return value.real() != nullptr; }},
        {"boolean", [](I &, V &value, Args &) { return value.flag() != nullptr; }},
        {"true", [](I &, V &value, Args &) { return value.flag() && *value.flag(); }},
        {"false", [](I &, V &value, Args &) { return value.flag() && !*value.flag(); }},
        {"mapping", [](I &, V &value, Args &) { return value.dict() != nullptr; }},
        {"sequence", [](I &, V &value, Args &) { return value.list() || value.dict() || value.text(); }},
        {"iterable",
         [](I &, V &value, Args &) {
             return value.list() || value.dict() || value.text() || value.isUndefined();
         }},
        {"callable", [](I &, V &value, Args &) { return value.callable() != nullptr; }},
        {"odd", [](I &, V &value, Args &) { return isInteger(value, 2, 1); }},
        {"even", [](I &, V &value, Args &) { return isInteger(value, 2, 0); }},
        {"divisibleby",
         [](I &, V &value, Args &args) {
             return operand(args).integer() && isInteger(value, *operand(args).integer(), 0);
         }},
        {"equalto", equals<true>},
        {"eq", equals<true>},
        {"sameas", equals<true>},
        {"ne", equals<false>},
        {"lt", ordered<true, false>},
        {"lessthan", ordered<true, false>},
        {"gt", ordered<true, true>},
        {"greaterthan", ordered<true, true>},
        {"ge", ordered<false, false>},
        {"le", ordered<false, true>},
        {"in", isIn},
        {"lower", hasCase<lowerCase>},
        {"upper", hasCase<upperCase>},
    };
    return kTests;
}

} // namespace

Test findTest(const std::string &name)
{
    const auto found = tests().find(name);
    return found == tests().end() ? nullptr : found->second;
}

} // namespace engine::jinja
