#include "rag/store/sqlite_pages.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <system_error>

namespace rag {

namespace {

constexpr std::uint8_t kTableLeaf = 0x0D;
constexpr std::size_t kFileHeader = 100; ///< on the first page, before its own header
constexpr std::size_t kLeafHeader = 8;

std::uint32_t bigEndian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | bytes[at + i];
    return value;
}

/// Moves `at` past the number; empty at the end of the bytes.
std::optional<std::uint64_t> varint(std::span<const std::uint8_t> bytes, std::size_t &at)
{
    std::uint64_t value = 0;
    for (int i = 0; i < 9; ++i) {
        if (at >= bytes.size())
            return std::nullopt;
        const std::uint8_t byte = bytes[at++];
        if (i == 8)
            return value << 8 | byte;
        value = value << 7 | (byte & 0x7F);
        if (byte < 0x80)
            return value;
    }
    return std::nullopt;
}

/// Bytes that a value of this serial type takes; empty for a type that does not occur.
std::optional<std::uint64_t> sizeOf(std::uint64_t type)
{
    constexpr std::uint64_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    if (type < 10)
        return kSizes[type];
    if (type < 12)
        return std::nullopt;
    return (type - 12) / 2;
}

RawValue valueOf(std::uint64_t type, std::span<const std::uint8_t> bytes)
{
    if (type == 0)
        return {};
    if (type == 8 || type == 9)
        return static_cast<std::int64_t>(type - 8);
    if (type >= 12 && type % 2 == 0)
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    if (type >= 12)
        return std::string(bytes.begin(), bytes.end());
    // Big-endian two's complement of one to eight bytes; type 7 is a float64 of the same bytes.
    std::uint64_t bits = !bytes.empty() && (bytes[0] & 0x80) != 0 && type != 7 ? ~std::uint64_t{0} : 0;
    for (const std::uint8_t byte : bytes)
        bits = bits << 8 | byte;
    if (type == 7)
        return std::bit_cast<double>(bits);
    return static_cast<std::int64_t>(bits);
}

/// Empty where the record does not fit its own sizes.
std::vector<RawValue> recordOf(std::span<const std::uint8_t> payload)
{
    std::size_t at = 0;
    const auto headerSize = varint(payload, at);
    if (!headerSize || *headerSize > payload.size())
        return {};
    const auto header = payload.first(static_cast<std::size_t>(*headerSize));
    std::size_t body = header.size();
    std::vector<RawValue> values;
    while (at < header.size()) {
        const auto type = varint(header, at);
        const auto size = type ? sizeOf(*type) : std::nullopt;
        if (!size || *size > payload.size() - body)
            return {};
        values.push_back(valueOf(*type, payload.subspan(body, static_cast<std::size_t>(*size))));
        body += static_cast<std::size_t>(*size);
    }
    return body == payload.size() ? values : std::vector<RawValue>();
}

} // namespace

Result<SqlitePages> SqlitePages::open(const std::filesystem::path &file, std::uint32_t pageSize)
{
    SqlitePages pages;
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    pages.m_stream.open(file, std::ios::binary);
    if (error || !pages.m_stream)
        return fail(ErrorCode::Unreadable, "cannot read " + file.string());
    Bytes header(kFileHeader);
    pages.m_stream.read(reinterpret_cast<char *>(header.data()), kFileHeader);
    pages.m_stream.clear();
    if (std::memcmp(header.data(), "SQLite format 3", 16) == 0) {
        const std::uint32_t said = bigEndian(header, 16, 2);
        if (std::has_single_bit(said) && said >= 512)
            pageSize = said;
    }
    pages.m_pageSize = pageSize;
    pages.m_pageCount = static_cast<std::uint32_t>(std::min<std::uintmax_t>(size / pageSize, UINT32_MAX));
    return pages;
}

bool SqlitePages::read(std::uint32_t page, Bytes &to)
{
    if (page == 0 || page > m_pageCount)
        return false;
    to.resize(m_pageSize);
    m_stream.clear();
    m_stream.seekg(static_cast<std::streamoff>(page - 1) * m_pageSize);
    m_stream.read(reinterpret_cast<char *>(to.data()), m_pageSize);
    return m_stream.gcount() == static_cast<std::streamsize>(m_pageSize);
}

SqlitePages::Bytes SqlitePages::payload(std::span<const std::uint8_t> page, std::size_t at,
                                        std::uint64_t size)
{
    const std::uint64_t usable = m_pageSize;
    if (size > usable * m_pageCount)
        return {};
    // Section 1.6: how much of a payload stays on the leaf.
    const std::uint64_t most = usable - 35;
    const std::uint64_t least = (usable - 12) * 32 / 255 - 23;
    const std::uint64_t wished = least + (size > least ? (size - least) % (usable - 4) : 0);
    const std::uint64_t local = size <= most ? size : wished <= most ? wished : least;
    if (at + local + (local < size ? 4 : 0) > page.size())
        return {};
    const auto begin = page.begin() + static_cast<std::ptrdiff_t>(at);
    Bytes whole(begin, begin + static_cast<std::ptrdiff_t>(local));
    std::uint32_t next = local < size ? bigEndian(page, at + local, 4) : 0;
    Bytes overflow;
    while (whole.size() < size) { // each page adds some, so a loop of pages ends too
        if (!read(next, overflow))
            return {};
        const std::size_t part = std::min<std::size_t>(size - whole.size(), m_pageSize - 4);
        whole.insert(whole.end(), overflow.begin() + 4,
                     overflow.begin() + 4 + static_cast<std::ptrdiff_t>(part));
        next = bigEndian(overflow, 0, 4);
    }
    return whole;
}

std::vector<RawRow> SqlitePages::rows(std::uint32_t number)
{
    Bytes page;
    std::vector<RawRow> rows;
    const std::size_t start = number == 1 ? kFileHeader : 0;
    if (!read(number, page) || page[start] != kTableLeaf)
        return rows;
    const std::size_t cells = bigEndian(page, start + 3, 2);
    for (std::size_t cell = 0; cell < cells; ++cell) {
        const std::size_t pointer = start + kLeafHeader + 2 * cell;
        if (pointer + 2 > page.size())
            break;
        std::size_t at = bigEndian(page, pointer, 2);
        const auto size = varint(page, at);
        const auto id = size ? varint(page, at) : std::nullopt;
        if (!id)
            continue;
        RawRow row{static_cast<std::int64_t>(*id), recordOf(payload(page, at, *size))};
        if (!row.values.empty())
            rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace rag
