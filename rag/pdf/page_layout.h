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

/// Where a line stands in a table, in the order it is read in.
struct CellPlace
{
    std::size_t row = 0;
    std::size_t column = 0;
};

/// Lines that are read one after the other: a column, a band across the page, or a table.
struct Region
{
    std::vector<Line> lines;
    std::vector<CellPlace> cells; ///< of a table, one a line; empty: running text
    std::size_t columns = 0;      ///< of a table
    bool headed = false;          ///< its first row names the columns
    Box box;
    bool rightToLeft = false;
};

/// Regions in the order a person reads them. Columns are told from tables by their text: where both sides of
/// a white strip hold running lines, one side is read before the other; else the page is read line by line
/// across it, tables row by row.
std::vector<Region> layOut(const PageGlyphs &page);

} // namespace rag::order
