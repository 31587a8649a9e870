#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The values a template computes with. Strings remember which of their bytes came from which message,
/// through every operation, so that what was rendered can be taken apart again: control words count only
/// where the template wrote.
namespace engine::jinja {

/// What stops a template. Caught at the door (jinja.cpp): never leaves it.
struct Failure
{
    enum class Kind { Syntax, Refused, Undefined, Limit };
    Kind kind;
    std::string text;
};

/// A string in UTF-8 with the origin of its bytes.
class Text
{
public:
    /// Bytes [begin, end) came from message `source`; what lies in no range came from the template.
    struct Range
    {
        std::size_t begin, end;
        int source;
    };

    Text() = default;

    explicit Text(std::string bytes)
        : m_bytes(std::move(bytes))
    {
    }

    static Text fromMessage(std::string bytes, int source);

    const std::string &bytes() const { return m_bytes; }

    const std::vector<Range> &ranges() const { return m_ranges; }

    std::size_t size() const { return m_bytes.size(); }

    int sourceOf(std::size_t byte) const; ///< -1: the template

    Text slice(std::size_t begin, std::size_t end) const;
    void append(const Text &other);
    void append(std::string_view bytes, int source = -1);

private:
    std::string m_bytes;
    std::vector<Range> m_ranges; ///< in order, apart
};

class Interpreter;
class Value;
struct Loop;
struct Args;

using List = std::vector<Value>;
using Dict = std::vector<std::pair<Text, Value>>; ///< in order of insertion
using Callable = std::function<Value(Interpreter &, Args &)>;

/// Names that a template may change; owned by the interpreter, so that cycles through it leak nothing.
struct Namespace
{
    std::vector<std::pair<std::string, Value>> values;
};

struct Undefined
{
    std::string hint; ///< what to say when it is used
};

struct None
{
};

/// Immutable but for namespaces; cheap to copy.
class Value
{
public:
    Value() = default; // undefined

    explicit Value(Undefined undefined)
        : m_data(std::make_shared<const Undefined>(std::move(undefined)))
    {
    }

    Value(None none)
        : m_data(none)
    {
    }

    Value(bool flag)
        : m_data(flag)
    {
    }

    Value(std::int64_t number)
        : m_data(number)
    {
    }

    Value(double number)
        : m_data(number)
    {
    }

    Value(Text text)
        : m_data(std::make_shared<const Text>(std::move(text)))
    {
    }

    Value(std::string text)
        : Value(Text(std::move(text)))
    {
    }

    Value(const char *) = delete; // would become a bool
    Value(List list);
    Value(Dict dict);

    /// @param depth  of the values that it keeps, and one more
    explicit Value(Callable callable, int depth = 1);

    Value(Namespace *names)
        : m_data(names)
    {
    }

    Value(const Loop *loop)
        : m_data(loop)
    {
    }

    bool isUndefined() const { return std::holds_alternative<UndefinedPointer>(m_data); }

    bool isNone() const { return std::holds_alternative<None>(m_data); }

    bool isNumber() const;
    std::string hint() const; ///< of an undefined value

    const bool *flag() const { return std::get_if<bool>(&m_data); }

    const std::int64_t *integer() const { return std::get_if<std::int64_t>(&m_data); }

    const double *real() const { return std::get_if<double>(&m_data); }

    const Text *text() const { return pointee<Text>(); }

    const List *list() const { return nested<List>(); }

    const Dict *dict() const { return nested<Dict>(); }

    const Callable *callable() const;

    Namespace *names() const;
    const Loop *loop() const;

    const Value *find(std::string_view key) const; ///< in a dict; null: not there, or no dict
    int depth() const; ///< of lists, dicts and methods bound to them in each other
    /// Values in it and the size of its texts in units of 32 bytes; what walking over it costs. What is in it
    /// twice counts twice, so that a small heap of lists in lists cannot unfold without end.
    std::size_t weight() const;
    bool truthy() const;

private:
    /// A list or dict with its depth and weight, which are limited: no recursion over values can run away.
    template <class T>
    struct Nested
    {
        T items;
        int depth = 1;
        std::size_t weight = 1;

        explicit Nested(T given);
        void add(const Value &value);
    };

    struct Function
    {
        Callable callable;
        int depth;
    };

    using UndefinedPointer = std::shared_ptr<const Undefined>;
    using ListPointer = std::shared_ptr<const Nested<List>>;
    using DictPointer = std::shared_ptr<const Nested<Dict>>;

    template <class T>
    const T *pointee() const
    {
        const auto *pointer = std::get_if<std::shared_ptr<const T>>(&m_data);
        return pointer ? pointer->get() : nullptr;
    }

    template <class T>
    const T *nested() const
    {
        const auto *pointer = std::get_if<std::shared_ptr<const Nested<T>>>(&m_data);
        return pointer ? &(*pointer)->items : nullptr;
    }

    std::variant<UndefinedPointer, None, bool, std::int64_t, double, std::shared_ptr<const Text>, ListPointer,
                 DictPointer, std::shared_ptr<const Function>, Namespace *, const Loop *>
        m_data;
};

struct Args
{
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;

    /// By position, else by name; null: not given.
    const Value *get(std::size_t position, std::string_view name) const;
};

/// Python's ==: numbers by value, strings by bytes, lists and dicts by content.
bool equal(const Value &a, const Value &b);
/// Python's <. Failure: values that have no order.
bool less(const Value &a, const Value &b);
/// As print() writes it. Failure: namespaces, functions.
Text toText(const Value &value);
/// json.dumps without ASCII escapes. @param indent  negative: on one line
Text toJson(const Value &value, int indent);
/// Python's name of the type, for messages.
std::string typeName(const Value &value);

/// The byte offsets of the characters of `text`, and its size at the end. Malformed bytes count one each.
std::vector<std::size_t> characterOffsets(std::string_view text);

} // namespace engine::jinja
