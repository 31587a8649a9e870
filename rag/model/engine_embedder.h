#pragma once

#include "engine/engine.h"
#include "rag/model/embedder.h"

#include <memory>

namespace rag {

/// An Embedder on our own engine.
class EngineEmbedder final : public Embedder
{
public:
    /// @param model  an encoder. Errors: Unsupported (it is none).
    static Result<std::shared_ptr<const Embedder>> open(std::shared_ptr<const engine::Model> model);

    int dimension() const override;
    std::string fingerprint() const override;
    int countTokens(std::string_view text) const override;
    Result<std::vector<float>> embed(std::span<const std::string_view> texts, TextKind kind,
                                     const CancelToken &cancel) const override;

private:
    explicit EngineEmbedder(std::shared_ptr<const engine::Model> model);
    std::shared_ptr<const engine::Model> m_model;
};

} // namespace rag
