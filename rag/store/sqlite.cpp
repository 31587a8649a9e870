#include "rag/store/sqlite.h"

#include "rag/store/private_file.h"
#include "rag/store/schema.h"
#include "rag/store/word_index.h"

#include <sqlite3.h>

#include <cassert>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace rag {

namespace {

constexpr int kBusyMilliseconds = 5000;

ErrorCode codeOf(int status)
{
    switch (status & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::Damaged;
    case SQLITE_NOMEM:
        return ErrorCode::OutOfMemory;
    default:
        return ErrorCode::Storage;
    }
}

std::string_view meaningOf(int status)
{
    switch (status & 0xff) {
    case SQLITE_FULL:
        return "the disk is full";
    case SQLITE_IOERR:
        return "the disk reported an error";
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "the library may not be written";
    case SQLITE_CANTOPEN:
        return "the library can not be opened";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program is writing to the library";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the library's file is damaged or no database";
    default:
        return "the database refused";
    }
}

/// sqlite3_errmsg names tables and columns, never values: fit for the log.
tl::unexpected<Error> failureOf(sqlite3 *connection, int status)
{
    std::string detail(meaningOf(status));
    detail += ": ";
    detail += connection ? sqlite3_errmsg(connection) : sqlite3_errstr(status);
    detail += " (" + std::to_string(status) + ")";
    return fail(codeOf(status), std::move(detail));
}

} // namespace

// ---- Statement
// ------------------------------------------------------------------------------------------------

Statement::Statement(Database &database, std::string_view sql, sqlite3_stmt *statement)
    : m_database(&database)
    , m_sql(sql)
    , m_statement(statement)
{
}

Statement::Statement(Statement &&other) noexcept
    : m_database(other.m_database)
    , m_sql(other.m_sql)
    , m_statement(std::exchange(other.m_statement, nullptr))
    , m_bindStatus(other.m_bindStatus)
{
}

Statement::~Statement()
{
    if (m_statement) {
        reset();
        m_database->giveBack(m_sql, m_statement);
    }
}

void Statement::bind(int parameter, std::int64_t value)
{
    m_bindStatus |= sqlite3_bind_int64(m_statement, parameter, value);
}

void Statement::bind(int parameter, double value)
{
    m_bindStatus |= sqlite3_bind_double(m_statement, parameter, value);
}

void Statement::bind(int parameter, std::string_view text)
{
    m_bindStatus |= sqlite3_bind_text64(m_statement, parameter, text.empty() ? "" : text.data(), text.size(),
                                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind(int parameter, std::span<const std::uint8_t> blob)
{
    // A null pointer would bind NULL.
    m_bindStatus |= blob.empty() ? sqlite3_bind_zeroblob(m_statement, parameter, 0)
                                 : sqlite3_bind_blob64(m_statement, parameter, blob.data(), blob.size(),
                                                       SQLITE_TRANSIENT);
}

Result<bool> Statement::step()
{
    if (m_bindStatus != SQLITE_OK)
        return m_database->failure(SQLITE_MISUSE);
    const int status = sqlite3_step(m_statement);
    if (status == SQLITE_ROW)
        return true;
    if (status == SQLITE_DONE)
        return false;
    return m_database->failure(status);
}

void Statement::reset()
{
    sqlite3_reset(m_statement); // repeats the error of the last step, which has been reported
    sqlite3_clear_bindings(m_statement);
    m_bindStatus = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::string_view Statement::text(int column) const
{
    const auto *bytes = reinterpret_cast<const char *>(sqlite3_column_text(m_statement, column));
    return bytes
               ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
               : std::string_view();
}

std::span<const std::uint8_t> Statement::blob(int column) const
{
    const auto *bytes = static_cast<const std::uint8_t *>(sqlite3_column_blob(m_statement, column));
    return {bytes, bytes ? static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)) : 0};
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

// ---- Database
// -------------------------------------------------------------------------------------------------

Database::Database(std::filesystem::path file)
    : m_file(std::move(file))
{
}

Database::~Database()
{
    for (const auto &[sql, statements] : m_idle)
        for (sqlite3_stmt *statement : statements)
            sqlite3_finalize(statement);
    sqlite3_close_v2(m_connection);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path &file)
{
    RETURN_IF_ERROR(refuseForeignFile(file));
    // Two programs that start at once: one makes the file, the other finds it made.
    ASSIGN_OR_RETURN(const auto alone, FileLock::take(lockFile(file), kSchemaLock));
    ASSIGN_OR_RETURN(auto database, openRaw(file));
    RETURN_IF_ERROR(migrate(*database));
    RETURN_IF_ERROR(renewWordIndex(*database));
    return database;
}

Result<std::unique_ptr<Database>> Database::openRaw(const std::filesystem::path &file)
{
    // Made here first: SQLite would follow the umask. Log and shared memory take the file's rights.
    RETURN_IF_ERROR(makePrivateFile(file));
    auto database = std::unique_ptr<Database>(new Database(file));
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int status = sqlite3_open_v2(file.c_str(), &database->m_connection, flags, nullptr);
    if (status != SQLITE_OK)
        return database->failure(status);
    RETURN_IF_ERROR(database->configure());
    return database;
}

Result<void> Database::configure()
{
    sqlite3_busy_timeout(m_connection, kBusyMilliseconds);
    sqlite3_db_config(m_connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(m_connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // Temporary tables stay in memory: they would put text into the system's own folder.
    return script("PRAGMA cell_size_check = ON;"
                  "PRAGMA mmap_size = 0;"
                  "PRAGMA temp_store = MEMORY;"
                  "PRAGMA journal_mode = WAL;"
                  "PRAGMA synchronous = FULL;"
                  "PRAGMA foreign_keys = ON;"
                  "PRAGMA secure_delete = ON;"
                  "PRAGMA cache_size = -16000;");
}

Result<Statement> Database::take(std::string_view sql)
{
    const auto place = m_idle.try_emplace(std::string(sql)).first;
    if (!place->second.empty()) {
        sqlite3_stmt *statement = place->second.back();
        place->second.pop_back();
        return Statement(*this, place->first, statement);
    }
    sqlite3_stmt *statement = nullptr;
    const int status = sqlite3_prepare_v3(m_connection, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (status != SQLITE_OK)
        return failure(status);
    return Statement(*this, place->first, statement);
}

void Database::giveBack(std::string_view sql, sqlite3_stmt *statement)
{
    m_idle[std::string(sql)].push_back(statement);
}

Result<std::int64_t> Database::runToEnd(Statement &statement)
{
    while (true) {
        ASSIGN_OR_RETURN(const bool row, statement.step());
        if (!row)
            return sqlite3_changes64(m_connection);
    }
}

Result<void> Database::script(const char *sql)
{
    const int status = sqlite3_exec(m_connection, sql, nullptr, nullptr, nullptr);
    if (status != SQLITE_OK)
        return failure(status);
    return {};
}

std::int64_t Database::lastInsertId() const
{
    return sqlite3_last_insert_rowid(m_connection);
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(m_connection) == 0;
}

Result<void> Database::setDurability(Durability durability)
{
    assert(!inTransaction());
    return script(durability == Durability::Full ? "PRAGMA synchronous = FULL"
                                                 : "PRAGMA synchronous = NORMAL");
}

Result<void> Database::checkpoint()
{
    const int status =
        sqlite3_wal_checkpoint_v2(m_connection, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (status != SQLITE_OK && (status & 0xff) != SQLITE_BUSY)
        return failure(status);
    return {};
}

Result<void> Database::copyTo(const std::filesystem::path &file)
{
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    RETURN_IF_ERROR(makePrivateFile(file));
    sqlite3 *target = nullptr;
    int status = sqlite3_open_v2(file.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (sqlite3_backup *backup =
            status == SQLITE_OK ? sqlite3_backup_init(target, "main", m_connection, "main") : nullptr) {
        sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup); // its status is the target's
    }
    status = sqlite3_errcode(target);
    Result<void> result;
    if (status != SQLITE_OK)
        result = failureOf(target, status);
    sqlite3_close_v2(target);
    return result;
}

Result<std::vector<std::string>> Database::check()
{
    std::vector<std::string> complaints;
    {
        ASSIGN_OR_RETURN(Statement check, prepare("PRAGMA integrity_check"));
        while (true) {
            ASSIGN_OR_RETURN(const bool row, check.step());
            if (!row)
                break;
            if (check.text(0) != "ok")
                complaints.emplace_back(check.text(0));
        }
    }
    ASSIGN_OR_RETURN(Statement keys, prepare("PRAGMA foreign_key_check"));
    while (true) {
        ASSIGN_OR_RETURN(const bool row, keys.step());
        if (!row)
            return complaints;
        complaints.push_back("a row of " + std::string(keys.text(0)) + " points to no row of " +
                             std::string(keys.text(2)));
    }
}

tl::unexpected<Error> Database::failure(int status) const
{
    return failureOf(m_connection, status);
}

// ---- Transaction
// ----------------------------------------------------------------------------------------------

Transaction::Transaction(Database &database)
    : m_database(&database)
{
}

Transaction::Transaction(Transaction &&other) noexcept
    : m_database(std::exchange(other.m_database, nullptr))
{
}

Transaction::~Transaction()
{
    // SQLite may have rolled back by itself (disk full). A failure here leaves nothing to do: closing rolls
    // back.
    if (m_database && m_database->inTransaction())
        static_cast<void>(m_database->run("ROLLBACK").has_value());
}

Result<Transaction> Transaction::begin(Database &database)
{
    RETURN_IF_ERROR(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Result<void> Transaction::commit()
{
    RETURN_IF_ERROR(m_database->run("COMMIT"));
    m_database = nullptr;
    return {};
}

// ---- small helpers
// --------------------------------------------------------------------------------------------

std::string jsonList(std::span<const std::int64_t> ids)
{
    std::string list = "[";
    for (const std::int64_t id : ids) {
        if (list.size() > 1)
            list += ',';
        list += std::to_string(id);
    }
    return list + "]";
}

std::string timestamp()
{
    using namespace std::chrono;
    const auto now = time_point_cast<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(time_point_cast<std::chrono::seconds>(now));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char date[32] = {};
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    char whole[48] = {};
    std::snprintf(whole, sizeof whole, "%s.%03dZ", date,
                  static_cast<int>(now.time_since_epoch().count() % 1000));
    return whole;
}

} // namespace rag
