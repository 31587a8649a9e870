#pragma once

#include "rag/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace rag {

/// SHA-256 (FIPS 180-4), fed piece by piece.
class Sha256
{
public:
    using Digest = std::array<std::uint8_t, 32>;

    void add(std::span<const std::byte> bytes);
    /// Once, at the end.
    Digest finish();

private:
    void block(const std::uint8_t *bytes);

    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, 64> m_open{};
    std::uint64_t m_size = 0;
};

std::string hexOf(const Sha256::Digest &digest);

/// @return hex. Errors: NotFound, Unreadable (no permission, not a plain file, read error), Cancelled.
Result<std::string> sha256OfFile(const std::filesystem::path &file, const CancelToken &cancel = {});

} // namespace rag
