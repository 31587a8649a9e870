#include "rag/store/schema.h"

#include "engine/base/log.h"
#include "rag/store/sqlite.h"

#include <array>
#include <cstring>
#include <fstream>

namespace rag {

namespace {

// Ids are never used twice (AUTOINCREMENT): an old index file or an old citation can not mean something new.
// Citations and scopes keep the ids of documents that were removed, so they are no foreign keys.
// The words are what text/normalizer makes of a chunk, letters and digits parted by spaces: the ascii
// tokenizer takes every byte above 127 for a letter and so keeps exactly these words.
constexpr const char *kFirst = R"sql(
PRAGMA application_id = 0x57525251;

CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('library', lower(hex(randomblob(16)))), ('generation', 0);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    state INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    outline BLOB NOT NULL,
    pages INTEGER NOT NULL,
    pages_done INTEGER NOT NULL DEFAULT 0,
    pages_without_text INTEGER NOT NULL DEFAULT 0,
    pages_skipped INTEGER NOT NULL DEFAULT 0,
    chunks INTEGER NOT NULL DEFAULT 0,
    read_whole INTEGER NOT NULL DEFAULT 0,
    added_at TEXT NOT NULL
);

CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    page INTEGER NOT NULL,
    label TEXT NOT NULL,
    width REAL NOT NULL,
    height REAL NOT NULL,
    state INTEGER NOT NULL,
    note TEXT NOT NULL,
    text TEXT NOT NULL,
    chars BLOB NOT NULL,
    blocks BLOB NOT NULL,
    UNIQUE (document, page)
);

CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    page INTEGER NOT NULL,
    last_page INTEGER NOT NULL,
    section TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    text TEXT NOT NULL,
    segments BLOB NOT NULL
);
CREATE INDEX chunks_of_document ON chunks (document);

CREATE VIRTUAL TABLE words USING fts5 (body, section, tokenize = 'ascii');

CREATE TABLE models (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE vectors (
    chunk INTEGER NOT NULL REFERENCES chunks ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES models,
    vector BLOB NOT NULL,
    UNIQUE (chunk, model)
);
CREATE TABLE embedded (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES models,
    chunks INTEGER NOT NULL,
    PRIMARY KEY (document, model)
) WITHOUT ROWID;

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE scopes (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    document INTEGER NOT NULL,
    PRIMARY KEY (conversation, document)
) WITHOUT ROWID;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    from_user INTEGER NOT NULL,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    state INTEGER NOT NULL,
    abstained INTEGER NOT NULL DEFAULT 0,
    model TEXT NOT NULL DEFAULT '',
    tokens_per_second REAL NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL
);
CREATE INDEX messages_of_conversation ON messages (conversation);

CREATE TABLE citations (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    n INTEGER NOT NULL,
    document INTEGER NOT NULL,
    document_name TEXT NOT NULL,
    page INTEGER NOT NULL,
    page_label TEXT NOT NULL,
    quote TEXT NOT NULL,
    boxes BLOB NOT NULL
);
CREATE INDEX citations_of_message ON citations (message);
)sql";

// Notes of whole-document tasks (tasks/task_store.h). `documents` is a JSON list of ids. A note goes with its
// passage; a task with any of its documents, for its question tells of them.
constexpr const char *kTasks = R"sql(
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,
    question TEXT NOT NULL,
    model TEXT NOT NULL,
    documents TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL
);
CREATE TABLE task_notes (
    id INTEGER PRIMARY KEY,
    task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    chunk INTEGER NOT NULL REFERENCES chunks ON DELETE CASCADE,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    score REAL NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX notes_of_task ON task_notes (task);
CREATE INDEX notes_of_chunk ON task_notes (chunk);
CREATE TRIGGER tasks_of_document AFTER DELETE ON documents BEGIN
    DELETE FROM tasks WHERE OLD.id IN (SELECT value FROM json_each(tasks.documents));
END;
)sql";

// How a page was read (PageFindings), under the id of its page.
constexpr const char *kFindings = R"sql(
CREATE TABLE page_findings (
    id INTEGER PRIMARY KEY REFERENCES pages ON DELETE CASCADE,
    ocr INTEGER NOT NULL,
    ocr_confidence REAL NOT NULL,
    garbled INTEGER NOT NULL,
    hidden_text INTEGER NOT NULL,
    tables INTEGER NOT NULL,
    captions INTEGER NOT NULL
);
)sql";

// Named groups of documents (store/collection_store.h). Seconds since 1970, not text: the salvager tells
// tables by the kinds of their columns.
constexpr const char *kCollections = R"sql(
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL
);
CREATE TABLE collected (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    UNIQUE (collection, document)
);
CREATE INDEX collected_documents ON collected (document);
)sql";

// What is kept of an answer besides its text and citations (store/answer_details.h). `scan` and `citations`
// are lists in text.
constexpr const char *kDetails = R"sql(
CREATE TABLE answer_details (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL UNIQUE REFERENCES messages ON DELETE CASCADE,
    searched_for TEXT NOT NULL,
    extract TEXT NOT NULL,
    generated TEXT NOT NULL,
    thinking TEXT NOT NULL,
    confidence REAL NOT NULL,
    scan TEXT NOT NULL
);
CREATE TABLE answer_sentences (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    quoted INTEGER NOT NULL,
    support REAL NOT NULL,
    citations TEXT NOT NULL
);
CREATE INDEX sentences_of_message ON answer_sentences (message);
)sql";

constexpr std::array<Migration, 5> kMigrations{
    {{1, kFirst}, {2, kTasks}, {3, kFindings}, {4, kCollections}, {5, kDetails}}};

tl::unexpected<Error> newer(std::int64_t version)
{
    return fail(ErrorCode::Unsupported, "the library was written by a newer program (version " +
                                            std::to_string(version) + "); it was left untouched");
}

tl::unexpected<Error> foreign()
{
    return fail(ErrorCode::Unsupported, "the file belongs to another program; it was left untouched");
}

Result<void> refuseForeign(Database &database, std::int64_t version, std::int64_t newest)
{
    if (version > newest)
        return newer(version);
    ASSIGN_OR_RETURN(const std::int64_t application, database.number("PRAGMA application_id"));
    ASSIGN_OR_RETURN(const std::int64_t tables, database.number("SELECT count(*) FROM sqlite_schema"));
    if (application != kApplicationId && tables > 0)
        return foreign();
    return {};
}

/// Another program may have run the step while this one waited for the lock.
Result<void> runStep(Database &database, const Migration &step)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    ASSIGN_OR_RETURN(const std::int64_t version, database.number("PRAGMA user_version"));
    if (version >= step.version)
        return {};
    RETURN_IF_ERROR(database.script(step.sql));
    RETURN_IF_ERROR(database.script(("PRAGMA user_version = " + std::to_string(step.version)).c_str()));
    RETURN_IF_ERROR(transaction.commit());
    engine::logLine(engine::LogLevel::Info, "library: schema is now version " + std::to_string(step.version));
    return {};
}

std::int64_t bigEndian(const unsigned char *bytes)
{
    return std::int64_t{bytes[0]} << 24 | std::int64_t{bytes[1]} << 16 | std::int64_t{bytes[2]} << 8 |
           bytes[3];
}

} // namespace

std::span<const Migration> migrations()
{
    return kMigrations;
}

Result<void> migrate(Database &database, std::span<const Migration> steps)
{
    ASSIGN_OR_RETURN(const std::int64_t version, database.number("PRAGMA user_version"));
    const int newest = steps.back().version;
    RETURN_IF_ERROR(refuseForeign(database, version, newest));
    if (version == newest)
        return {};
    if (version > 0) {
        std::filesystem::path copy = database.file();
        copy += ".v" + std::to_string(version) + ".bak";
        RETURN_IF_ERROR(database.copyTo(copy));
    }
    for (const Migration &step : steps)
        if (step.version > version)
            RETURN_IF_ERROR(runStep(database, step));
    return {};
}

Result<void> refuseForeignFile(const std::filesystem::path &file)
{
    // SQLite file format, section 1.3: magic at 0, user version at 60, application id at 68.
    std::array<unsigned char, 100> header{};
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char *>(header.data()), header.size());
    if (stream.gcount() == 0)
        return {};
    if (stream.gcount() < std::streamsize{100} || std::memcmp(header.data(), "SQLite format 3", 16) != 0)
        return fail(ErrorCode::Damaged, "the library's file is no database");
    if (const std::int64_t application = bigEndian(&header[68]);
        application != 0 && application != kApplicationId)
        return foreign();
    if (const std::int64_t version = bigEndian(&header[60]); version > migrations().back().version)
        return newer(version);
    return {};
}

} // namespace rag
