#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <vector>

/// What a document is made of: its headings, and the parts that a summary goes through. Pure functions.
namespace rag {

struct Heading
{
    std::string title;
    int level = 0;           ///< 0: chapters
    int page = -1;           ///< -1: it was not found on any page
    std::uint32_t begin = 0; ///< in the page's text
    std::uint32_t end = 0;
};

/// In reading order. From the outline where the file has one: its entries are looked for on the pages, in
/// order. Else from the headings on the pages: levels by their numbers ("2.1", "Chapter 2", "فصل 2"), without
/// numbers by size. Lines of a table of contents are no headings.
std::vector<Heading> headingsOf(std::span<const PageContent> pages, std::span<const OutlineItem> outline);

/// Whether a text is a line of a table of contents: dot leaders.
bool hasLeaders(std::string_view text);

/// Whether a passage is (a piece of) a table of contents: several such lines.
bool isContents(std::string_view passage);

/// Passages [first, end) of a document.
struct Part
{
    std::string title; ///< empty: it has none
    std::size_t first = 0;
    std::size_t end = 0;
};

/// Cuts a document at its chapters into at most `most` parts; neighbours that are too many become one, named
/// after the first and the last. Without enough headings: even parts without a title. Every passage is in
/// exactly one part.
/// @param passages  of one document, in reading order
std::vector<Part> partsOf(std::span<const Passage> passages, std::span<const Heading> headings,
                          std::size_t most);

} // namespace rag
