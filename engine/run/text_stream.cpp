#include "engine/run/text_stream.h"

#include "engine/base/unicode.h"

#include <algorithm>

namespace engine {

TextStream::TextStream(std::vector<std::string> stops, std::function<void(std::string_view)> onText)
    : m_stops(std::move(stops))
    , m_onText(std::move(onText))
{
    std::erase(m_stops, "");
}

bool TextStream::add(std::string_view bytes)
{
    m_bytes += bytes;
    const std::size_t whole = m_bytes.size() - incompleteTail(m_bytes);
    m_pending += validUtf8(std::string_view(m_bytes).substr(0, whole));
    m_bytes.erase(0, whole);
    std::size_t stop = std::string::npos;
    for (const std::string &text : m_stops) {
        stop = std::min(stop, m_pending.find(text));
    }
    if (stop != std::string::npos) {
        give(stop);
        m_pending.clear();
        m_bytes.clear();
        return true;
    }
    give(m_pending.size() - heldBack());
    return false;
}

void TextStream::finish()
{
    m_pending += validUtf8(m_bytes);
    m_bytes.clear();
    give(m_pending.size());
}

void TextStream::give(std::size_t bytes)
{
    if (bytes == 0) {
        return;
    }
    const std::string piece = m_pending.substr(0, bytes);
    m_pending.erase(0, bytes);
    m_text += piece;
    if (m_onText) {
        m_onText(piece);
    }
}

/// Bytes at the end that begin a stop text; never cuts a character where the stop texts are UTF-8.
std::size_t TextStream::heldBack() const
{
    std::size_t held = 0;
    for (const std::string &stop : m_stops) {
        for (std::size_t n = std::min(stop.size() - 1, m_pending.size()); n > held; --n) {
            if (m_pending.ends_with(std::string_view(stop).substr(0, n))) {
                held = n;
                break;
            }
        }
    }
    return held;
}

} // namespace engine
