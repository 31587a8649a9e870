#pragma once

#include "rag/pdf/page_rows.h"

namespace rag::order {

/// One line of a cell.
struct CellLine
{
    std::size_t column = 0;
    PieceList pieces;
    Box box;
    bool beginsLower = false; ///< in a lower case letter
    bool endsInNumber = false;
};

struct Cell
{
    std::vector<CellLine> lines; ///< from top to bottom; none: an empty cell
};

using TableRow = std::vector<Cell>; ///< a cell a column, from left to right

struct TableRows
{
    std::vector<TableRow> rows;
    double misfit = 0; ///< mean over the rows; 0: all stand as rows of a table do
};

/// Which lines of the columns make a row together: cells of a row begin on one height, or stand around one
/// middle; a line that had no room left goes on in the next. The cuts between rows that fit best together,
/// by dynamic programming.
/// @param em  size of the text
TableRows cutRows(std::vector<CellLine> lines, std::size_t columns, float em, bool rightToLeft);

} // namespace rag::order
