#pragma once

#include "rag/types.h"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What can be read off a question alone. Pure functions.
namespace rag {

/// "ar", "fa", "fr", "en", or another two letters; by script and function words, made for a single sentence.
std::string questionLanguage(std::string_view question);

/// Whether a word, folded by normalizeForIndex, is a function word of English, Arabic, French or Persian.
bool isStopWord(const std::string &foldedWord);

/// The stems (as the full-text index has them) of the words that carry the question's meaning, each once, in
/// order: no function words of English, Arabic, French or Persian. All words, where nothing else is left.
std::vector<std::string> keyTerms(std::string_view question);

/// Languages that the question names: "the Arabic handbook" gives "ar".
std::set<std::string> languagesNamed(std::string_view question);

/// standaloneQuestion() of follow_up.h.
std::string searchText(std::string_view question, std::span<const Exchange> history);

} // namespace rag
