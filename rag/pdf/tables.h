#pragma once

#include "rag/pdf/table_rows.h"

namespace rag::order {

struct Table
{
    std::size_t first = 0; ///< of the page's rows it was made of
    std::size_t end = 0;
    std::vector<TableRow> rows;
    std::size_t columns = 0;
    bool headed = false;  ///< the first row names the columns
    bool wraps = false;   ///< most rows have a cell of more than one line
    double misfit = 0;    ///< TableRows::misfit
    float firstStrip = 0; ///< where the first and the last strip between columns run
    float lastStrip = 0;
};

/// Tables, found by the white strips that run down between their columns: a page's text knows no lines. What
/// looks alike and is none is passed over: columns of running text, lists, tables of contents, code,
/// formulas.
std::vector<Table> findTables(const std::vector<Row> &rows, const PageGlyphs &page, bool rightToLeft);

} // namespace rag::order
