#pragma once

#include "rag/index/vector_index.h"
#include "rag/model/embedder.h"
#include "rag/retrieve/rank_fusion.h"
#include "rag/retrieve/retriever.h"
#include "rag/store/library_store.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rag {

/// Weights chosen on the shared evaluation set.
struct HybridOptions
{
    int candidates = 100; ///< of each way of searching
    double damping = 8;   ///< of rank fusion
    double wordWeight = 1;
    double vectorWeight = 1;
    double foreignWeight = 0.4; ///< vectors once more, among documents of other languages than the question's
    double nameWeight = 1.0;    ///< for documents whose name the question mentions
    double languageWeight = 1.0; ///< for documents in a language that the question names ("the French FAQ")
};

/// Vectors and words, fused. A multilingual model gives text of the question's own language higher cosines
/// whatever it says, so the documents of other languages are ranked once more among themselves: the best of
/// them has a place near the front, however much there is in the question's language.
class HybridRetriever final : public Retriever
{
public:
    /// @param embedder, index  null: words only
    HybridRetriever(std::shared_ptr<Database> database, std::shared_ptr<const Embedder> embedder,
                    std::shared_ptr<VectorIndex> index, const HybridOptions &options = {});

    Result<std::vector<Passage>> retrieve(const Question &question, int k,
                                          const CancelToken &cancel) override;

private:
    struct DenseHit
    {
        ChunkId chunk = 0;
        double similarity = 0;
        bool foreign = false; ///< of a document in another language than the question's
    };

    Result<std::vector<Document>> documentsOf(const Question &question);
    Result<std::vector<DenseHit>> searchVectors(const std::string &text, std::span<const Document> scope,
                                                const CancelToken &cancel);
    Result<std::vector<ChunkId>> searchWords(const std::string &text, std::span<const DocumentId> among);
    Result<std::vector<Passage>> describe(std::span<const FusedHit> fused, std::span<const DenseHit> dense,
                                          std::span<const ChunkId> words);

    std::shared_ptr<Database> m_database;
    LibraryStore m_store;
    std::shared_ptr<const Embedder> m_embedder;
    std::shared_ptr<VectorIndex> m_index;
    HybridOptions m_options;
};

/// Takes out each passage that mostly repeats a better one (chunks overlap). @param passages  the best first
void dropRepeats(std::vector<Passage> &passages);

/// Pages that a passage stands on, the one with most of its text first.
std::vector<int> pagesOf(const Passage &passage);

} // namespace rag
