#pragma once

#include <array>
#include <cstdint>

/// Codebooks: each entry is a short vector of values from a small set, packed as numbers into that set, the
/// first value in the lowest bits.
namespace engine {

// Eight values of two bits.
extern const std::array<std::uint16_t, 256> kGridIQ2_XXS;
extern const std::array<std::uint16_t, 512> kGridIQ2_XS;
extern const std::array<std::uint16_t, 1024> kGridIQ2_S;
extern const std::array<std::uint16_t, 2048> kGridIQ1;
// Four values of three bits.
extern const std::array<std::uint16_t, 256> kGridIQ3_XXS;
extern const std::array<std::uint16_t, 512> kGridIQ3_S;

} // namespace engine
