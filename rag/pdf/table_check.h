#pragma once

#include "rag/pdf/tables.h"

namespace rag::order {

/// Whether rows and columns that were cut out make a table: not a list, contents, code, formulas or columns
/// of running text.
/// @param em      size of the text
/// @param needed  rows with two cells or more
bool isTable(const Table &table, const PageGlyphs &page, float em, bool rightToLeft, std::size_t needed);

/// The first row is bold over rows that are not, or holds no number over columns of them, or stands off from
/// what follows.
bool hasHead(const Table &table, const PageGlyphs &page, float em);

} // namespace rag::order
