#pragma once

#include "rag/store/library_store.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace rag {

/// What a question may look at: documents, and of them the chunks on its pages.
struct SearchScope
{
    std::vector<Document> documents;
    bool wholeLibrary = true;                           ///< no chunk of the library is outside
    std::map<std::string, std::vector<ChunkId>> chunks; ///< by the language of their document
    std::unordered_map<ChunkId, DocumentId> documentOf;

    bool holds(ChunkId chunk) const { return documentOf.contains(chunk); }
};

/// Knows where every chunk stands, and reads that anew when the library has changed. One thread.
class ScopeMap
{
public:
    explicit ScopeMap(LibraryStore &store);

    /// Errors: those of the store.
    Result<SearchScope> scopeOf(const Question &question);
    /// Chunks of the same document just before and after. Of chunks that were there at the last scopeOf().
    std::vector<ChunkId> neighbours(ChunkId chunk) const;

    /// Of every chunk of the library, by the language of its document.
    const std::map<std::string, std::vector<ChunkId>> &byLanguage() const { return m_byLanguage; }

    std::int64_t generation() const { return m_generation; }

private:
    Result<void> refresh();

    LibraryStore &m_store;
    std::int64_t m_generation = -1;
    std::vector<Document> m_documents;
    std::vector<ChunkPlace> m_places; ///< by document, in reading order
    std::unordered_map<ChunkId, std::size_t> m_placeOf;
    std::map<std::string, std::vector<ChunkId>> m_byLanguage;
};

} // namespace rag
