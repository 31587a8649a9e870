#pragma once

#include "rag/pdf/page_rows.h"

#include <cstddef>
#include <span>
#include <vector>

/// The columns of a table, told by the white strips between them. Pure functions.
namespace rag::order {

/// White that runs down between two columns, in points from the left.
struct Strip
{
    float left = 0;
    float right = 0;

    float middle() const { return (left + right) / 2; }
};

/// White strips through these rows. In a long table a few rows may run across them: titles inside of it,
/// heads over several columns. A column that only a few of the rows use is none.
/// @param rows  the segments of each @param em  of the text
std::vector<Strip> columnStrips(std::span<const std::vector<Segment>> rows, float em, bool rightToLeft);

bool crosses(const Segment &segment, const std::vector<Strip> &strips);

/// From 0 at the left. Text across several columns belongs to the one it begins in.
std::size_t columnOf(const Segment &segment, const std::vector<Strip> &strips, bool rightToLeft);

/// A row's segments, cut where one runs across a strip and leaves a wider gap there than between words: heads
/// and sums that stand close.
std::vector<Segment> splitAtStrips(const std::vector<Segment> &segments, const PieceList &pieces,
                                   const std::vector<Strip> &strips, float em);

} // namespace rag::order
