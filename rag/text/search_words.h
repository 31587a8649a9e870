#pragma once

#include <set>
#include <string>
#include <string_view>

namespace rag {

/// Counts the changes of what the full-text index holds of a text: a library with another number makes its
/// index anew (store/word_index.h). 2: Snowball's stems; hyphenated words in one piece too.
constexpr int kWordsVersion = 2;

/// What the full-text index holds of a text: indexWords(), with Snowball's stems where it has the language,
/// and what is written with hyphens once more in one piece ("e-mail" is found by "email").
/// @param language  languageOfText() of it, or of a longer text that it belongs to
std::string wordsToStore(std::string_view display, std::string_view language);

/// What to look for there; "the second figure" is looked for as "Fig. 2" too. @param languages  of the
/// documents that are searched; the question's own is found out
std::string wordsToFind(std::string_view question, const std::set<std::string> &languages);

} // namespace rag
