#include "rag/retrieve/hybrid_retriever.h"

#include "rag/retrieve/question_text.h"
#include "rag/store/sqlite.h"
#include "rag/text/normalizer.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rag {

namespace {

/// Bytes of the page texts that both passages were taken from.
std::uint32_t sharedBytes(const Passage &a, const Passage &b)
{
    std::uint32_t shared = 0;
    for (const Segment &x : a.segments)
        for (const Segment &y : b.segments)
            if (x.page == y.page) {
                const std::uint32_t begin = std::max(x.pageBegin, y.pageBegin);
                const std::uint32_t end = std::min(x.pageBegin + x.length, y.pageBegin + y.length);
                shared += end > begin ? end - begin : 0;
            }
    return shared;
}

bool repeats(const Passage &passage, const Passage &better)
{
    if (passage.document != better.document)
        return false;
    const auto length = std::min(passage.text.size(), better.text.size());
    return 2 * std::size_t(sharedBytes(passage, better)) > length;
}

/// Documents whose file name or title shares a word with the question.
std::unordered_set<DocumentId> namedDocuments(std::span<const std::string> terms,
                                              std::span<const Document> scope)
{
    std::map<std::string, int> frequency;
    std::unordered_map<DocumentId, std::unordered_set<std::string>> words;
    for (const Document &document : scope) {
        for (const IndexWord &word : splitWords(document.name + " " + document.title))
            words[document.id].insert(word.stem);
        for (const std::string &word : words[document.id])
            ++frequency[word];
    }
    std::unordered_set<DocumentId> named;
    for (const Document &document : scope)
        for (const std::string &term : terms)
            // a word that is in many names tells nothing
            if (words[document.id].contains(term) && 3 * frequency[term] <= int(scope.size()))
                named.insert(document.id);
    return named;
}

/// Passages of documents that the question points to, by name or by language, come forward.
void favourNamed(std::vector<Passage> &passages, std::string_view question, std::span<const Document> scope,
                 const HybridOptions &options)
{
    if (scope.size() < 2)
        return;
    const std::unordered_set<DocumentId> named = namedDocuments(keyTerms(question), scope);
    const std::set<std::string> languages = languagesNamed(question);
    std::unordered_map<DocumentId, double> favour;
    for (const Document &document : scope)
        favour[document.id] = (named.contains(document.id) ? 1 + options.nameWeight : 1) *
                              (languages.contains(document.language) ? 1 + options.languageWeight : 1);
    for (Passage &passage : passages)
        passage.score *= favour[passage.document];
}

} // namespace

HybridRetriever::HybridRetriever(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                                 std::shared_ptr<VectorIndex> index, const HybridOptions &options)
    : m_database(std::move(database))
    , m_store(*m_database)
    , m_embedder(std::move(embedder))
    , m_index(std::move(index))
    , m_options(options)
{
}

Result<std::vector<Passage>> HybridRetriever::retrieve(const Question &question, int k,
                                                       const CancelToken &cancel)
{
    ASSIGN_OR_RETURN(const std::vector<Document> scope, documentsOf(question));
    if (scope.empty())
        return std::vector<Passage>();
    ASSIGN_OR_RETURN(const std::vector<ChunkId> words, searchWords(question.text, question.documents));
    ASSIGN_OR_RETURN(const std::vector<DenseHit> dense, searchVectors(question.text, scope, cancel));

    std::vector<RankedList> lists{
        {words, m_options.wordWeight}, {{}, m_options.vectorWeight}, {{}, m_options.foreignWeight}};
    for (const DenseHit &hit : dense) {
        lists[1].chunks.push_back(hit.chunk);
        if (hit.foreign)
            lists[2].chunks.push_back(hit.chunk);
    }
    std::vector<FusedHit> fused = fuseRanks(lists, m_options.damping);
    fused.resize(std::min(fused.size(), std::size_t(std::max(3 * k, m_options.candidates))));

    ASSIGN_OR_RETURN(std::vector<Passage> passages, describe(fused, dense, words));
    favourNamed(passages, question.text, scope, m_options);
    std::stable_sort(passages.begin(), passages.end(),
                     [](const Passage &a, const Passage &b) { return a.score > b.score; });
    dropRepeats(passages);
    passages.resize(std::min(passages.size(), std::size_t(k)));
    return passages;
}

Result<std::vector<Document>> HybridRetriever::documentsOf(const Question &question)
{
    ASSIGN_OR_RETURN(std::vector<Document> documents, m_store.documents());
    if (!question.documents.empty())
        std::erase_if(documents, [&](const Document &document) {
            return std::find(question.documents.begin(), question.documents.end(), document.id) ==
                   question.documents.end();
        });
    return documents;
}

Result<std::vector<ChunkId>> HybridRetriever::searchWords(const std::string &text,
                                                          std::span<const DocumentId> among)
{
    std::vector<ChunkId> chunks;
    // Function words stay in: BM25 weighs them next to nothing, and in "to be or not to be" they are all
    // there is.
    ASSIGN_OR_RETURN(const std::vector<WordHit> hits,
                     m_store.searchWords(indexWords(text), m_options.candidates, among));
    for (const WordHit &hit : hits)
        chunks.push_back(hit.chunk);
    return chunks;
}

Result<std::vector<HybridRetriever::DenseHit>> HybridRetriever::searchVectors(const std::string &text,
                                                                              std::span<const Document> scope,
                                                                              const CancelToken &cancel)
{
    std::vector<DenseHit> merged;
    if (!m_embedder || !m_index)
        return merged;
    RETURN_IF_ERROR(m_index->refresh(m_store));
    if (m_index->size() == 0)
        return merged;
    const std::string_view texts[] = {text};
    ASSIGN_OR_RETURN(const std::vector<float> query, m_embedder->embed(texts, TextKind::Query, cancel));

    const std::string asked = questionLanguage(text);
    std::map<std::string, std::vector<DocumentId>> languages;
    for (const Document &document : scope)
        languages[document.language].push_back(document.id);
    for (const auto &[language, documents] : languages) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "search");
        ASSIGN_OR_RETURN(const std::vector<ChunkId> chunks, m_store.chunksOf(documents));
        if (chunks.empty()) // an empty list would mean "all" to the index
            continue;
        ASSIGN_OR_RETURN(const std::vector<VectorHit> hits,
                         m_index->search(query, m_options.candidates, chunks));
        for (const VectorHit &hit : hits)
            merged.push_back({hit.chunk, hit.similarity, language != asked});
    }
    std::stable_sort(merged.begin(), merged.end(),
                     [](const DenseHit &a, const DenseHit &b) { return a.similarity > b.similarity; });
    return merged;
}

Result<std::vector<Passage>> HybridRetriever::describe(std::span<const FusedHit> fused,
                                                       std::span<const DenseHit> dense,
                                                       std::span<const ChunkId> words)
{
    std::vector<ChunkId> ids;
    std::unordered_map<ChunkId, double> scores;
    for (const FusedHit &hit : fused) {
        ids.push_back(hit.chunk);
        scores[hit.chunk] = hit.score;
    }
    std::unordered_map<ChunkId, int> denseRank;
    for (std::size_t i = 0; i < dense.size(); ++i)
        denseRank[dense[i].chunk] = int(i);
    std::unordered_map<ChunkId, int> wordRank;
    for (std::size_t i = 0; i < words.size(); ++i)
        wordRank[words[i]] = int(i);

    ASSIGN_OR_RETURN(std::vector<Passage> passages, m_store.chunks(ids));
    for (Passage &passage : passages) {
        passage.score = scores[passage.chunk];
        if (const auto found = denseRank.find(passage.chunk); found != denseRank.end()) {
            passage.vectorRank = found->second;
            passage.similarity = dense[std::size_t(found->second)].similarity;
        }
        if (const auto found = wordRank.find(passage.chunk); found != wordRank.end())
            passage.wordRank = found->second;
    }
    return passages;
}

void dropRepeats(std::vector<Passage> &passages)
{
    std::vector<Passage> kept;
    for (Passage &passage : passages)
        if (std::none_of(kept.begin(), kept.end(),
                         [&](const Passage &better) { return repeats(passage, better); }))
            kept.push_back(std::move(passage));
    passages = std::move(kept);
}

std::vector<int> pagesOf(const Passage &passage)
{
    std::map<int, std::uint32_t> bytes;
    for (const Segment &segment : passage.segments)
        bytes[segment.page] += segment.length;
    if (bytes.empty())
        bytes[passage.page] = 0;
    std::vector<int> pages;
    for (const auto &[page, length] : bytes)
        pages.push_back(page);
    std::stable_sort(pages.begin(), pages.end(), [&](int a, int b) { return bytes[a] > bytes[b]; });
    return pages;
}

} // namespace rag
