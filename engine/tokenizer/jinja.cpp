#include "engine/tokenizer/jinja.h"

#include "engine/tokenizer/jinja_interpreter.h"
#include "engine/tokenizer/jinja_parser.h"
#include "engine/weights/names.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <new>

namespace engine::jinja {

namespace {

/// A template's own words may go to a terminal.
std::string withoutControls(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }, ' ');
    return text;
}

/// Does what may throw; every way out of this room goes through here.
template <class F>
auto guarded(F &&f) -> Result<decltype(f())>
{
    try {
        return f();
    } catch (const Failure &failure) {
        switch (failure.kind) {
        case Failure::Kind::Syntax:
            return fail(ErrorCode::Damaged, "TemplateSyntaxError: " + printable(failure.text));
        case Failure::Kind::Undefined:
            return fail(ErrorCode::Unsupported, "UndefinedError: " + withoutControls(failure.text));
        case Failure::Kind::Limit:
            return fail(ErrorCode::Unsupported, "TemplateLimit: " + failure.text);
        case Failure::Kind::Refused:
            break;
        }
        return fail(ErrorCode::Unsupported, "TemplateError: " + withoutControls(failure.text));
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "the chat template");
    } catch (const std::exception &) {
        return fail(ErrorCode::Unsupported, "TemplateError: the template could not be rendered");
    }
}

Value fromJson(const nlohmann::ordered_json &json, int depth)
{
    if (depth > 50) {
        throw Failure{Failure::Kind::Limit, "the request nests too deeply"};
    }
    if (json.is_boolean()) {
        return Value(json.get<bool>());
    }
    if (json.is_number_float() || (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX)) {
        return Value(json.get<double>());
    }
    if (json.is_number()) {
        return Value(json.get<std::int64_t>());
    }
    if (json.is_string()) {
        return Value(json.get<std::string>());
    }
    if (json.is_array()) {
        List list;
        for (const auto &item : json) {
            list.push_back(fromJson(item, depth + 1));
        }
        return Value(std::move(list));
    }
    if (json.is_object()) {
        Dict dict;
        for (const auto &[key, item] : json.items()) {
            dict.emplace_back(Text(key), fromJson(item, depth + 1));
        }
        return Value(std::move(dict));
    }
    return Value(None());
}

std::vector<Template::Run> runsOf(const Text &text)
{
    std::vector<Template::Run> runs;
    std::size_t at = 0;
    for (const Text::Range &range : text.ranges()) {
        if (range.begin > at) {
            runs.push_back({text.bytes().substr(at, range.begin - at), -1});
        }
        runs.push_back({text.bytes().substr(range.begin, range.end - range.begin), range.source});
        at = range.end;
    }
    if (at < text.size()) {
        runs.push_back({text.bytes().substr(at), -1});
    }
    return runs;
}

} // namespace

struct Template::Tree
{
    Body body;
};

Template::Template(std::unique_ptr<Tree> tree)
    : m_tree(std::move(tree))
{
}

Template::Template(Template &&) noexcept = default;
Template &Template::operator=(Template &&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string_view source)
{
    return guarded([&] { return Template(std::make_unique<Tree>(Tree{jinja::parse(source)})); });
}

Result<std::vector<Template::Run>> Template::render(const Input &input) const
{
    return guarded([&] {
        List messages;
        for (const Message &message : input.messages) {
            const int number = int(messages.size());
            messages.emplace_back(Dict{{Text("role"), Value(message.role)},
                                       {Text("content"), Value(Text::fromMessage(message.text, number))}});
        }
        Dict context{{Text("messages"), Value(std::move(messages))},
                     {Text("add_generation_prompt"), Value(input.addGenerationPrompt)},
                     {Text("bos_token"), Value(input.beginOfText)},
                     {Text("eos_token"), Value(input.endOfText)},
                     {Text("tools"), Value(None())},
                     {Text("documents"), Value(None())}};
        if (input.thinking) { // Qwen and SmolLM call it so, DeepSeek and Granite so
            context.emplace_back(Text("enable_thinking"), Value(*input.thinking));
            context.emplace_back(Text("thinking"), Value(*input.thinking));
        }
        return runsOf(Interpreter(context, input.now).run(m_tree->body));
    });
}

Result<std::string> Template::renderJson(std::string_view json, const std::tm &now) const
{
    return guarded([&] {
        const auto request = nlohmann::ordered_json::parse(json, nullptr, false);
        if (!request.is_object()) {
            throw Failure{Failure::Kind::Refused, "the request is not a JSON object"};
        }
        const Value context = fromJson(request, 0);
        return Interpreter(*context.dict(), now).run(m_tree->body).bytes();
    });
}

std::tm timeNow()
{
    const std::time_t seconds = std::time(nullptr);
    std::tm local{};
#ifdef _WIN32
    localtime_s(&local, &seconds);
#else
    localtime_r(&seconds, &local);
#endif
    return local;
}

} // namespace engine::jinja
