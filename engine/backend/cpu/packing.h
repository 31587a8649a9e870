#pragma once

#include "engine/backend/cpu/kernels.h"

#include <optional>

namespace engine::cpu {

/// Rows of a file's blocks to strips and back, bit by bit; Packing says what a strip looks like.

/// Empty for types that have no packing.
std::optional<Packing> packingOf(TensorType type);
TensorType typeOf(Packing packing);

/// Bytes of a strip of rows of `inputs` values: those of its rows in the file, or up to 4 % more where scales
/// of six bits get a byte each.
std::size_t stripBytesOf(Packing packing, int inputs);

/// @param rows  `count` <= 16 of them, rowBytes each, any alignment. @param strip  zeroed
void packStrip(std::byte *strip, Packing packing, const std::byte *rows, std::size_t rowBytes, int count);

/// The bytes that row `lane` of a strip had in the file.
void unpackRow(std::byte *row, std::size_t rowBytes, Packing packing, const std::byte *strip, int lane);

} // namespace engine::cpu
