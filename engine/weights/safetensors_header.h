#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// One entry of a safetensors header, as written; nothing but its JSON type is checked.
struct SafetensorsEntry
{
    std::string name;
    std::string type;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< offsets into the data
    std::uint64_t end = 0;
};

/// Errors: Damaged: no JSON object of objects with exactly dtype, shape (at most 8 sizes) and data_offsets; a
/// name or key twice; numbers that are no non-negative integers.
Result<std::vector<SafetensorsEntry>> parseSafetensorsHeader(std::string_view json,
                                                             const std::string &source);

} // namespace engine
