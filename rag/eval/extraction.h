#pragma once

#include "rag/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How well text was read off a page, compared with text that is known to stand there. Pure functions.
/// Compared are letters and digits alone, folded as for the index: no blanks, punctuation, or Arabic marks.
namespace rag {

/// Where a quote stands on a page, as well as it can be found.
struct QuoteFit
{
    bool found = false; ///< without a single character's error
    double characterError =
        1; ///< edit distance to the best span of the page, over the quote's length; at most 1
    bool wordsThere = false; ///< every word is on the page, in whatever order
    std::uint32_t begin = 0; ///< bytes of the page's text: the best span
    std::uint32_t end = 0;
};

/// Approximate string matching (Sellers 1980).
QuoteFit fitQuote(std::string_view quote, std::string_view page);

/// Share of the reference's words (as often as they occur) that were read; in Arabic without regard to
/// clitics.
double wordRecall(std::string_view reference, std::string_view read);

/// Edit distance of the two texts over the reference's length, at most 1. For texts of a page or so.
double characterError(std::string_view reference, std::string_view read);

/// Area of what two sets of boxes have in common, and of all they cover; boxes of a set may overlap.
struct Overlap
{
    double shared = 0;
    double first = 0;
    double second = 0;

    double unionShare() const ///< intersection over union
    {
        const double both = first + second - shared;
        return both > 0 ? shared / both : 0;
    }
};

Overlap overlapOf(std::span<const Box> first, std::span<const Box> second);

/// The boxes of bytes [begin, end) of a page's text, one a line.
std::vector<Box> boxesOn(const PageContent &page, std::uint32_t begin, std::uint32_t end);

} // namespace rag
