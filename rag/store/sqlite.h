#pragma once

#include "rag/types.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace rag {

class Database;

/// A prepared statement, taken from its connection's cache and given back when it dies. Must not outlive the
/// Database. What goes wrong while binding is said by the next step().
class Statement
{
public:
    ~Statement();
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&) = delete;

    /// Parameters count from 1. Text and blob are copied.
    void bind(int parameter, std::int64_t value);
    void bind(int parameter, double value);
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::span<const std::uint8_t> blob);

    template <class T>
    requires std::is_integral_v<T>

    void bind(int parameter, T value) { bind(parameter, static_cast<std::int64_t>(value)); }

    void bind(int parameter, const std::string &text) { bind(parameter, std::string_view(text)); }

    void bind(int parameter, const char *text) { bind(parameter, std::string_view(text)); }

    void bind(int parameter, const std::vector<std::uint8_t> &blob) { bind(parameter, std::span(blob)); }

    template <class... Values>
    void bindAll(const Values &...values)
    {
        int parameter = 0;
        (bind(++parameter, values), ...);
    }

    /// @return whether there is a row to read
    Result<bool> step();
    /// Ready to be bound and stepped again; keeps no parameter.
    void reset();

    /// Of the row that step() came to; columns count from 0. Views live until the next step().
    std::int64_t integer(int column) const;

    int integer32(int column) const { return static_cast<int>(integer(column)); }

    double real(int column) const;
    std::string_view text(int column) const;
    std::span<const std::uint8_t> blob(int column) const;
    bool isNull(int column) const;

private:
    friend class Database;
    Statement(Database &database, std::string_view sql, sqlite3_stmt *statement);

    Database *m_database;
    std::string_view m_sql; ///< the key in the cache: lives there
    sqlite3_stmt *m_statement;
    int m_bindStatus = 0;
};

enum class Durability {
    Full,  ///< a commit that returned survives a power cut
    Normal ///< survives a crash of the program; a power cut may take the last commits, never a part of one
};

/// One connection to the library's file. Belongs to one thread; open as many as there are threads. Several
/// programs may have the file open. Errors of every call: Storage (disk full, no permission, busy for 5 s:
/// says which), Damaged (no database, or a broken one), OutOfMemory.
class Database
{
public:
    /// Makes file (0600) and folder (0700) when missing, and brings the schema up to this program's version.
    /// Errors besides: Unsupported (written by a newer program, or by another one: left untouched).
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path &file);

    /// The same without looking at the schema; for open() and its tests.
    static Result<std::unique_ptr<Database>> openRaw(const std::filesystem::path &file);

    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    const std::filesystem::path &file() const { return m_file; }

    /// @param sql  one statement
    template <class... Values>
    Result<Statement> prepare(std::string_view sql, const Values &...values)
    {
        ASSIGN_OR_RETURN(Statement statement, take(sql));
        statement.bindAll(values...);
        return statement;
    }

    /// Runs one statement to its end. @return rows changed
    template <class... Values>
    Result<std::int64_t> run(std::string_view sql, const Values &...values)
    {
        ASSIGN_OR_RETURN(Statement statement, prepare(sql, values...));
        return runToEnd(statement);
    }

    /// The first column of the first row, 0 without one.
    template <class... Values>
    Result<std::int64_t> number(std::string_view sql, const Values &...values)
    {
        ASSIGN_OR_RETURN(Statement statement, prepare(sql, values...));
        ASSIGN_OR_RETURN(const bool row, statement.step());
        return row ? statement.integer(0) : 0;
    }

    /// Several statements, without parameters.
    Result<void> script(const char *sql);

    std::int64_t lastInsertId() const;
    bool inTransaction() const;

    /// Outside of transactions only.
    Result<void> setDurability(Durability durability);
    /// Empties the write-ahead log, so that nothing deleted stays in it. While another program reads it, the
    /// log is emptied as far as that goes.
    Result<void> checkpoint();
    /// A consistent copy, 0600, made beside readers and writers; an existing file is replaced.
    Result<void> copyTo(const std::filesystem::path &file);
    /// @return what integrity_check and foreign_key_check have to complain of; empty: whole
    Result<std::vector<std::string>> check();

private:
    friend class Statement;
    explicit Database(std::filesystem::path file);
    Result<void> configure();
    Result<Statement> take(std::string_view sql);
    void giveBack(std::string_view sql, sqlite3_stmt *statement);
    Result<std::int64_t> runToEnd(Statement &statement);
    tl::unexpected<Error> failure(int status) const;

    std::filesystem::path m_file;
    sqlite3 *m_connection = nullptr;
    std::unordered_map<std::string, std::vector<sqlite3_stmt *>> m_idle;
};

/// BEGIN IMMEDIATE; rolled back when it dies without commit().
class Transaction
{
public:
    static Result<Transaction> begin(Database &database);
    ~Transaction();
    Transaction(Transaction &&other) noexcept;
    Transaction &operator=(Transaction &&) = delete;

    Result<void> commit();

private:
    explicit Transaction(Database &database);
    Database *m_database;
};

/// "[1,2,3]", for `IN (SELECT value FROM json_each(?))`: one prepared statement for lists of any length.
std::string jsonList(std::span<const std::int64_t> ids);

/// Now, ISO 8601, UTC, to the millisecond.
std::string timestamp();

} // namespace rag
