#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

/// CRC-32 of zip and PNG (ISO 3309, reflected polynomial 0xEDB88320). @param before  of the bytes that came
/// before these
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);

} // namespace engine
