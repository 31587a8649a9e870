#include "engine/tokenizer/jinja_value.h"

#include <algorithm>

namespace engine::jinja {

namespace {

constexpr int kDeepestValue = 100;
constexpr std::size_t kHeaviestValue = 1'000'000;

double asDouble(const Value &value)
{
    if (const auto *flag = value.flag()) {
        return *flag ? 1 : 0;
    }
    return value.integer() ? double(*value.integer()) : *value.real();
}

} // namespace

Text Text::fromMessage(std::string bytes, int source)
{
    Text text;
    text.append(bytes, source);
    return text;
}

int Text::sourceOf(std::size_t byte) const
{
    const auto after = std::upper_bound(m_ranges.begin(), m_ranges.end(), byte,
                                        [](std::size_t at, const Range &range) { return at < range.begin; });
    return after != m_ranges.begin() && byte < std::prev(after)->end ? std::prev(after)->source : -1;
}

Text Text::slice(std::size_t begin, std::size_t end) const
{
    Text part;
    part.m_bytes = m_bytes.substr(begin, end - begin);
    for (const Range &range : m_ranges) {
        const Range cut{std::max(range.begin, begin), std::min(range.end, end), range.source};
        if (cut.begin < cut.end) {
            part.m_ranges.push_back({cut.begin - begin, cut.end - begin, cut.source});
        }
    }
    return part;
}

void Text::append(const Text &other)
{
    const std::size_t offset = m_bytes.size();
    m_bytes += other.m_bytes;
    for (const Range &range : other.m_ranges) {
        if (!m_ranges.empty() && m_ranges.back().end == range.begin + offset &&
            m_ranges.back().source == range.source) {
            m_ranges.back().end = range.end + offset;
        } else {
            m_ranges.push_back({range.begin + offset, range.end + offset, range.source});
        }
    }
}

void Text::append(std::string_view bytes, int source)
{
    const std::size_t begin = m_bytes.size();
    m_bytes += bytes;
    if (source < 0 || bytes.empty()) {
        return;
    }
    if (!m_ranges.empty() && m_ranges.back().end == begin && m_ranges.back().source == source) {
        m_ranges.back().end = m_bytes.size();
    } else {
        m_ranges.push_back({begin, m_bytes.size(), source});
    }
}

template <class T>
void Value::Nested<T>::add(const Value &value)
{
    depth = std::max(depth, value.depth() + 1);
    weight += value.weight();
    if (depth > kDeepestValue || weight > kHeaviestValue) {
        throw Failure{Failure::Kind::Limit, "lists nested too deeply, or too large"};
    }
}

template <>
Value::Nested<List>::Nested(List given)
    : items(std::move(given))
{
    for (const Value &value : items) {
        add(value);
    }
}

template <>
Value::Nested<Dict>::Nested(Dict given)
    : items(std::move(given))
{
    for (const auto &[key, value] : items) {
        weight += key.size() / 32;
        add(value);
    }
}

Value::Value(List list)
    : m_data(std::make_shared<const Nested<List>>(std::move(list)))
{
}

Value::Value(Dict dict)
    : m_data(std::make_shared<const Nested<Dict>>(std::move(dict)))
{
}

Value::Value(Callable callable, int depth)
    : m_data(std::make_shared<const Function>(Function{std::move(callable), depth}))
{
    if (depth > kDeepestValue) {
        throw Failure{Failure::Kind::Limit, "methods of methods nested too deeply"};
    }
}

const Callable *Value::callable() const
{
    const auto *function = pointee<Function>();
    return function ? &function->callable : nullptr;
}

bool Value::isNumber() const
{
    return flag() || integer() || real();
}

std::string Value::hint() const
{
    const auto &undefined = std::get<UndefinedPointer>(m_data);
    return undefined ? undefined->hint : "the value is undefined";
}

Namespace *Value::names() const
{
    const auto *names = std::get_if<Namespace *>(&m_data);
    return names ? *names : nullptr;
}

const Loop *Value::loop() const
{
    const auto *loop = std::get_if<const Loop *>(&m_data);
    return loop ? *loop : nullptr;
}

const Value *Value::find(std::string_view key) const
{
    if (const Dict *items = dict()) {
        for (const auto &[name, value] : *items) {
            if (name.bytes() == key) {
                return &value;
            }
        }
    }
    return nullptr;
}

int Value::depth() const
{
    if (const auto *list = std::get_if<ListPointer>(&m_data)) {
        return (*list)->depth;
    }
    if (const auto *dict = std::get_if<DictPointer>(&m_data)) {
        return (*dict)->depth;
    }
    const auto *function = pointee<Function>();
    return function ? function->depth : 0;
}

std::size_t Value::weight() const
{
    if (const auto *list = std::get_if<ListPointer>(&m_data)) {
        return (*list)->weight;
    }
    if (const auto *dict = std::get_if<DictPointer>(&m_data)) {
        return (*dict)->weight;
    }
    return text() ? 1 + text()->size() / 32 + text()->ranges().size() : 1;
}

bool Value::truthy() const
{
    if (isUndefined() || isNone()) {
        return false;
    }
    if (isNumber()) {
        return asDouble(*this) != 0;
    }
    if (const auto *items = list()) {
        return !items->empty();
    }
    if (const auto *items = dict()) {
        return !items->empty();
    }
    return !text() || text()->size() > 0;
}

const Value *Args::get(std::size_t position, std::string_view name) const
{
    if (position < positional.size()) {
        return &positional[position];
    }
    for (const auto &[key, value] : named) {
        if (key == name) {
            return &value;
        }
    }
    return nullptr;
}

bool equal(const Value &a, const Value &b)
{
    if (a.isNumber() && b.isNumber()) {
        return a.integer() && b.integer() ? *a.integer() == *b.integer() : asDouble(a) == asDouble(b);
    }
    if (a.text() && b.text()) {
        return a.text()->bytes() == b.text()->bytes();
    }
    if (a.list() && b.list()) {
        return std::equal(a.list()->begin(), a.list()->end(), b.list()->begin(), b.list()->end(), equal);
    }
    if (a.dict() && b.dict()) {
        return a.dict()->size() == b.dict()->size() &&
               std::all_of(a.dict()->begin(), a.dict()->end(), [&](const auto &item) {
                   const Value *other = b.find(item.first.bytes());
                   return other && equal(item.second, *other);
               });
    }
    if (a.names() || b.names()) {
        return a.names() == b.names();
    }
    return (a.isNone() && b.isNone()) || (a.isUndefined() && b.isUndefined());
}

bool less(const Value &a, const Value &b)
{
    if (a.isNumber() && b.isNumber()) {
        return a.integer() && b.integer() ? *a.integer() < *b.integer() : asDouble(a) < asDouble(b);
    }
    if (a.text() && b.text()) {
        return a.text()->bytes() < b.text()->bytes();
    }
    throw Failure{Failure::Kind::Refused, "no order between " + typeName(a) + " and " + typeName(b)};
}

std::string typeName(const Value &value)
{
    if (value.isUndefined()) {
        return "Undefined";
    }
    if (value.isNone()) {
        return "NoneType";
    }
    if (value.flag()) {
        return "bool";
    }
    if (value.integer()) {
        return "int";
    }
    if (value.real()) {
        return "float";
    }
    if (value.text()) {
        return "str";
    }
    if (value.list()) {
        return "list";
    }
    if (value.dict()) {
        return "dict";
    }
    return value.names() ? "Namespace" : value.loop() ? "LoopContext" : "function";
}

std::vector<std::size_t> characterOffsets(std::string_view text)
{
    std::vector<std::size_t> offsets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80 || i == 0) {
            offsets.push_back(i);
        }
    }
    offsets.push_back(text.size());
    return offsets;
}

} // namespace engine::jinja
