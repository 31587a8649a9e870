#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// A number as a text says it.
struct NumberInText
{
    std::string value; ///< digits of all scripts as 0-9, no thousands separators: "1500", "10.47"
    std::string unit;  ///< what is counted, one word for all its forms: "hour", "percent"; empty: not known
    std::uint32_t begin = 0; ///< in the text
    std::uint32_t end = 0;
};

/// Digits, and number words of English, Arabic and French from two to thousands ("مئة وثمانين" is 180). A
/// pure function.
std::vector<NumberInText> numbersIn(std::string_view text);

} // namespace rag
