#pragma once

namespace engine {

/// How a cache stores keys and values. F16 rounds to 11 bits; Q8_0 rounds each 32 numbers of a head to 8 bits
/// and a half-precision scale they share.
enum class KvType { F32, F16, Q8_0 };

} // namespace engine
