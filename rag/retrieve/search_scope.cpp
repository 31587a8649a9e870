#include "rag/retrieve/search_scope.h"

#include <algorithm>

namespace rag {

ScopeMap::ScopeMap(LibraryStore &store)
    : m_store(store)
{
}

Result<void> ScopeMap::refresh()
{
    ASSIGN_OR_RETURN(m_documents, m_store.documents()); // names, states and languages change uncounted
    ASSIGN_OR_RETURN(const std::int64_t now, m_store.generation()); // before the chunks: rather too old
    if (now != m_generation) {
        m_generation = -1;
        ASSIGN_OR_RETURN(m_places, m_store.chunkPlaces());
        m_placeOf.clear();
        for (std::size_t i = 0; i < m_places.size(); ++i)
            m_placeOf[m_places[i].chunk] = i;
        m_generation = now;
    }
    std::unordered_map<DocumentId, std::string> language;
    for (const Document &document : m_documents)
        language[document.id] = document.language;
    m_byLanguage.clear();
    for (const ChunkPlace &place : m_places)
        m_byLanguage[language[place.document]].push_back(place.chunk);
    return {};
}

Result<SearchScope> ScopeMap::scopeOf(const Question &question)
{
    RETURN_IF_ERROR(refresh());
    SearchScope scope;
    scope.documents = m_documents;
    const std::vector<DocumentId> &wanted = question.documents;
    if (!wanted.empty())
        std::erase_if(scope.documents, [&](const Document &document) {
            return std::find(wanted.begin(), wanted.end(), document.id) == wanted.end();
        });
    std::unordered_map<DocumentId, std::string> language;
    for (const Document &document : scope.documents)
        language[document.id] = document.language;
    for (const ChunkPlace &place : m_places) {
        const auto document = language.find(place.document);
        const bool inside = document != language.end() && place.lastPage >= question.firstPage &&
                            (question.lastPage < 0 || place.page <= question.lastPage);
        if (!inside) {
            scope.wholeLibrary = false;
            continue;
        }
        scope.chunks[document->second].push_back(place.chunk);
        scope.documentOf[place.chunk] = place.document;
    }
    return scope;
}

std::vector<ChunkId> ScopeMap::neighbours(ChunkId chunk) const
{
    const auto found = m_placeOf.find(chunk);
    if (found == m_placeOf.end())
        return {};
    const std::size_t i = found->second;
    std::vector<ChunkId> ids;
    if (i > 0 && m_places[i - 1].document == m_places[i].document)
        ids.push_back(m_places[i - 1].chunk);
    if (i + 1 < m_places.size() && m_places[i + 1].document == m_places[i].document)
        ids.push_back(m_places[i + 1].chunk);
    return ids;
}

} // namespace rag
