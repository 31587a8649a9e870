#include "rag/retrieve/hybrid_retriever.h"

#include "rag/retrieve/question_text.h"
#include "rag/store/sqlite.h"
#include "rag/text/search_words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace rag {

HybridRetriever::HybridRetriever(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                                 std::shared_ptr<VectorIndex> index, const HybridOptions &options,
                                 std::shared_ptr<const Reranker> reranker)
    : m_database(std::move(database))
    , m_store(*m_database)
    , m_scopes(m_store)
    , m_embedder(std::move(embedder))
    , m_index(std::move(index))
    , m_reranker(std::move(reranker))
    , m_options(options)
{
}

Result<std::vector<Passage>> HybridRetriever::retrieve(const Question &question, int k,
                                                       const CancelToken &cancel)
{
    const std::string &text = question.searchText.empty() ? question.text : question.searchText;
    ASSIGN_OR_RETURN(const SearchScope scope, m_scopes.scopeOf(question));
    if (scope.documentOf.empty() || k <= 0)
        return std::vector<Passage>();
    ASSIGN_OR_RETURN(const std::vector<ChunkId> words, searchWords(text, question, scope));
    ASSIGN_OR_RETURN(const std::vector<DenseHit> dense, searchVectors(text, scope, cancel));

    std::vector<FusedHit> fused = fuse(dense, words);
    fused.resize(std::min(fused.size(), std::size_t(std::max(3 * k, m_options.candidates))));

    ASSIGN_OR_RETURN(std::vector<Passage> passages, describe(fused, dense, words));
    for (Passage &passage : passages)
        passage.score *= 1 - m_options.contentsWeight * contentsShare(passage.text);
    favourNamed(passages, text, scope.documents, m_options.nameWeight, m_options.languageWeight);
    sortByScore(passages);
    dropRepeats(passages);
    RETURN_IF_ERROR(rerank(passages, text, cancel));
    if (m_options.repeatsLast)
        putRepeatsLast(passages);
    limitPerDocument(passages, k);
    passages.resize(std::min(passages.size(), std::size_t(k)));
    return passages;
}

std::vector<FusedHit> HybridRetriever::fuse(std::span<const DenseHit> dense,
                                            std::span<const ChunkId> words) const
{
    std::vector<RankedList> lists{{{words.begin(), words.end()}, m_options.wordWeight},
                                  {{}, m_options.vectorWeight},
                                  {{}, m_options.foreignWeight}};
    for (const DenseHit &hit : dense) {
        lists[1].chunks.push_back(hit.chunk);
        if (hit.foreign)
            lists[2].chunks.push_back(hit.chunk);
    }
    return fuseRanks(lists, m_options.damping);
}

Result<std::vector<ChunkId>> HybridRetriever::searchWords(const std::string &text, const Question &question,
                                                          const SearchScope &scope)
{
    constexpr int kForNeighbours = 10; ///< times the candidates: further down a neighbour lifts nothing
    const bool somePages = question.firstPage > 0 || question.lastPage >= 0;
    const int limit =
        somePages ? std::numeric_limits<int>::max() : kForNeighbours * std::max(m_options.candidates, 1);
    std::set<std::string> languages;
    for (const auto &[language, chunks] : scope.chunks)
        languages.insert(language);
    // Function words stay in: BM25 weighs them next to nothing, and in "to be or not to be" they are all
    // there is.
    ASSIGN_OR_RETURN(std::vector<WordHit> hits,
                     m_store.searchWords(wordsToFind(text, languages), limit, question.documents));
    std::erase_if(hits, [&](const WordHit &hit) { return !scope.holds(hit.chunk); });

    std::unordered_map<ChunkId, double> own;
    for (const WordHit &hit : hits)
        own[hit.chunk] = hit.bm25;
    for (WordHit &hit : hits) {
        double best = 0;
        for (const ChunkId neighbour : m_scopes.neighbours(hit.chunk))
            if (const auto found = own.find(neighbour); found != own.end())
                best = std::max(best, found->second);
        hit.bm25 += m_options.neighbourWords * best;
    }
    std::stable_sort(hits.begin(), hits.end(),
                     [](const WordHit &a, const WordHit &b) { return a.bm25 > b.bm25; });
    hits.resize(std::min(hits.size(), std::size_t(m_options.candidates)));
    std::vector<ChunkId> chunks;
    for (const WordHit &hit : hits)
        chunks.push_back(hit.chunk);
    return chunks;
}

/// The mean of a language of which there is little is drawn to the mean of all; in a small library next to
/// nothing is taken off, for there the mean is what the few chunks say.
Result<void> HybridRetriever::updateMeans()
{
    constexpr double kDrawn = 30;    ///< chunks of all that the mean of a language counts for
    constexpr double kReliable = 50; ///< chunks of a library of which half the share is taken off
    if (m_options.centring <= 0 || m_meansOf == m_scopes.generation())
        return {};
    std::vector<ChunkId> all;
    for (const auto &[language, chunks] : m_scopes.byLanguage())
        all.insert(all.end(), chunks.begin(), chunks.end());
    ASSIGN_OR_RETURN(m_mean, m_index->mean(all));
    m_means.clear();
    for (const auto &[language, chunks] : m_scopes.byLanguage()) {
        ASSIGN_OR_RETURN(std::vector<float> mean, m_index->mean(chunks));
        const auto own = float(double(chunks.size()) / (double(chunks.size()) + kDrawn));
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] = own * mean[i] + (1 - own) * m_mean[i];
        m_means[language] = std::move(mean);
    }
    m_share = m_options.centring * double(all.size()) / (double(all.size()) + kReliable);
    m_meansOf = m_scopes.generation();
    return {};
}

Result<std::vector<HybridRetriever::DenseHit>> HybridRetriever::nearest(std::span<const float> query,
                                                                        std::span<const ChunkId> chunks,
                                                                        const Centre &centre,
                                                                        const SearchScope &scope)
{
    constexpr int kForNeighbours = 3;
    const int wanted = std::max(m_options.candidates, 1);
    ASSIGN_OR_RETURN(const std::vector<VectorHit> hits,
                     m_index->search(query, kForNeighbours * wanted, chunks, centre));
    std::unordered_map<ChunkId, double> scores;
    std::vector<ChunkId> around;
    for (const VectorHit &hit : hits)
        scores[hit.chunk] = double{hit.score};
    for (const VectorHit &hit : hits)
        for (const ChunkId neighbour : m_scopes.neighbours(hit.chunk))
            if (!scores.contains(neighbour) && scope.holds(neighbour))
                around.push_back(neighbour);
    if (!around.empty()) {
        ASSIGN_OR_RETURN(const std::vector<VectorHit> more,
                         m_index->search(query, int(around.size()), around, centre));
        for (const VectorHit &hit : more)
            scores[hit.chunk] = double{hit.score};
    }
    std::vector<DenseHit> found;
    for (const VectorHit &hit : hits) {
        const double own = double{hit.score};
        double best = -1;
        for (const ChunkId neighbour : m_scopes.neighbours(hit.chunk))
            if (const auto score = scores.find(neighbour); score != scores.end())
                best = std::max(best, score->second);
        const double lift = m_options.neighbourVectors * (best > -1 ? best : own);
        found.push_back({hit.chunk, double{hit.similarity}, own + lift, false});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const DenseHit &a, const DenseHit &b) { return a.score > b.score; });
    found.resize(std::min(found.size(), std::size_t(wanted)));
    return found;
}

Result<std::vector<HybridRetriever::DenseHit>>
HybridRetriever::searchVectors(const std::string &text, const SearchScope &scope, const CancelToken &cancel)
{
    std::vector<DenseHit> merged;
    if (!m_embedder || !m_index)
        return merged;
    RETURN_IF_ERROR(m_index->refresh(m_store));
    if (m_index->size() == 0)
        return merged;
    const std::string_view texts[] = {text};
    ASSIGN_OR_RETURN(const std::vector<float> query, m_embedder->embed(texts, TextKind::Query, cancel));
    RETURN_IF_ERROR(updateMeans());

    const std::string asked = questionLanguage(text);
    for (const auto &[language, chunks] : scope.chunks) {
        if (cancel.isCancelled())
            return fail(ErrorCode::Cancelled, "search");
        const auto mean = m_means.find(language);
        const Centre centre = mean == m_means.end() ? Centre() : Centre{mean->second, m_mean, float(m_share)};
        ASSIGN_OR_RETURN(std::vector<DenseHit> found, nearest(query, chunks, centre, scope));
        for (DenseHit &hit : found) {
            hit.foreign = language != asked;
            merged.push_back(hit);
        }
    }
    std::stable_sort(merged.begin(), merged.end(),
                     [](const DenseHit &a, const DenseHit &b) { return a.score > b.score; });
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

void HybridRetriever::limitPerDocument(std::vector<Passage> &passages, int k) const
{
    if (m_options.perDocument <= 0)
        return;
    std::unordered_map<DocumentId, int> taken;
    int first = 0;
    std::stable_partition(passages.begin(), passages.end(), [&](const Passage &passage) {
        const bool fits = first < k && taken[passage.document] < m_options.perDocument;
        if (fits) {
            ++taken[passage.document];
            ++first;
        }
        return fits;
    });
}

/// The passages that it can read change places among themselves; the others stay where they are. Both
/// opinions count.
Result<void> HybridRetriever::rerank(std::vector<Passage> &passages, const std::string &text,
                                     const CancelToken &cancel) const
{
    if (!m_reranker || passages.empty())
        return {};
    const std::size_t count = std::min(passages.size(), std::size_t(std::max(m_options.reranked, 0)));
    std::vector<std::string> titled;
    for (std::size_t i = 0; i < count; ++i)
        titled.push_back(passages[i].section.empty() ? passages[i].text
                                                     : passages[i].section + ": " + passages[i].text);
    const std::vector<std::string_view> texts(titled.begin(), titled.end());
    ASSIGN_OR_RETURN(const std::vector<float> scores, m_reranker->score(text, texts, cancel));
    if (scores.size() != count)
        return fail(ErrorCode::Device, "the reranker gave another number of scores than texts");

    std::vector<std::size_t> places;
    std::vector<ChunkId> before;
    std::unordered_map<ChunkId, float> scoreOf;
    std::unordered_map<ChunkId, Passage> read;
    for (std::size_t i = 0; i < count; ++i) {
        if (std::isnan(scores[i]))
            continue;
        const ChunkId chunk = passages[i].chunk;
        places.push_back(i);
        before.push_back(chunk);
        scoreOf[chunk] = scores[i];
        read[chunk] = passages[i];
    }
    std::vector<ChunkId> order = before;
    std::stable_sort(order.begin(), order.end(),
                     [&](ChunkId a, ChunkId b) { return scoreOf[a] > scoreOf[b]; });
    std::unordered_map<ChunkId, double> fused;
    const RankedList lists[] = {{before, 1}, {std::move(order), m_reranker->weight()}};
    for (const FusedHit &hit : fuseRanks(lists, m_options.damping))
        fused[hit.chunk] = hit.score;
    std::stable_sort(before.begin(), before.end(), [&](ChunkId a, ChunkId b) { return fused[a] > fused[b]; });
    for (std::size_t i = 0; i < places.size(); ++i)
        passages[places[i]] = read[before[i]];
    return {};
}

} // namespace rag
