#pragma once

#include "engine/base/result.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace rag {

/// An earlier run read from a file: the figures that `eval --json` or `--save` wrote, the latter with "rows",
/// or the lines that `--rows` wrote. @return an object, with "rows" where there are some. Errors: NotFound,
/// Damaged.
engine::Result<nlohmann::ordered_json> readRun(const std::filesystem::path &file);

/// What changed: {"figures": [{"metric", "old", "new"}], "right_to_wrong": [id], "wrong_to_right": [id],
/// "compared_rows"}. Times and counts of questions are left out of the figures unless their questions differ.
/// A pure function.
nlohmann::ordered_json compareRuns(const nlohmann::ordered_json &old, const nlohmann::ordered_json &now);

} // namespace rag
