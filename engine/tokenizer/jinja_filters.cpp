#include "engine/tokenizer/jinja_builtins.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

// The filters that chat templates use, as Jinja documents them.
namespace engine::jinja {

namespace {

Value trim(Interpreter &interpreter, const Value &value, Args &args)
{
    interpreter.spendOn(value);
    const bool given = args.get(0, "chars") && args.get(0, "chars")->text();
    return Value(
        trimmed(toText(value), given ? args.get(0, "chars")->text()->bytes() : std::string(), true, true));
}

Value length(Interpreter &interpreter, const Value &value, Args &)
{
    if (const List *list = value.list()) {
        return Value(std::int64_t(list->size()));
    }
    if (const Dict *dict = value.dict()) {
        return Value(std::int64_t(dict->size()));
    }
    if (const Text *text = value.text()) {
        interpreter.spendOn(*text);
        return Value(std::int64_t(characterOffsets(text->bytes()).size() - 1));
    }
    if (value.isUndefined()) {
        return Value(std::int64_t(0));
    }
    refuse("object of type '" + typeName(value) + "' has no len()");
}

Value fallback(Interpreter &, const Value &value, Args &args)
{
    const Value *given = args.get(0, "default_value");
    const Value *alsoFalse = args.get(1, "boolean");
    const bool missing = value.isUndefined() || (alsoFalse && alsoFalse->truthy() && !value.truthy());
    return !missing ? value : given ? *given : Value(Text());
}

/// What `attribute="a.b"` asks of an element.
Value attributeOf(Interpreter &interpreter, const Value &element, const Value &path)
{
    if (!path.text()) {
        return interpreter.item(element, path);
    }
    const std::string &names = path.text()->bytes();
    Value value = element;
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find('.', begin), names.size());
        interpreter.spend(1);
        value = interpreter.item(value, Value(names.substr(begin, end - begin)));
        begin = end + 1;
    }
    return value;
}

Value join(Interpreter &interpreter, const Value &value, Args &args)
{
    List items = interpreter.elements(value);
    if (const Value *attribute = args.get(1, "attribute")) {
        for (Value &item : items) {
            item = attributeOf(interpreter, item, *attribute);
        }
    }
    const Value *separator = args.get(0, "d");
    return Value(joined(interpreter, items, separator ? toText(*separator) : Text()));
}

Value tojson(Interpreter &interpreter, const Value &value, Args &args)
{
    interpreter.spend(4 * value.weight());
    const Value *indent = args.get(args.positional.size(), "indent");
    indent = indent ? indent : args.get(0, "indent");
    const std::int64_t width = indent && indent->integer() ? *indent->integer() : -1;
    Text json = toJson(value, int(std::clamp<std::int64_t>(width, -1, 16)));
    interpreter.spendOn(json);
    return Value(std::move(json));
}

template <char32_t (*kConvert)(char32_t, bool)>
Value changeCase(Interpreter &interpreter, const Value &value, Args &)
{
    return Value(withCase(interpreter, toText(value), kConvert));
}

Value capitalize(Interpreter &interpreter, const Value &value, Args &)
{
    const Text text = toText(value);
    const auto offsets = characterOffsets(text.bytes());
    const std::size_t first = offsets.size() > 1 ? offsets[1] : 0;
    Text out = withCase(interpreter, text.slice(0, first), upperCase);
    out.append(withCase(interpreter, text.slice(first, text.size()), lowerCase));
    return Value(std::move(out));
}

Value replace(Interpreter &interpreter, const Value &value, Args &args)
{
    const Value *count = args.get(2, "count");
    return Value(
        replaced(interpreter, toText(value), textArg(args, 0, "old"), textArg(args, 1, "new"),
                 count && count->integer() ? *count->integer() : std::numeric_limits<std::int64_t>::max()));
}

Value first(Interpreter &interpreter, const Value &value, Args &)
{
    const List items = interpreter.elements(value);
    return items.empty() ? Value(Undefined{"No first item, sequence was empty."}) : items.front();
}

Value last(Interpreter &interpreter, const Value &value, Args &)
{
    const List items = interpreter.elements(value);
    return items.empty() ? Value(Undefined{"No last item, sequence was empty."}) : items.back();
}

Value toList(Interpreter &interpreter, const Value &value, Args &)
{
    return Value(interpreter.elements(value));
}

Value toString(Interpreter &interpreter, const Value &value, Args &)
{
    interpreter.spendOn(value);
    return Value(toText(value));
}

double asReal(const Value &value)
{
    if (const auto *flag = value.flag()) {
        return *flag ? 1 : 0;
    }
    if (const auto *integer = value.integer()) {
        return double(*integer);
    }
    return value.real() ? *value.real() : 0;
}

Value toReal(Interpreter &interpreter, const Value &value, Args &args)
{
    interpreter.spendOn(value);
    if (const Text *text = value.text()) {
        const std::string bytes = trimmed(*text, {}, true, true).bytes();
        double number = 0;
        const auto end = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
        if (end.ec != std::errc() || end.ptr != bytes.data() + bytes.size()) {
            const Value *given = args.get(0, "default");
            return given ? *given : Value(0.0);
        }
        return Value(number);
    }
    return Value(asReal(value));
}

Value toInteger(Interpreter &interpreter, const Value &value, Args &args)
{
    if (value.integer()) {
        return value;
    }
    const Value real = toReal(interpreter, value, args);
    if (!real.real()) {
        return real; // the default
    }
    const bool fits = std::abs(*real.real()) < 0x1p62;
    return Value(fits ? std::int64_t(*real.real()) : std::int64_t(0));
}

Value absolute(Interpreter &, const Value &value, Args &)
{
    if (value.integer() && *value.integer() != std::numeric_limits<std::int64_t>::min()) {
        return Value(std::abs(*value.integer()));
    }
    return Value(std::abs(asReal(value)));
}

Value roundValue(Interpreter &, const Value &value, Args &args)
{
    const Value *digits = args.get(0, "precision");
    const double power = std::pow(10.0, digits && digits->integer()
                                            ? double(std::clamp<std::int64_t>(*digits->integer(), -15, 15))
                                            : 0.0);
    const Value *method = args.get(1, "method");
    const std::string how = method && method->text() ? method->text()->bytes() : "common";
    const double scaled = asReal(value) * power;
    return Value((how == "ceil"    ? std::ceil(scaled)
                  : how == "floor" ? std::floor(scaled)
                                   : std::nearbyint(scaled)) /
                 power);
}

Value sum(Interpreter &interpreter, const Value &value, Args &)
{
    std::int64_t whole = 0;
    double real = 0;
    bool allWhole = true;
    for (const Value &item : interpreter.elements(value)) {
        allWhole = allWhole && item.integer() && !__builtin_add_overflow(whole, *item.integer(), &whole);
        real += asReal(item);
    }
    return allWhole ? Value(whole) : Value(real);
}

template <bool kGreatest>
Value extreme(Interpreter &interpreter, const Value &value, Args &)
{
    const List items = interpreter.elements(value);
    interpreter.spendOn(value);
    if (items.empty()) {
        return Value(Undefined{"No aggregated item, sequence was empty."});
    }
    const auto found = kGreatest ? std::max_element(items.begin(), items.end(), less)
                                 : std::min_element(items.begin(), items.end(), less);
    return *found;
}

Value sorted(Interpreter &interpreter, const Value &value, Args &args)
{
    List items = interpreter.elements(value);
    interpreter.spend(20 * value.weight());
    const Value *attribute = args.get(2, "attribute");
    const Value *reverse = args.get(0, "reverse");
    std::vector<std::pair<Value, Value>> keyed;
    for (const Value &item : items) {
        const Value key = attribute ? attributeOf(interpreter, item, *attribute) : item;
        // As Jinja does it: without regard to case.
        keyed.emplace_back(key.text() ? Value(withCase(interpreter, *key.text(), lowerCase)) : key, item);
    }
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const auto &a, const auto &b) { return less(a.first, b.first); });
    if (reverse && reverse->truthy()) {
        std::reverse(keyed.begin(), keyed.end());
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i] = keyed[i].second;
    }
    return Value(std::move(items));
}

Value unique(Interpreter &interpreter, const Value &value, Args &)
{
    List kept;
    for (const Value &item : interpreter.elements(value)) {
        interpreter.spend(kept.size() * item.weight());
        if (std::none_of(kept.begin(), kept.end(), [&](const Value &other) { return equal(item, other); })) {
            kept.push_back(item);
        }
    }
    return Value(std::move(kept));
}

Value reversed(Interpreter &interpreter, const Value &value, Args &)
{
    List items = interpreter.elements(value);
    std::reverse(items.begin(), items.end());
    return value.text() ? Value(joined(interpreter, items, Text())) : Value(std::move(items));
}

Value map(Interpreter &interpreter, const Value &value, Args &args)
{
    List items = interpreter.elements(value);
    const Value *attribute = args.get(args.positional.size(), "attribute");
    const Value *otherwise = args.get(args.positional.size(), "default");
    const std::string filter = attribute ? std::string() : textArg(args, 0, "filter").bytes();
    Args rest;
    if (!attribute) {
        rest.positional.assign(args.positional.begin() + (args.positional.empty() ? 0 : 1),
                               args.positional.end());
        rest.named = args.named;
    }
    for (Value &item : items) {
        item = attribute ? attributeOf(interpreter, item, *attribute)
                         : interpreter.applyFilter(filter, item, rest);
        if (item.isUndefined() && otherwise) {
            item = *otherwise;
        }
    }
    return Value(std::move(items));
}

/// select, reject, selectattr, rejectattr.
template <bool kKeep, bool kByAttribute>
Value select(Interpreter &interpreter, const Value &value, Args &args)
{
    constexpr std::size_t kTestAt = kByAttribute ? 1 : 0;
    const Value *test = args.positional.size() > kTestAt ? &args.positional[kTestAt] : nullptr;
    const Value attribute = kByAttribute && !args.positional.empty() ? args.positional[0] : Value();
    Args rest;
    if (args.positional.size() > kTestAt + 1) {
        rest.positional.assign(args.positional.begin() + kTestAt + 1, args.positional.end());
    }
    List kept;
    for (const Value &item : interpreter.elements(value)) {
        const Value tested = kByAttribute ? attributeOf(interpreter, item, attribute) : item;
        const bool passes = test && test->text() ? interpreter.applyTest(test->text()->bytes(), tested, rest)
                                                 : tested.truthy();
        if (passes == kKeep) {
            kept.push_back(item);
        }
    }
    return Value(std::move(kept));
}

Value items(Interpreter &interpreter, const Value &value, Args &)
{
    List pairs;
    if (const Dict *dict = value.dict()) {
        interpreter.spendOn(value);
        for (const auto &[key, item] : *dict) {
            pairs.emplace_back(List{Value(key), item});
        }
    } else if (!value.isUndefined()) {
        refuse("Can only get item pairs from a mapping.");
    }
    return Value(std::move(pairs));
}

Value dictsort(Interpreter &interpreter, const Value &value, Args &args)
{
    List pairs = *items(interpreter, value, args).list();
    interpreter.spend(20 * value.weight());
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Value &a, const Value &b) { return less((*a.list())[0], (*b.list())[0]); });
    return Value(std::move(pairs));
}

Value indent(Interpreter &interpreter, const Value &value, Args &args)
{
    const Value *width = args.get(0, "width");
    const Value *firstToo = args.get(1, "first");
    const std::string spaces =
        width && width->text()
            ? width->text()->bytes()
            : std::string(std::size_t(width && width->integer()
                                          ? std::clamp<std::int64_t>(*width->integer(), 0, 80)
                                          : 4),
                          ' ');
    const Text text = toText(value);
    interpreter.spend(text.size());
    Text out(firstToo && firstToo->truthy() ? spaces : std::string());
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.bytes().find('\n', begin), text.size() - 1) + 1;
        out.append(text.slice(begin, end));
        const bool blank = end >= text.size() || text.bytes()[end] == '\n';
        if (text.bytes()[end - 1] == '\n' && !blank) {
            out.append(spaces);
        }
        begin = end;
    }
    interpreter.spendOn(out);
    return Value(std::move(out));
}

Value escape(Interpreter &interpreter, const Value &value, Args &)
{
    static const std::map<char, std::string_view> kEscapes{
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&#34;"}, {'\'', "&#39;"}};
    const Text text = toText(value);
    interpreter.spend(text.size());
    Text out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto found = kEscapes.find(text.bytes()[i]);
        out.append(found == kEscapes.end() ? std::string_view(&text.bytes()[i], 1) : found->second,
                   text.sourceOf(i));
    }
    return Value(std::move(out));
}

Value unchanged(Interpreter &, const Value &value, Args &)
{
    return value;
}

const std::map<std::string, Filter> &filters()
{
    static const std::map<std::string, Filter> kFilters{
        {"trim", trim},
        {"length", length},
        {"count", length},
        {"default", fallback},
        {"d", fallback},
        {"join", join},
        {"tojson", tojson},
        {"upper", changeCase<upperCase>},
        {"lower", changeCase<lowerCase>},
        {"title", changeCase<firstUpperCase>},
        {"capitalize", capitalize},
        {"replace", replace},
        {"first", first},
        {"last", last},
        {"list", toList},
        {"string", toString},
        {"float", toReal},
        {"int", toInteger},
        {"abs", absolute},
        {"round", roundValue},
        {"sum", sum},
        {"min", extreme<false>},
        {"max", extreme<true>},
        {"sort", sorted},
        {"unique", unique},
        {"reverse", reversed},
        {"map", map},
        {"select", select<true, false>},
        {"reject", select<false, false>},
        {"selectattr", select<true, true>},
        {"rejectattr", select<false, true>},
        {"items", items},
        {"dictsort", dictsort},
        {"indent", indent},
        {"escape", escape},
        {"e", escape},
        {"safe", unchanged},
    };
    return kFilters;
}

} // namespace

Filter findFilter(const std::string &name)
{
    const auto found = filters().find(name);
    return found == filters().end() ? nullptr : found->second;
}

} // namespace engine::jinja
