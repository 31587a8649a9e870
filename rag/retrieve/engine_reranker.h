#pragma once

#include "engine/engine.h"
#include "rag/retrieve/reranker.h"

#include <memory>

namespace rag {

/// A cross-encoder on our own engine (Nogueira & Cho 2019).
class EngineReranker final : public Reranker
{
public:
    /// @param model  a reranker. Errors: Unsupported (it is none).
    static Result<std::shared_ptr<const Reranker>> open(std::shared_ptr<const engine::Model> model);

    Result<std::vector<float>> score(std::string_view question, std::span<const std::string_view> texts,
                                     const CancelToken &cancel) const override;

private:
    explicit EngineReranker(std::shared_ptr<const engine::Model> model);
    std::shared_ptr<const engine::Model> m_model;
};

} // namespace rag
