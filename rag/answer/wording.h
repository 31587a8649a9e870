#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>

/// The few sentences that an answer itself says, in the question's language (en, ar, fr, fa; else English).
/// Markdown. They are part of the answer, not of the window, so they are here and not in a translation file.
namespace rag {

/// What a passage is cited as: its label, else its number.
std::string shownPage(int page, std::string_view label);

/// "“quote”" in the quotation marks of the language.
std::string quoted(std::string_view quote, std::string_view language);

/// "report.pdf, page 3"
std::string place(const Citation &citation, std::string_view language);

/// Says that the answer was not found, what the look at every page found ("Searched 12 of 12 pages: ..."),
/// and names the nearest passages. @param scan  null: none was made
std::string notFound(std::span<const Passage> nearest, const ScopeScan *scan, std::string_view language);

/// Stands before a line that may answer, but is not sure enough to be cited.
std::string guess(std::string_view language);

/// Brackets round numbers in quoted text would read as our citation marks: a word joiner keeps them apart.
std::string withoutMarks(std::string_view text);

} // namespace rag
