#pragma once

#include "engine/base/result.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

/// JSON from a model folder: UTF-8, nested at most 64 deep, at most 8 million values; nothing is allocated
/// for a text that breaks these limits. Never throws.
/// @param source  file name, for errors
/// Errors: Damaged.
Result<nlohmann::json> parseJson(std::string_view text, const std::string &source);

} // namespace engine
