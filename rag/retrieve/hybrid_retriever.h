#pragma once

#include "rag/index/vector_index.h"
#include "rag/model/embedder.h"
#include "rag/retrieve/passage_order.h"
#include "rag/retrieve/rank_fusion.h"
#include "rag/retrieve/reranker.h"
#include "rag/retrieve/retriever.h"
#include "rag/retrieve/search_scope.h"
#include "rag/store/library_store.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace rag {

/// Each stage with its weight, 0: off. Chosen on the shared evaluation set; what each is worth stands in
/// rag/README.md.
struct HybridOptions
{
    int candidates = 100; ///< of each way of searching
    double damping = 8;   ///< of rank fusion
    double wordWeight = 1;
    double vectorWeight = 1;
    double foreignWeight = 0.2; ///< vectors once more, among documents of other languages than the question's
    double centring = 0.5;      ///< share of its language's mean that is taken off each vector
    double neighbourVectors =
        0.3; ///< of the score of the better of a chunk's two neighbours, added to its own
    double neighbourWords = 0.2;
    double nameWeight = 1.0;     ///< for documents whose name the question mentions
    double languageWeight = 1.0; ///< for documents in a language that the question names ("the French FAQ")
    double contentsWeight = 0.7; ///< taken off what is a table of contents
    bool repeatsLast = true;     ///< the same text again goes behind the rest
    int perDocument = 0;         ///< of the first k, at most so many of one document; 0: any number
    int reranked = 10;           ///< passages that the reranker reads, where there is one: 200 ms of a MiniLM
};

/// Vectors and words, fused. A multilingual model gives text of the question's own language higher cosines
/// whatever it says: what a language's vectors have in common is taken off, and documents of other languages
/// are ranked once more among themselves.
class HybridRetriever final : public Retriever
{
public:
    /// @param embedder, index  null: words only @param reranker  null: none
    HybridRetriever(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                    std::shared_ptr<VectorIndex> index, const HybridOptions &options = {},
                    std::shared_ptr<const Reranker> reranker = {});

    /// Searches for Question::searchText, or for its text where that is empty.
    Result<std::vector<Passage>> retrieve(const Question &question, int k,
                                          const CancelToken &cancel) override;

private:
    struct DenseHit
    {
        ChunkId chunk = 0;
        double similarity = 0; ///< cosine
        double score = 0;
        bool foreign = false; ///< of a document in another language than the question's
    };

    Result<std::vector<DenseHit>> searchVectors(const std::string &text, const SearchScope &scope,
                                                const CancelToken &cancel);
    Result<std::vector<ChunkId>> searchWords(const std::string &text, const Question &question,
                                             const SearchScope &scope);
    Result<std::vector<DenseHit>> nearest(std::span<const float> query, std::span<const ChunkId> chunks,
                                          const Centre &centre, const SearchScope &scope);
    Result<void> updateMeans();
    std::vector<FusedHit> fuse(std::span<const DenseHit> dense, std::span<const ChunkId> words) const;
    Result<std::vector<Passage>> describe(std::span<const FusedHit> fused, std::span<const DenseHit> dense,
                                          std::span<const ChunkId> words);
    void limitPerDocument(std::vector<Passage> &passages, int k) const;
    Result<void> rerank(std::vector<Passage> &passages, const std::string &text,
                        const CancelToken &cancel) const;

    std::shared_ptr<Database> m_database;
    LibraryStore m_store;
    ScopeMap m_scopes;
    std::shared_ptr<const Embedder> m_embedder;
    std::shared_ptr<VectorIndex> m_index;
    std::shared_ptr<const Reranker> m_reranker;
    HybridOptions m_options;
    std::map<std::string, std::vector<float>> m_means; ///< of each language's vectors
    std::vector<float> m_mean;                         ///< of all
    double m_share = 0;                                ///< of them that is taken off
    std::int64_t m_meansOf = -1;                       ///< ScopeMap::generation() they belong to
};

} // namespace rag
