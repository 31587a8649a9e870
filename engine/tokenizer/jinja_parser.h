#pragma once

#include "engine/tokenizer/jinja_ast.h"

#include <string_view>

namespace engine::jinja {

/// The tree of a template. No include, import, extends: a template reads no files. Throws Failure.
Body parse(std::string_view source);

} // namespace engine::jinja
