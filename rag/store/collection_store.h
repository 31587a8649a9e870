#pragma once

#include "rag/types.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rag {

class Database;

using CollectionId = std::int64_t;

/// A named group of documents: a scope that is chosen again and again.
struct Collection
{
    CollectionId id = 0;
    std::string name;
    int documents = 0;
};

/// Collections and what is in them; a document may be in several. Removing a collection leaves its documents;
/// a removed document leaves its collections by itself. Uses the thread's own connection.
/// Errors of every call: Storage, Damaged, OutOfMemory (store/sqlite.h); NotFound where an id leads nowhere.
class CollectionStore
{
public:
    explicit CollectionStore(Database &database);

    /// @param name  white space at its ends is dropped; letter case and forms fold as in the search. Errors:
    /// Unsupported (empty, or another collection has it).
    Result<CollectionId> create(std::string_view name);
    Result<void> rename(CollectionId id, std::string_view name); ///< Errors: as create()
    Result<void> remove(CollectionId id);
    Result<std::vector<Collection>> collections(); ///< by name
    Result<std::optional<Collection>> named(std::string_view name);

    /// Documents that are there already, and ids of none, are passed over.
    Result<void> add(CollectionId id, std::span<const DocumentId> documents);
    Result<void> take(CollectionId id, std::span<const DocumentId> documents);
    /// In the order they joined the library: what Question::documents takes. Beware that an empty scope there
    /// means all documents; an empty collection has nothing to ask.
    Result<std::vector<DocumentId>> documents(CollectionId id);
    Result<std::vector<Collection>> collectionsOf(DocumentId document);

private:
    Database &m_database;
};

} // namespace rag
