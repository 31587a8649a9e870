#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>

/// A question that leans on what was said before, written out so that it can be searched for. Pure functions.
namespace rag {

/// Whether it can not be understood alone: it opens with "and" or "what about", points back ("it", "هذا"), or
/// says next to nothing. English, Arabic, French, Persian.
bool leansOnHistory(std::string_view question);

/// What to search for. A question that stands alone, or has no history, is given back as it is. One that
/// leans on it takes over key terms of the question before (and of the one before that, while they lean too)
/// that it does not replace: after "How many days of sick leave are paid?", "and for part-timers?" becomes
/// "days sick leave paid: and for part-timers?". To be shown and edited.
/// @param history  oldest first
std::string standaloneQuestion(std::string_view question, std::span<const Exchange> history);

} // namespace rag
