#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rag {

/// A citation mark "[n]" in a streamed text; n is a passage of this prompt.
struct CitationMark
{
    int n = 0;
};

using AnswerPart = std::variant<std::string, CitationMark>;

/// Streamed text to text and citation marks. A mark may come in pieces; "[1, 3]" is two marks; digits may be
/// Arabic. A number that names no passage is dropped with its brackets, so that it can not reach the reader.
/// What looks like a mark but is none ("[see", "[]", "[x]") stays text.
class CitationParser
{
public:
    /// @param passages  marks 1 .. passages are real
    explicit CitationParser(int passages);

    std::vector<AnswerPart> add(std::string_view piece);
    /// @return what was held back
    std::vector<AnswerPart> finish();

private:
    void closeBracket(std::vector<AnswerPart> &parts);

    int m_passages;
    std::string m_held; ///< from "[" on: may become a mark; or the beginning of a character
};

} // namespace rag
