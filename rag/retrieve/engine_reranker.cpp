#include "rag/retrieve/engine_reranker.h"

#include <utility>

namespace rag {

EngineReranker::EngineReranker(std::shared_ptr<const engine::Model> model)
    : m_model(std::move(model))
{
}

Result<std::shared_ptr<const Reranker>> EngineReranker::open(std::shared_ptr<const engine::Model> model)
{
    if (model->info().kind != engine::ModelKind::Reranker)
        return fail(ErrorCode::Unsupported, model->info().name + " is no reranker");
    return std::shared_ptr<const Reranker>(new EngineReranker(std::move(model)));
}

Result<std::vector<float>> EngineReranker::score(std::string_view question,
                                                 std::span<const std::string_view> texts,
                                                 const CancelToken &cancel) const
{
    return m_model->rerank(question, texts, cancel);
}

} // namespace rag
