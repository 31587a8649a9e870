#pragma once

#include "engine/engine.h"
#include "rag/model/language_model.h"
#include "rag/model/vocabulary_bytes.h"

#include <memory>
#include <optional>

namespace rag {

/// A LanguageModel on our own engine. Keeps its session between calls, so that a prompt that begins like the
/// last one is not computed anew.
class EngineLanguageModel final : public LanguageModel
{
public:
    /// @param model  a decoder. Errors: Unsupported (it is none).
    static Result<std::unique_ptr<LanguageModel>> open(std::shared_ptr<const engine::Model> model);

    std::string name() const override;
    std::string device() const override;
    int contextLength() const override;
    int countTokens(std::string_view text) const override;
    std::vector<Token> tokensOf(std::string_view text) const override;
    std::string textOf(std::span<const Token> tokens) const override;
    std::vector<Token> tokensBeginning(std::string_view text) const override;
    Result<Generation> generate(std::span<const Turn> turns, const GenerationOptions &options,
                                const std::function<void(std::string_view)> &onText,
                                const CancelToken &cancel) override;

private:
    explicit EngineLanguageModel(std::shared_ptr<const engine::Model> model);
    Result<std::vector<engine::TokenId>> promptOf(std::span<const Turn> turns, bool thinks) const;
    engine::GenerateOptions engineOptions(const GenerationOptions &options, int room) const;

    std::shared_ptr<const engine::Model> m_model;
    std::vector<Token> m_ends;                           ///< the tokens that end a text
    mutable std::optional<VocabularyBytes> m_vocabulary; ///< made at first use
    std::optional<engine::Session> m_session;            ///< opened at first use: its cache is large
};

} // namespace rag
