#pragma once

#include "engine/engine.h"
#include "rag/retrieve/reranker.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace rag {

/// On our own engine: a cross-encoder (Nogueira & Cho 2019), or a second embedding model, whose opinion
/// differs from that of the first. One with a vocabulary of a single language is asked of English alone.
class EngineReranker final : public Reranker
{
public:
    /// @param model  a reranker or an embedding model. Errors: Unsupported (it is none).
    static Result<std::shared_ptr<const Reranker>> open(std::shared_ptr<const engine::Model> model);

    Result<std::vector<float>> score(std::string_view question, std::span<const std::string_view> texts,
                                     const CancelToken &cancel) const override;
    double weight() const override;

private:
    explicit EngineReranker(std::shared_ptr<const engine::Model> model);
    bool reads(std::string_view text) const;
    Result<std::vector<float>> cosines(std::string_view question, std::span<const std::string_view> texts,
                                       const CancelToken &cancel) const;
    /// Unit vectors; those of texts seen before are kept.
    Result<std::vector<std::vector<float>>> vectorsOf(std::span<const std::string_view> texts,
                                                      const CancelToken &cancel) const;

    std::shared_ptr<const engine::Model> m_model;
    mutable std::mutex m_mutex; ///< of what follows
    mutable std::unordered_map<std::string, std::vector<float>> m_vectors;
};

} // namespace rag
