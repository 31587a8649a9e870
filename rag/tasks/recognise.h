#pragma once

#include "rag/tasks/task.h"

#include <optional>
#include <string_view>

namespace rag {

/// Whether a question plainly asks for work on the whole document ("summarize this document", "list every
/// deadline", "لخص هذا الملف") that no few passages can answer. English, Arabic, French. A pure function; in
/// doubt it says no.
/// @return kind, question and language filled
std::optional<TaskRequest> recogniseTask(std::string_view question);

/// "Read 261 of 261 pages.", with what was not read, in the language.
std::string coverageLine(const std::vector<Coverage> &coverage, std::string_view language);

} // namespace rag
