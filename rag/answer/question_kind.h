#pragma once

#include <string_view>

/// What sort of thing a question asks for, and whether a text holds one. Read off question words of English,
/// Arabic, French and Persian; pure functions.
namespace rag {

enum class QuestionKind {
    Any,        ///< nothing that could be told from the question's words
    Number,     ///< how many, how much, how long; share, price
    Date,       ///< when, until when
    Path,       ///< which file, folder, address
    Command,    ///< which command, function, option, package, variable
    Person,     ///< who
    Reason,     ///< why
    Definition, ///< what is X, what does X mean
};

QuestionKind kindOf(std::string_view question);

/// Whether the text holds something of the sort; true for Any.
bool holdsKind(std::string_view text, QuestionKind kind);

/// A digit or a number word of the four languages.
bool holdsNumber(std::string_view text);

} // namespace rag
