#pragma once

#include "rag/types.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace rag {

/// One column as it lies in the file: NULL, number, text, blob.
using RawValue = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::uint8_t>>;

struct RawRow
{
    std::int64_t id = 0;
    std::vector<RawValue> values;
};

/// Reads rows from the pages of a SQLite file that SQLite itself refuses: every leaf of a table is read by
/// itself, whether or not anything still leads to it. Nothing in the file is trusted: each length and page
/// number is checked, what does not fit is left out. ("Database File Format", sqlite.org/fileformat2.html,
/// sections 1.6 and 2.1.) Not thread-safe.
class SqlitePages
{
public:
    /// @param pageSize  of our files, if the header does not say. Errors: Unreadable.
    static Result<SqlitePages> open(const std::filesystem::path &file, std::uint32_t pageSize = 4096);

    std::uint32_t pageCount() const { return m_pageCount; }

    /// The rows of a table's leaf; empty for every other page and for what is damaged.
    /// @param page  1 .. pageCount()
    std::vector<RawRow> rows(std::uint32_t page);

private:
    using Bytes = std::vector<std::uint8_t>;

    bool read(std::uint32_t page, Bytes &to);
    /// The whole payload of the cell at `at`, overflow pages included; empty where it does not fit.
    Bytes payload(std::span<const std::uint8_t> page, std::size_t at, std::uint64_t size);

    std::ifstream m_stream;
    std::uint32_t m_pageSize = 0;
    std::uint32_t m_pageCount = 0;
};

} // namespace rag
