#pragma once

#include <string>
#include <string_view>

namespace rag {

/// The language of running text by its commonest words: "en", "fr", "de", "es", "it", "pt", "nl", "sv", "da",
/// "no", "fi", "ro", "hu", "tr", "ru"; empty where it is another, or the text too short to tell. A pure
/// function.
std::string languageOfText(std::string_view text);

} // namespace rag
