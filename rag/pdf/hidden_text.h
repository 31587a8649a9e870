#pragma once

#include "rag/types.h"

namespace rag {

/// Pixels a point at which hidden text is looked for: enough to tell a word from white paper.
constexpr double kHiddenTextScale = 0.5;

/// Text that a reader does not see: smaller than 2 points, outside of the page, or leaving no trace on the
/// page's picture (drawn invisible, in the colour of the ground, or covered). A document may give orders to a
/// model in it. Takes such words out. Where the picture shows not one of the page's words nothing is told by
/// it (fonts that cannot be drawn).
/// @param picture  of the same page, drawn at kHiddenTextScale; null: only size and place are looked at
/// @return words that were taken out
std::size_t dropHiddenText(PageText &page, const PageImage *picture);

} // namespace rag
