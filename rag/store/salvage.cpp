#include "rag/store/salvage.h"

#include "engine/base/unicode.h"
#include "rag/store/blob.h"
#include "rag/store/private_file.h"
#include "rag/store/schema.h"
#include "rag/store/sqlite.h"
#include "rag/store/sqlite_pages.h"
#include "rag/store/word_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

namespace rag {

namespace fs = std::filesystem;

namespace {

using Values = std::vector<RawValue>;

const std::string &text(const Values &values, std::size_t column)
{
    return std::get<std::string>(values[column]);
}

std::span<const std::uint8_t> blob(const Values &values, std::size_t column)
{
    return std::get<std::vector<std::uint8_t>>(values[column]);
}

bool documentFits(const Values &row)
{
    return unpackOutline(blob(row, 8)).has_value();
}

bool pageFits(const Values &row)
{
    const std::size_t size = text(row, 8).size();
    return engine::isValidUtf8(text(row, 8)) && unpackChars(blob(row, 9), size) &&
           unpackBlocks(blob(row, 10), size);
}

bool chunkFits(const Values &row)
{
    return engine::isValidUtf8(text(row, 6)) && unpackSegments(blob(row, 7), text(row, 6).size());
}

/// Vectors have length 1; a flipped bit that matters shows in it.
bool vectorFits(const Values &row)
{
    const auto floats = unpackFloats(blob(row, 2));
    if (!floats)
        return false;
    double squares = 0;
    for (const float value : *floats)
        squares += double{value} * double{value};
    return std::abs(squares - 1) < 1e-2;
}

bool citationFits(const Values &row)
{
    return unpackBoxes(blob(row, 8)).has_value();
}

bool findingsFit(const Values &row)
{
    const auto isTruth = [&](std::size_t column) {
        const std::int64_t value = std::get<std::int64_t>(row[column]);
        return value == 0 || value == 1;
    };
    return isTruth(1) && isTruth(3) && isTruth(4) && std::get<std::int64_t>(row[5]) >= 0 &&
           std::get<std::int64_t>(row[6]) >= 0;
}

bool anyFits(const Values &)
{
    return true;
}

/// A table whose rows are known by the kinds of their columns: n NULL (the id, which is the row's own), i
/// integer, r number, t text, b blob. No two tables have the same kinds, nor do the tables behind the
/// full-text index. What is not here is made anew (words, embedded, meta) or read as far as SQLite does
/// (scopes).
struct Table
{
    const char *name;
    std::string_view kinds;
    bool (*fits)(const Values &);
    const char *insert;
    int Salvaged::*count;
};

constexpr std::array<Table, 15> kTables{{
    {"documents", "ntttttitbiiiiiit", documentFits,
     "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
     &Salvaged::documents},
    {"pages", "niitrrittbb", pageFits, "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
     &Salvaged::pages},
    {"chunks", "niiititb", chunkFits, "INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
     &Salvaged::chunks},
    {"models", "nt", anyFits, "INSERT OR IGNORE INTO models VALUES (?, ?)", nullptr},
    {"vectors", "iib", vectorFits, "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", &Salvaged::vectors},
    {"conversations", "nttt", anyFits, "INSERT OR IGNORE INTO conversations VALUES (?, ?, ?, ?)",
     &Salvaged::conversations},
    {"messages", "niittiitrtt", anyFits,
     "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &Salvaged::messages},
    {"citations", "niiitittb", citationFits,
     "INSERT OR IGNORE INTO citations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", &Salvaged::citations},
    {"tasks", "nitttit", anyFits, "INSERT OR IGNORE INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?)", nullptr},
    {"task_notes", "niiiirt", anyFits, "INSERT OR IGNORE INTO task_notes VALUES (?, ?, ?, ?, ?, ?, ?)",
     nullptr},
    {"page_findings", "niriiii", findingsFit,
     "INSERT OR IGNORE INTO page_findings VALUES (?, ?, ?, ?, ?, ?, ?)", nullptr},
    {"collections", "ntti", anyFits, "INSERT OR IGNORE INTO collections VALUES (?, ?, ?, ?)", nullptr},
    {"collected", "nii", anyFits, "INSERT OR IGNORE INTO collected VALUES (?, ?, ?)", nullptr},
    {"answer_details", "nittttrt", anyFits,
     "INSERT OR IGNORE INTO answer_details VALUES (?, ?, ?, ?, ?, ?, ?, ?)", nullptr},
    {"answer_sentences", "niiiiirt", anyFits,
     "INSERT OR IGNORE INTO answer_sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?)", nullptr},
}};

bool isOfKind(const RawValue &value, char kind)
{
    switch (kind) {
    case 'n':
        return std::holds_alternative<std::monostate>(value);
    case 'i':
        return std::holds_alternative<std::int64_t>(value);
    case 'r': // a whole number is stored as an integer
        return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
    case 't':
        return std::holds_alternative<std::string>(value);
    default:
        return std::holds_alternative<std::vector<std::uint8_t>>(value);
    }
}

bool belongsTo(const RawRow &row, const Table &table)
{
    if (row.values.size() != table.kinds.size() || row.id <= 0)
        return false;
    for (std::size_t i = 0; i < row.values.size(); ++i)
        if (!isOfKind(row.values[i], table.kinds[i]))
            return false;
    return table.fits(row.values);
}

void bindValue(Statement &statement, int parameter, const RawValue &value, std::int64_t id)
{
    if (const auto *number = std::get_if<std::int64_t>(&value))
        statement.bind(parameter, *number);
    else if (const auto *real = std::get_if<double>(&value))
        statement.bind(parameter, *real);
    else if (const auto *words = std::get_if<std::string>(&value))
        statement.bind(parameter, engine::validUtf8(*words));
    else if (const auto *bytes = std::get_if<std::vector<std::uint8_t>>(&value))
        statement.bind(parameter, *bytes);
    else
        statement.bind(parameter, id);
}

Result<void> insertRow(Database &to, const Table &table, const RawRow &row)
{
    ASSIGN_OR_RETURN(Statement insert, to.prepare(table.insert));
    for (std::size_t i = 0; i < row.values.size(); ++i)
        bindValue(insert, static_cast<int>(i + 1), row.values[i], row.id);
    RETURN_IF_ERROR(insert.step());
    return {};
}

Result<void> copyRows(SqlitePages &from, Database &to)
{
    for (std::uint32_t page = 1; page <= from.pageCount(); ++page)
        for (const RawRow &row : from.rows(page))
            for (const Table &table : kTables)
                if (belongsTo(row, table))
                    RETURN_IF_ERROR(insertRow(to, table, row));
    return {};
}

/// Which conversation asks which documents: a table without row ids, whose leaves look like those of an
/// index. What SQLite itself can not read is left out: such a conversation asks the whole library.
Result<void> copyScopes(Database &from, Database &to)
{
    auto row = from.prepare("SELECT conversation, document FROM scopes");
    while (row) {
        const auto more = row->step();
        if (!more || !*more)
            break;
        RETURN_IF_ERROR(
            to.run("INSERT OR IGNORE INTO scopes VALUES (?, ?)", row->integer(0), row->integer(1)));
    }
    return {};
}

/// Rows that point nowhere go; a message without its conversation gets one. A document of which something is
/// missing is read again.
constexpr const char *kTidy = R"sql(
UPDATE documents SET state = 1 WHERE state NOT BETWEEN 0 AND 5;
CREATE TEMP TABLE broken AS SELECT id FROM documents d WHERE
    (SELECT count(*) FROM pages p WHERE p.document = d.id) != d.pages_done
    OR (SELECT count(*) FROM chunks c WHERE c.document = d.id) != d.chunks;
DELETE FROM pages WHERE document NOT IN (SELECT id FROM documents) OR document IN broken;
DELETE FROM page_findings WHERE id NOT IN (SELECT id FROM pages);
DELETE FROM chunks WHERE document NOT IN (SELECT id FROM documents) OR document IN broken;
DELETE FROM vectors WHERE chunk NOT IN (SELECT id FROM chunks) OR model NOT IN (SELECT id FROM models);
UPDATE documents SET state = 1, pages_done = 0, pages_without_text = 0, pages_skipped = 0, chunks = 0, read_whole = 0
    WHERE id IN broken;
INSERT INTO embedded SELECT c.document, v.model, count(*) FROM vectors v JOIN chunks c ON c.id = v.chunk
    GROUP BY c.document, v.model;
INSERT INTO conversations SELECT conversation, '…', '', max(at) FROM messages
    WHERE conversation NOT IN (SELECT id FROM conversations) GROUP BY conversation;
DELETE FROM scopes WHERE conversation NOT IN (SELECT id FROM conversations);
DELETE FROM collected WHERE collection NOT IN (SELECT id FROM collections)
    OR document NOT IN (SELECT id FROM documents);
DELETE FROM citations WHERE message NOT IN (SELECT id FROM messages);
DELETE FROM answer_details WHERE message NOT IN (SELECT id FROM messages);
DELETE FROM answer_sentences WHERE message NOT IN (SELECT id FROM messages);
DELETE FROM tasks WHERE NOT json_valid(documents) OR EXISTS (SELECT value FROM json_each(CASE WHEN
    json_valid(documents) THEN documents ELSE '[]' END) WHERE value NOT IN (SELECT id FROM documents));
DELETE FROM task_notes WHERE task NOT IN (SELECT id FROM tasks) OR chunk NOT IN (SELECT id FROM chunks);
UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(document), 0) FROM citations)) WHERE name = 'documents';
)sql";

Result<void> indexWordsAgain(Database &database)
{
    ASSIGN_OR_RETURN(Statement chunk, database.prepare("SELECT id, text, section FROM chunks ORDER BY id"));
    while (true) {
        ASSIGN_OR_RETURN(const bool more, chunk.step());
        if (!more)
            return {};
        RETURN_IF_ERROR(indexChunk(database, chunk.integer(0), chunk.text(1), chunk.text(2)));
    }
}

Result<void> count(Database &database, Salvaged &salvaged)
{
    for (const Table &table : kTables)
        if (table.count) {
            ASSIGN_OR_RETURN(const std::int64_t rows,
                             database.number("SELECT count(*) FROM " + std::string(table.name)));
            salvaged.*table.count = static_cast<int>(rows);
        }
    ASSIGN_OR_RETURN(const std::int64_t broken, database.number("SELECT count(*) FROM broken"));
    salvaged.toReadAgain = static_cast<int>(broken);
    return {};
}

fs::path beside(const fs::path &file, std::string_view ending)
{
    fs::path other = file;
    other += ending;
    return other;
}

void removeDatabase(const fs::path &file)
{
    std::error_code ignored;
    for (const char *ending : {"", "-wal", "-shm", "-journal", "-lock"})
        fs::remove(beside(file, ending), ignored);
}

tl::unexpected<Error> cannot(const char *what, const std::error_code &error)
{
    return fail(ErrorCode::Storage, std::string(what) + ": " + error.message());
}

/// A connection holds byte 128 of the shared memory's file (os_unix.c, "deadman switch") as long as it lives.
/// This process has none: closing the descriptor would let go of its locks.
Result<void> requireNobodyElse(const fs::path &file)
{
    const int descriptor = ::open(beside(file, "-shm").c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return {};
    struct flock range = {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = 128;
    range.l_len = 1;
    const bool free = ::fcntl(descriptor, F_GETLK, &range) == 0 && range.l_type == F_UNLCK;
    ::close(descriptor);
    if (!free)
        return fail(ErrorCode::Storage, "another program has the library open; close it first");
    return {};
}

/// A header as this program's files have it, over one that is none: with it SQLite takes in the write-ahead
/// log.
void mendHeader(const fs::path &file)
{
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    std::array<char, 100> header{};
    stream.read(header.data(), header.size());
    if (!stream || std::memcmp(header.data(), "SQLite format 3", 16) == 0)
        return;
    header.fill(0);
    std::memcpy(header.data(), "SQLite format 3", 16);
    const auto put = [&](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i)
            header[at + i] = static_cast<char>(value >> (24 - 8 * i));
    };
    put(16, 0x10000202); // 4096 bytes a page; write-ahead log
    put(20, 0x00402020); // nothing reserved; payload fractions
    put(40, 1);          // schema cookie
    put(44, 4);          // schema format
    put(56, 1);          // UTF-8
    put(60, static_cast<std::uint32_t>(migrations().back().version));
    put(68, static_cast<std::uint32_t>(kApplicationId));
    stream.seekp(0);
    stream.write(header.data(), header.size());
}

/// The damaged file with its write-ahead log taken in, as far as SQLite does that.
Result<std::unique_ptr<Database>> copyOf(const fs::path &file, const fs::path &copy)
{
    removeDatabase(copy);
    RETURN_IF_ERROR(makePrivateFile(copy));
    std::error_code error;
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing, error);
    if (error)
        return cannot("cannot copy the damaged library", error);
    std::error_code ignored;
    fs::copy_file(beside(file, "-wal"), beside(copy, "-wal"), ignored);
    mendHeader(copy);
    Result<std::unique_ptr<Database>> opened = Database::openRaw(copy);
    if (!opened)
        return std::unique_ptr<Database>();
    static_cast<void>((*opened)->checkpoint().has_value());
    return opened;
}

Result<Salvaged> fill(const fs::path &copy, Database *readable, const fs::path &fresh)
{
    removeDatabase(fresh);
    ASSIGN_OR_RETURN(const auto database, Database::open(fresh));
    ASSIGN_OR_RETURN(SqlitePages pages, SqlitePages::open(copy));
    RETURN_IF_ERROR(database->script("PRAGMA foreign_keys = OFF"));
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*database));
    RETURN_IF_ERROR(copyRows(pages, *database));
    if (readable)
        RETURN_IF_ERROR(copyScopes(*readable, *database));
    RETURN_IF_ERROR(database->script(kTidy));
    RETURN_IF_ERROR(indexWordsAgain(*database));
    RETURN_IF_ERROR(transaction.commit());
    Salvaged salvaged;
    RETURN_IF_ERROR(count(*database, salvaged));
    ASSIGN_OR_RETURN(const std::vector<std::string> complaints, database->check());
    if (!complaints.empty())
        return fail(ErrorCode::Damaged, "what could be read does not fit together: " + complaints.front());
    RETURN_IF_ERROR(database->checkpoint());
    return salvaged;
}

/// The damaged file gets its new name as a second one before the whole one takes its place, so that at no
/// moment there is no library.
Result<fs::path> exchange(const fs::path &file, const fs::path &fresh)
{
    std::error_code error;
    fs::path kept;
    for (int n = 1; kept.empty() || fs::exists(kept, error); ++n)
        kept = beside(file, ".damaged-" + std::to_string(n));
    fs::create_hard_link(file, kept, error);
    if (error) // not on every file system
        fs::copy_file(file, kept, error);
    if (error)
        return cannot("cannot keep the damaged library", error);
    if (fs::exists(beside(file, "-wal"), error))
        fs::rename(beside(file, "-wal"), beside(kept, "-wal"), error);
    std::error_code ignored;
    fs::remove(beside(file, "-shm"), ignored);
    if (!error)
        fs::rename(fresh, file, error);
    if (error)
        return cannot("cannot put the new library in its place", error);
    return kept;
}

} // namespace

Result<Salvaged> salvageLibrary(const fs::path &file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return fail(ErrorCode::NotFound, "there is no library " + file.string());
    ASSIGN_OR_RETURN(const auto alone, FileLock::take(lockFile(file), kSchemaLock));
    RETURN_IF_ERROR(requireNobodyElse(file));
    const fs::path copy = beside(file, ".salvage");
    const fs::path fresh = beside(file, ".repaired");
    Result<Salvaged> salvaged = [&]() -> Result<Salvaged> {
        ASSIGN_OR_RETURN(const auto readable, copyOf(file, copy));
        return fill(copy, readable.get(), fresh);
    }();
    removeDatabase(copy);
    if (salvaged && salvaged->documents + salvaged->messages + salvaged->conversations == 0)
        salvaged =
            fail(ErrorCode::NotFound, "nothing in the damaged library can be read; it was left as it is");
    if (salvaged) {
        Result<fs::path> kept = exchange(file, fresh);
        if (kept)
            salvaged->kept = *kept;
        else
            salvaged = tl::unexpected(kept.error());
    }
    removeDatabase(fresh);
    return salvaged;
}

} // namespace rag
