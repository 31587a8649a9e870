#pragma once

#include "rag/pdf/glyphs.h"

namespace rag::order {

using PieceList = std::vector<const Piece *>;

/// Pieces side by side, from left to right.
struct Row
{
    PieceList pieces;
    float top = 0;
    float bottom = 0;
    std::size_t chars = 0; ///< of the piece that gave top and bottom
};

/// Groups by vertical overlap, from top to bottom; the tallest piece of a row sets its measure, so that
/// raised and lowered ones join it.
std::vector<Row> makeRows(PieceList pieces);

/// Of most of their text; 10 for none.
float medianSize(const PieceList &pieces);

/// Text of one row without a wide gap.
struct Segment
{
    float left = 0;
    float right = 0;
    int chars = 0;
    std::size_t first = 0; ///< into Row::pieces
    std::size_t end = 0;
};

/// @param em  of the text around
std::vector<Segment> segmentsOf(const Row &row, float em);

} // namespace rag::order
