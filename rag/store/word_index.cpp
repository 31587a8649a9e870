#include "rag/store/word_index.h"

#include "engine/base/log.h"
#include "rag/store/sqlite.h"
#include "rag/text/language.h"
#include "rag/text/search_words.h"

#include <string>

namespace rag {

namespace {

constexpr const char *kVersion = "SELECT value FROM meta WHERE key = 'words'";

Result<void> indexAll(Database &database)
{
    RETURN_IF_ERROR(database.run("DELETE FROM words"));
    ASSIGN_OR_RETURN(Statement chunk, database.prepare("SELECT id, text, section FROM chunks ORDER BY id"));
    while (true) {
        ASSIGN_OR_RETURN(const bool more, chunk.step());
        if (!more)
            return {};
        RETURN_IF_ERROR(indexChunk(database, chunk.integer(0), chunk.text(1), chunk.text(2)));
    }
}

} // namespace

Result<void> indexChunk(Database &database, ChunkId chunk, std::string_view text, std::string_view section)
{
    const std::string language = languageOfText(text);
    RETURN_IF_ERROR(database.run("INSERT INTO words (rowid, body, section) VALUES (?, ?, ?)", chunk,
                                 wordsToStore(text, language), wordsToStore(section, language)));
    return {};
}

Result<bool> renewWordIndex(Database &database)
{
    ASSIGN_OR_RETURN(const std::int64_t seen, database.number(kVersion));
    if (seen == kWordsVersion)
        return false;
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(database));
    ASSIGN_OR_RETURN(const std::int64_t version, database.number(kVersion)); // another may have been quicker
    if (version == kWordsVersion)
        return false;
    ASSIGN_OR_RETURN(const std::int64_t chunks, database.number("SELECT count(*) FROM chunks"));
    RETURN_IF_ERROR(indexAll(database));
    RETURN_IF_ERROR(database.run("INSERT OR REPLACE INTO meta VALUES ('words', ?)", kWordsVersion));
    // What was deleted is only marked so until all is merged (library_store.cpp, dropContent).
    RETURN_IF_ERROR(database.run("INSERT INTO words (words) VALUES ('optimize')"));
    RETURN_IF_ERROR(transaction.commit());
    engine::logLine(engine::LogLevel::Info,
                    "library: full-text index of " + std::to_string(chunks) + " passages made anew");
    return true;
}

} // namespace rag
