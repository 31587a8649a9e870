#pragma once

#include "rag/types.h"

#include <string>
#include <string_view>
#include <vector>

/// What to call a conversation, and what could be asked next. Made from words that are there, without a
/// model; in the question's language (en, ar, fr, fa; else English). Pure functions.
namespace rag {

/// A title of at most 60 characters: the question without its question words and mark; where that is too
/// long, its key words in their order. Never empty for a question with a letter in it.
std::string conversationTitle(std::string_view question);

/// At most three questions that the passages behind an answer can bear: about sections that stand near it,
/// then about terms that are frequent there and were not asked for. None after an answer that was not found.
std::vector<std::string> followUpSuggestions(std::string_view question, const Answer &answer);

} // namespace rag
