#include "engine/tokenizer/jinja_builtins.h"

#include <utf8proc.h>

#include <algorithm>
#include <limits>
#include <map>

// Global functions, and the methods of strings, lists and dicts that only read.
namespace engine::jinja {

namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

using Method = Value (*)(Interpreter &interpreter, const Value &self, Args &args);

std::int64_t integerArg(const Args &args, std::size_t position, std::string_view name, std::int64_t fallback)
{
    const Value *value = args.get(position, name);
    return value && value->integer() ? *value->integer() : fallback;
}

template <bool kLeft, bool kRight>
Value strip(Interpreter &interpreter, const Value &self, Args &args)
{
    interpreter.spendOn(self);
    const Value *characters = args.get(0, "chars");
    return Value(trimmed(*self.text(),
                         characters && characters->text() ? characters->text()->bytes() : std::string(),
                         kLeft, kRight));
}

/// split() without a separator: at runs of white space, none at the ends.
List words(const Text &text, std::int64_t most)
{
    List parts;
    Text rest = trimmed(text, {}, true, false);
    while (rest.size() > 0) {
        std::size_t end = 0;
        while (end < rest.size() && trimmed(rest.slice(end, end + 1), {}, true, false).size() > 0) {
            ++end;
        }
        if (std::int64_t(parts.size()) == most) {
            parts.emplace_back(trimmed(rest, {}, false, true));
            break;
        }
        parts.emplace_back(rest.slice(0, end));
        rest = trimmed(rest.slice(end, rest.size()), {}, true, false);
    }
    return parts;
}

Value split(Interpreter &interpreter, const Value &self, Args &args)
{
    const Text &text = *self.text();
    const Value *separator = args.get(0, "sep");
    const std::int64_t given = integerArg(args, 1, "maxsplit", -1);
    const std::int64_t most = given < 0 ? kAll : given;
    if (!separator || !separator->text()) {
        interpreter.spend(text.size() * (1 + text.size() / 1024));
        return Value(words(text, most));
    }
    const std::string &mark = separator->text()->bytes();
    if (mark.empty()) {
        refuse("empty separator");
    }
    interpreter.spendOnSearch(text, separator->text()->size());
    List parts;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end =
            std::int64_t(parts.size()) == most ? std::string::npos : text.bytes().find(mark, begin);
        interpreter.spend(1 + text.ranges().size());
        if (end == std::string::npos) {
            parts.emplace_back(text.slice(begin, text.size()));
            return Value(std::move(parts));
        }
        parts.emplace_back(text.slice(begin, end));
        begin = end + mark.size();
    }
}

Value splitFromRight(Interpreter &interpreter, const Value &self, Args &args)
{
    const std::int64_t given = integerArg(args, 1, "maxsplit", -1);
    const std::string mark = textArg(args, 0, "sep").bytes();
    Args all;
    all.positional.emplace_back(mark);
    const List parts = *split(interpreter, self, all).list();
    const auto extra = std::int64_t(parts.size()) - 1 - given;
    if (given < 0 || extra <= 0) {
        return Value(parts);
    }
    const List head(parts.begin(), parts.begin() + extra + 1);
    List result{Value(joined(interpreter, head, Text(mark)))};
    result.insert(result.end(), parts.begin() + extra + 1, parts.end());
    return Value(std::move(result));
}

Value splitlines(Interpreter &interpreter, const Value &self, Args &)
{
    const Text &text = *self.text();
    List lines;
    for (std::size_t begin = 0; begin < text.size();) {
        interpreter.spend(1 + text.ranges().size());
        const std::size_t end = std::min(text.bytes().find('\n', begin), text.size());
        lines.emplace_back(text.slice(begin, end));
        begin = end + 1;
    }
    return Value(std::move(lines));
}

template <bool kStart>
Value startsOrEnds(Interpreter &interpreter, const Value &self, Args &args)
{
    const auto matches = [&](const Value &part) {
        interpreter.spendOn(part);
        const std::string &bytes = self.text()->bytes();
        return part.text() &&
               (kStart ? bytes.starts_with(part.text()->bytes()) : bytes.ends_with(part.text()->bytes()));
    };
    const Value *part = args.get(0, "prefix");
    if (part && part->list()) {
        interpreter.spendOn(*part);
        return Value(std::any_of(part->list()->begin(), part->list()->end(), matches));
    }
    return Value(part && matches(*part));
}

template <bool kStart>
Value remove(Interpreter &interpreter, const Value &self, Args &args)
{
    const Text &text = *self.text();
    const std::string &part = textArg(args, 0, "prefix").bytes();
    interpreter.spendOn(text);
    if (kStart ? text.bytes().starts_with(part) : text.bytes().ends_with(part)) {
        return Value(kStart ? text.slice(part.size(), text.size())
                            : text.slice(0, text.size() - part.size()));
    }
    return self;
}

Value replaceMethod(Interpreter &interpreter, const Value &self, Args &args)
{
    const std::int64_t count = integerArg(args, 2, "count", -1);
    return Value(replaced(interpreter, *self.text(), textArg(args, 0, "old"), textArg(args, 1, "new"),
                          count < 0 ? kAll : count));
}

template <bool kLast>
Value find(Interpreter &interpreter, const Value &self, Args &args)
{
    const std::string &bytes = self.text()->bytes();
    const std::string &part = textArg(args, 0, "sub").bytes();
    interpreter.spendOnSearch(*self.text(), part.size());
    const std::size_t at = kLast ? bytes.rfind(part) : bytes.find(part);
    if (at == std::string::npos) {
        return Value(std::int64_t(-1));
    }
    return Value(std::int64_t(characterOffsets(std::string_view(bytes).substr(0, at)).size() - 1));
}

Value countMethod(Interpreter &interpreter, const Value &self, Args &args)
{
    Args separator;
    separator.positional.emplace_back(textArg(args, 0, "sub"));
    return Value(std::int64_t(split(interpreter, self, separator).list()->size() - 1));
}

Value joinMethod(Interpreter &interpreter, const Value &self, Args &args)
{
    const Value *items = args.get(0, "iterable");
    return Value(joined(interpreter, interpreter.elements(items ? *items : Value()), *self.text()));
}

template <bool (*kIs)(utf8proc_category_t)>
Value allAre(Interpreter &interpreter, const Value &self, Args &)
{
    interpreter.spend(self.text()->size());
    const auto *at = reinterpret_cast<const utf8proc_uint8_t *>(self.text()->bytes().data());
    auto left = utf8proc_ssize_t(self.text()->size());
    bool all = left > 0;
    while (all && left > 0) {
        utf8proc_int32_t c = 0;
        const utf8proc_ssize_t size = utf8proc_iterate(at, left, &c);
        all = size > 0 && kIs(utf8proc_category(c));
        at += size;
        left -= size;
    }
    return Value(all);
}

bool isDigitCategory(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_ND;
}

bool isLetterCategory(utf8proc_category_t category)
{
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool isLetterOrDigitCategory(utf8proc_category_t category)
{
    return isDigitCategory(category) || isLetterCategory(category);
}

template <const char *kName>
Value asFilter(Interpreter &interpreter, const Value &self, Args &args)
{
    return interpreter.applyFilter(kName, self, args);
}

constexpr char kUpper[] = "upper";
constexpr char kLower[] = "lower";
constexpr char kTitle[] = "title";
constexpr char kCapitalize[] = "capitalize";
constexpr char kItems[] = "items";

Value keys(Interpreter &interpreter, const Value &self, Args &)
{
    return Value(interpreter.elements(self));
}

Value values(Interpreter &interpreter, const Value &self, Args &)
{
    interpreter.spendOn(self);
    List list;
    for (const auto &[key, value] : *self.dict()) {
        list.push_back(value);
    }
    return Value(std::move(list));
}

Value get(Interpreter &interpreter, const Value &self, Args &args)
{
    interpreter.spend(self.dict()->size() / 8);
    const Value *found = self.find(textArg(args, 0, "key").bytes());
    const Value *fallback = args.get(1, "default");
    return found ? *found : fallback ? *fallback : Value(None());
}

const std::map<std::string, Method> &stringMethods()
{
    static const std::map<std::string, Method> kMethods{
        {"strip", strip<true, true>},
        {"lstrip", strip<true, false>},
        {"rstrip", strip<false, true>},
        {"split", split},
        {"rsplit", splitFromRight},
        {"splitlines", splitlines},
        {"startswith", startsOrEnds<true>},
        {"endswith", startsOrEnds<false>},
        {"removeprefix", remove<true>},
        {"removesuffix", remove<false>},
        {"replace", replaceMethod},
        {"find", find<false>},
        {"rfind", find<true>},
        {"count", countMethod},
        {"join", joinMethod},
        {"upper", asFilter<kUpper>},
        {"lower", asFilter<kLower>},
        {"title", asFilter<kTitle>},
        {"capitalize", asFilter<kCapitalize>},
        {"isdigit", allAre<isDigitCategory>},
        {"isalpha", allAre<isLetterCategory>},
        {"isalnum", allAre<isLetterOrDigitCategory>},
    };
    return kMethods;
}

const std::map<std::string, Method> &dictMethods()
{
    static const std::map<std::string, Method> kMethods{
        {"items", asFilter<kItems>}, {"keys", keys}, {"values", values}, {"get", get}};
    return kMethods;
}

Value range(Interpreter &interpreter, Args &args)
{
    for (const Value &value : args.positional) {
        if (!value.integer()) {
            refuse("range needs integers");
        }
    }
    const bool single = args.positional.size() == 1;
    const std::int64_t from = single ? 0 : integerArg(args, 0, "start", 0);
    const std::int64_t to = single ? integerArg(args, 0, "stop", 0) : integerArg(args, 1, "stop", 0);
    const std::int64_t step = integerArg(args, 2, "step", 1);
    if (args.positional.empty() || step == 0) {
        refuse("range() arg 3 must not be zero");
    }
    List list;
    for (std::int64_t i = from; step > 0 ? i < to : i > to;) {
        interpreter.spend(1);
        list.emplace_back(i);
        if (__builtin_add_overflow(i, step, &i)) {
            break;
        }
    }
    return Value(std::move(list));
}

Value makeNamespace(Interpreter &interpreter, Args &args)
{
    Namespace *const names = interpreter.makeNamespace();
    names->values.assign(args.named.begin(), args.named.end());
    return Value(names);
}

Value makeDict(Interpreter &, Args &args)
{
    Dict dict;
    for (const auto &[name, value] : args.named) {
        dict.emplace_back(Text(name), value);
    }
    return Value(std::move(dict));
}

/// What came from messages is left out of an error: errors go to the log.
Value raise(Interpreter &interpreter, Args &args)
{
    const Value *given = args.get(0, "message");
    const Text text = given ? toText(*given) : Text();
    interpreter.spend(text.size());
    std::string reason;
    for (std::size_t i = 0; i < text.size() && reason.size() < 300; ++i) {
        if (text.sourceOf(i) < 0) {
            reason += text.bytes()[i];
        } else if (i == 0 || text.sourceOf(i - 1) < 0) {
            reason += "(...)";
        }
    }
    refuse(reason);
}

Value timeNow(Interpreter &interpreter, Args &args)
{
    const Text &format = textArg(args, 0, "format");
    interpreter.spend(format.size());
    return Value(formatTime(interpreter.now(), format.bytes()));
}

/// Gives nothing when first called, the separator ever after.
Value makeJoiner(Interpreter &interpreter, Args &args)
{
    const Value *given = args.get(0, "sep");
    Namespace *const state = interpreter.makeNamespace();
    Value separator = given ? *given : Value(std::string(", "));
    return Value(Callable([state, separator](Interpreter &, Args &) {
                     if (!state->values.empty()) {
                         return separator;
                     }
                     state->values.emplace_back("called", Value(true));
                     return Value(Text());
                 }),
                 separator.depth() + 1);
}

} // namespace

Value findFunction(const std::string &name)
{
    static const std::map<std::string, Callable> kFunctions{
        {"range", range},           {"namespace", makeNamespace}, {"dict", makeDict},
        {"raise_exception", raise}, {"strftime_now", timeNow},    {"joiner", makeJoiner},
    };
    const auto found = kFunctions.find(name);
    return found == kFunctions.end() ? Value() : Value(Callable(found->second));
}

Value findMethod(const Value &self, const std::string &name)
{
    if (!self.text() && !self.dict()) {
        return {};
    }
    const auto &methods = self.text() ? stringMethods() : dictMethods();
    const auto found = methods.find(name);
    if (found == methods.end()) {
        return {};
    }
    return Value(Callable([self, method = found->second](Interpreter &interpreter, Args &args) {
                     return method(interpreter, self, args);
                 }),
                 self.depth() + 1);
}

} // namespace engine::jinja
