#pragma once

#include "rag/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The compact forms of lists in one column. Numbers are LEB128, signed ones zigzag; coordinates are kept to
/// 1/16 point (0.02 mm). A blob is read with every length checked: Errors: Damaged.
namespace rag {

using Blob = std::vector<std::uint8_t>;

Blob packChars(std::span<const CharBox> chars);
/// @param textSize  of the text they belong to: no range may pass it
Result<std::vector<CharBox>> unpackChars(std::span<const std::uint8_t> blob, std::size_t textSize);

Blob packBlocks(std::span<const Block> blocks);
Result<std::vector<Block>> unpackBlocks(std::span<const std::uint8_t> blob, std::size_t textSize);

Blob packSegments(std::span<const Segment> segments);
Result<std::vector<Segment>> unpackSegments(std::span<const std::uint8_t> blob, std::size_t textSize);

Blob packOutline(std::span<const OutlineItem> outline);
Result<std::vector<OutlineItem>> unpackOutline(std::span<const std::uint8_t> blob);

Blob packBoxes(std::span<const Box> boxes);
Result<std::vector<Box>> unpackBoxes(std::span<const std::uint8_t> blob);

/// float32, little-endian.
Blob packFloats(std::span<const float> values);
Result<std::vector<float>> unpackFloats(std::span<const std::uint8_t> blob);

} // namespace rag
