#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace engine {

/// What a model is called where people read it: what its file says of it, unless that is the label of a
/// training run ("Smollm2 135M 8k Lc100K Mix1 Ep2", "checkpoint-1200") or no name at all ("model"); then the
/// name of the file or folder, without the type of the weights and the number of the part.
/// @param said  general.name or _name_or_path; may be empty. @param path  the GGUF file or the folder
std::string modelName(std::string_view said, const std::filesystem::path &path);

} // namespace engine
