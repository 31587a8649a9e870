#pragma once

#include "rag/model/language_model.h"

#include <string>
#include <vector>

/// Says what it was told to say, piece by piece, and remembers what it was asked. Counts words as tokens. To
/// a mask it speaks in bytes: a token is a byte, kEnd the end; where it may not say what it would, it says
/// the first token that it may, and then tries again.
class FakeLanguageModel final : public rag::LanguageModel
{
public:
    static constexpr rag::Token kEnd = 256;

    /// @param pieces  streamed one after another; every call gives the same ones
    explicit FakeLanguageModel(std::vector<std::string> pieces = {"It is so ", "[1]", "."},
                               int contextLength = 2048);

    std::string name() const override { return "fake"; }

    std::string device() const override { return "cpu"; }

    int contextLength() const override { return m_contextLength; }

    int countTokens(std::string_view text) const override;
    std::vector<rag::Token> tokensOf(std::string_view text) const override;
    std::string textOf(std::span<const rag::Token> tokens) const override;
    std::vector<rag::Token> tokensBeginning(std::string_view text) const override;
    rag::Result<rag::Generation> generate(std::span<const rag::Turn> turns,
                                          const rag::GenerationOptions &options,
                                          const std::function<void(std::string_view)> &onText,
                                          const rag::CancelToken &cancel) override;

    void say(std::vector<std::string> pieces) { m_pieces = std::move(pieces); }

    /// The next call fails with this error after its first piece.
    void failOnce(rag::ErrorCode code) { m_failure = static_cast<int>(code); }

    int calls() const { return m_calls; }

    const std::vector<rag::Turn> &lastTurns() const { return m_lastTurns; }

private:
    /// @return what comes out when a mask holds it; empty with `ended`: nothing more
    std::string maskedPiece(const std::string &piece, const rag::TokenMask &mask, rag::Generation &generation,
                            bool &ended) const;

    std::vector<std::string> m_pieces;
    std::vector<rag::Turn> m_lastTurns;
    int m_contextLength;
    int m_failure = -1;
    int m_calls = 0;
};
