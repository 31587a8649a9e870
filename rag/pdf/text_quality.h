#pragma once

#include <string_view>

namespace rag::order {

/// Arabic text whose words stand back to front (a broken character map): hardly any begins with the article,
/// many end with it reversed. Short texts are taken for sound.
bool looksReversed(std::string_view text);

} // namespace rag::order
