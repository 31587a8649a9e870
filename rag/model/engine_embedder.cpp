#include "rag/model/engine_embedder.h"

#include <utility>

namespace rag {

EngineEmbedder::EngineEmbedder(std::shared_ptr<const engine::Model> model)
    : m_model(std::move(model))
{
}

Result<std::shared_ptr<const Embedder>> EngineEmbedder::open(std::shared_ptr<const engine::Model> model)
{
    if (model->info().kind != engine::ModelKind::Encoder)
        return fail(ErrorCode::Unsupported, model->info().name + " is no embedding model");
    return std::shared_ptr<const Embedder>(new EngineEmbedder(std::move(model)));
}

int EngineEmbedder::dimension() const
{
    return m_model->info().embeddingSize;
}

std::string EngineEmbedder::fingerprint() const
{
    return m_model->info().name + ":" + m_model->info().fingerprint;
}

int EngineEmbedder::countTokens(std::string_view text) const
{
    return m_model->countTokens(text);
}

Result<std::vector<float>> EngineEmbedder::embed(std::span<const std::string_view> texts, TextKind kind,
                                                 const CancelToken &cancel) const
{
    const auto engineKind = kind == TextKind::Query ? engine::TextKind::Query : engine::TextKind::Passage;
    ASSIGN_OR_RETURN(engine::Matrix matrix, m_model->embed(texts, engineKind, cancel));
    return std::move(matrix.values);
}

} // namespace rag
