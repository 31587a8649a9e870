#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

/// A name from a file as it may stand in a log: cut at 80 bytes, everything but printable ASCII written as
/// \xNN.
std::string printable(std::string_view name);
/// The last part of a path in UTF-8, control characters escaped.
std::string displayName(const std::filesystem::path &path);

/// Empty where the product does not fit.
std::optional<std::uint64_t> checkedProduct(std::uint64_t a, std::uint64_t b);

} // namespace engine
