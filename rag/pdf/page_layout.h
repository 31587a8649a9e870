#pragma once

#include "rag/pdf/glyphs.h"

namespace rag::order {

/// Pieces on one base line, from left to right.
struct Line
{
    std::vector<const Piece *> pieces;
    Box box;
    float size = 0; ///< of most of its text
};

/// Lines that are read one after the other: a column, or a band across the page.
struct Region
{
    std::vector<Line> lines;
    Box box;
    bool rightToLeft = false;
};

/// Regions in the order a person reads them. Columns are told from tables by their text: where both sides of
/// a white strip hold running lines, one side is read before the other; else the page is read line by line
/// across it.
std::vector<Region> layOut(const PageGlyphs &page);

} // namespace rag::order
