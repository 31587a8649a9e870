#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Bytes in as tokens bring them, whole UTF-8 characters out; what may still become a stop text is held back.
class TextStream
{
public:
    TextStream(std::vector<std::string> stops, std::function<void(std::string_view)> onText);

    /// @return true: a stop text is complete; what came before it was given out, it was not
    bool add(std::string_view bytes);
    /// Gives out what is left. Malformed bytes become U+FFFD.
    void finish();

    const std::string &text() const { return m_text; } ///< all that was given out

private:
    void give(std::size_t bytes);
    std::size_t heldBack() const;

    std::vector<std::string> m_stops;
    std::function<void(std::string_view)> m_onText;
    std::string m_bytes;   ///< the last character, not whole yet
    std::string m_pending; ///< whole characters not given out yet
    std::string m_text;
};

} // namespace engine
