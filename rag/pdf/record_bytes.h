#pragma once

#include "rag/pdf/protocol.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

/// How the fields of a record lie in its bytes: numbers as the machine has them (both ends are on one
/// machine), texts and lists behind a 32-bit count.
namespace rag::pdf {

/// Appends the fields of a record to its body.
class Writer
{
public:
    template <class T>
    void number(T value)
    {
        static_assert(std::is_arithmetic_v<T>);
        bytes(&value, sizeof value);
    }

    void count(std::size_t n) { number(static_cast<std::uint32_t>(n)); }

    void text(const std::string &value)
    {
        count(value.size());
        bytes(value.data(), value.size());
    }

    void box(const Box &box)
    {
        for (const float value : {box.x, box.y, box.width, box.height})
            number(value);
    }

    void bytes(const void *data, std::size_t size)
    {
        const auto *from = static_cast<const std::byte *>(data);
        m_body.insert(m_body.end(), from, from + size);
    }

    Body take() { return std::move(m_body); }

private:
    Body m_body;
};

/// Reads in order; after the first thing that does not fit, everything reads as zero and ok() is false.
class Reader
{
public:
    explicit Reader(std::span<const std::byte> body)
        : m_rest(body)
    {
    }

    template <class T>
    T number()
    {
        T value{};
        copy(&value, sizeof value);
        return value;
    }

    bool flag() { return number<std::uint8_t>() != 0; }

    float coordinate()
    {
        const float value = number<float>();
        require(std::isfinite(value));
        return m_ok ? value : 0;
    }

    Box box()
    {
        Box box;
        for (float *value : {&box.x, &box.y, &box.width, &box.height})
            *value = coordinate();
        return box;
    }

    std::string text()
    {
        std::string value(count(1), '\0');
        copy(value.data(), value.size());
        return value;
    }

    /// How many things follow that take at least `size` bytes each: never more than the bytes left.
    std::size_t count(std::size_t size)
    {
        const std::size_t n = number<std::uint32_t>();
        require(n <= m_rest.size() / size);
        return m_ok ? n : 0;
    }

    void copy(void *to, std::size_t size)
    {
        require(size <= m_rest.size());
        if (!m_ok || size == 0)
            return;
        std::memcpy(to, m_rest.data(), size);
        m_rest = m_rest.subspan(size);
    }

    void require(bool condition) { m_ok = m_ok && condition; }

    bool ok() const { return m_ok; }

    template <class T>
    Result<T> finish(T value)
    {
        if (!m_ok || !m_rest.empty())
            return fail(ErrorCode::Damaged, "a record of the PDF helper does not fit its own lengths");
        return value;
    }

private:
    std::span<const std::byte> m_rest;
    bool m_ok = true;
};

} // namespace rag::pdf
