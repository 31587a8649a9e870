#pragma once

#include "engine/tokenizer/jinja_interpreter.h"

#include <optional>

namespace engine::jinja {

using Filter = Value (*)(Interpreter &interpreter, const Value &value, Args &args);
using Test = bool (*)(Interpreter &interpreter, const Value &value, Args &args);

/// Null: there is none of this name.
Filter findFilter(const std::string &name);
Test findTest(const std::string &name);
/// range, namespace, raise_exception, strftime_now, dict, joiner. Undefined: none of this name.
Value findFunction(const std::string &name);
/// A method of a string, dict or list, bound to it. Undefined: none that a template may call.
Value findMethod(const Value &self, const std::string &name);

/// Python's strftime in English. Failure: a letter it does not know, more than 1,000 characters.
std::string formatTime(const std::tm &time, std::string_view format);

// Shared by filters, methods and operators.
/// An integer, or a truth value as 0 or 1. Empty: neither.
std::optional<std::int64_t> wholeNumber(const Value &value);
[[noreturn]] void refuse(std::string reason);
const Text &textArg(const Args &args, std::size_t position, std::string_view name);
Text trimmed(const Text &text, std::string_view characters, bool left, bool right);
Text replaced(Interpreter &interpreter, const Text &text, const Text &from, const Text &to,
              std::int64_t most);
Text withCase(Interpreter &interpreter, const Text &text, char32_t (*convert)(char32_t c, bool first));
Text joined(Interpreter &interpreter, const List &items, const Text &separator);
/// Upper case for all; for the first of each word; for the first only: the second argument of `convert` says
/// where.
char32_t upperCase(char32_t c, bool first);
char32_t lowerCase(char32_t c, bool first);
char32_t firstUpperCase(char32_t c, bool first);

} // namespace engine::jinja
