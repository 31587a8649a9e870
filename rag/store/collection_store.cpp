#include "rag/store/collection_store.h"

#include "rag/store/sqlite.h"
#include "rag/text/normalizer.h"

#include <string>

namespace rag {

namespace {

constexpr const char *kCollectionColumns = "SELECT id, name, (SELECT count(*) FROM collected c WHERE "
                                           "c.collection = collections.id) FROM collections ";

std::string_view trimmed(std::string_view name)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = name.find_first_not_of(kSpace);
    if (begin == name.npos)
        return {};
    return name.substr(begin, name.find_last_not_of(kSpace) - begin + 1);
}

std::string folded(std::string_view name)
{
    return normalizeForIndex(trimmed(name)).text;
}

Result<std::vector<Collection>> listOf(Statement &row)
{
    std::vector<Collection> collections;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return collections;
        collections.push_back({row.integer(0), std::string(row.text(1)), row.integer32(2)});
    }
}

/// @param self  a collection that may have the name already; 0: none
Result<void> requireFree(Database &database, std::string_view name, CollectionId self)
{
    if (trimmed(name).empty())
        return fail(ErrorCode::Unsupported, "a collection needs a name");
    ASSIGN_OR_RETURN(
        const std::int64_t other,
        database.number("SELECT id FROM collections WHERE folded = ? AND id != ?", folded(name), self));
    if (other != 0)
        return fail(ErrorCode::Unsupported, "there is a collection of this name");
    return {};
}

Result<void> requireThere(Database &database, CollectionId id)
{
    ASSIGN_OR_RETURN(const std::int64_t found,
                     database.number("SELECT count(*) FROM collections WHERE id = ?", id));
    if (found == 0)
        return fail(ErrorCode::NotFound, "the collection is no longer there");
    return {};
}

} // namespace

CollectionStore::CollectionStore(Database &database)
    : m_database(database)
{
}

Result<CollectionId> CollectionStore::create(std::string_view name)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(requireFree(m_database, name, 0));
    RETURN_IF_ERROR(
        m_database.run("INSERT INTO collections (name, folded, made_at) VALUES (?, ?, strftime('%s', "
                       "'now') + 0)",
                       trimmed(name), folded(name)));
    const CollectionId id = m_database.lastInsertId();
    RETURN_IF_ERROR(transaction.commit());
    return id;
}

Result<void> CollectionStore::rename(CollectionId id, std::string_view name)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(requireThere(m_database, id));
    RETURN_IF_ERROR(requireFree(m_database, name, id));
    RETURN_IF_ERROR(m_database.run("UPDATE collections SET name = ?, folded = ? WHERE id = ?", trimmed(name),
                                   folded(name), id));
    return transaction.commit();
}

Result<void> CollectionStore::remove(CollectionId id)
{
    ASSIGN_OR_RETURN(const std::int64_t removed,
                     m_database.run("DELETE FROM collections WHERE id = ?", id)); // and what was in it
    if (removed == 0)
        return fail(ErrorCode::NotFound, "the collection is no longer there");
    return m_database.checkpoint();
}

Result<std::vector<Collection>> CollectionStore::collections()
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare(std::string(kCollectionColumns) + "ORDER BY folded, id"));
    return listOf(row);
}

Result<std::optional<Collection>> CollectionStore::named(std::string_view name)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare(std::string(kCollectionColumns) + "WHERE folded = ?", folded(name)));
    ASSIGN_OR_RETURN(const std::vector<Collection> found, listOf(row));
    if (found.empty())
        return std::nullopt;
    return found.front();
}

Result<void> CollectionStore::add(CollectionId id, std::span<const DocumentId> documents)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(requireThere(m_database, id));
    RETURN_IF_ERROR(m_database.run("INSERT OR IGNORE INTO collected (collection, document) SELECT ?, id FROM "
                                   "documents WHERE id IN (SELECT value FROM json_each(?))",
                                   id, jsonList(documents)));
    return transaction.commit();
}

Result<void> CollectionStore::take(CollectionId id, std::span<const DocumentId> documents)
{
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(m_database));
    RETURN_IF_ERROR(requireThere(m_database, id));
    RETURN_IF_ERROR(m_database.run(
        "DELETE FROM collected WHERE collection = ? AND document IN (SELECT value FROM json_each(?))", id,
        jsonList(documents)));
    return transaction.commit();
}

Result<std::vector<DocumentId>> CollectionStore::documents(CollectionId id)
{
    RETURN_IF_ERROR(requireThere(m_database, id));
    ASSIGN_OR_RETURN(
        Statement row,
        m_database.prepare("SELECT document FROM collected WHERE collection = ? ORDER BY document", id));
    std::vector<DocumentId> documents;
    while (true) {
        ASSIGN_OR_RETURN(const bool more, row.step());
        if (!more)
            return documents;
        documents.push_back(row.integer(0));
    }
}

Result<std::vector<Collection>> CollectionStore::collectionsOf(DocumentId document)
{
    ASSIGN_OR_RETURN(Statement row,
                     m_database.prepare(std::string(kCollectionColumns) +
                                            "WHERE id IN (SELECT collection FROM collected WHERE document = "
                                            "?) ORDER BY folded, id",
                                        document));
    return listOf(row);
}

} // namespace rag
