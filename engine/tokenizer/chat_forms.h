#pragma once

#include "engine/tokenizer/tokenizer.h"

#include <string_view>

namespace engine {

/// A way of writing turns that many models share, as a template of our own.
struct ChatForm
{
    std::string_view name;
    std::string_view mark;   ///< a control token that no other form has
    std::string_view source; ///< Jinja
};

/// The form whose mark a template writes. Null: none that we know.
const ChatForm *chatFormOf(std::string_view templateSource);
/// The form whose mark is a control or user-defined token of the vocabulary. Null: none.
const ChatForm *chatFormOf(const Tokenizer &tokenizer);

} // namespace engine
