#pragma once

#include <cstdint>

namespace app {

/// The most memory this process has held so far, in bytes; 0 where the system does not say.
std::uint64_t peakMemoryBytes();

} // namespace app
