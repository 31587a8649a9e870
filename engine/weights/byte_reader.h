#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace engine {

static_assert(std::endian::native == std::endian::little,
              "model files are read in place, as little-endian numbers");

/// Walks over bytes from outside without ever leaving them: what does not fit is not read.
class ByteReader
{
public:
    explicit ByteReader(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    std::size_t at() const { return m_at; }

    std::size_t left() const { return m_bytes.size() - m_at; }

    /// The next `count` bytes, in place. Empty: fewer are left, and nothing was read.
    std::optional<std::span<const std::byte>> take(std::uint64_t count)
    {
        if (count > left()) {
            return std::nullopt;
        }
        const auto taken = m_bytes.subspan(m_at, std::size_t(count));
        m_at += std::size_t(count);
        return taken;
    }

    template <class T>
    std::optional<T> number()
    {
        static_assert(std::is_arithmetic_v<T>);
        const auto taken = take(sizeof(T));
        if (!taken) {
            return std::nullopt;
        }
        T value;
        std::memcpy(&value, taken->data(), sizeof(T));
        return value;
    }

    std::optional<std::string_view> characters(std::uint64_t count)
    {
        const auto taken = take(count);
        if (!taken) {
            return std::nullopt;
        }
        return std::string_view(reinterpret_cast<const char *>(taken->data()), taken->size());
    }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
};

} // namespace engine
