#pragma once

#include "rag/model/embedder.h"

#include <atomic>

/// A bag of words hashed into 64 values: texts that share words are close, the same text always gives the
/// same vector, and nothing has to be loaded. Tokens are words. Safe from any thread.
class FakeEmbedder final : public rag::Embedder
{
public:
    explicit FakeEmbedder(std::string fingerprint = "fake-1");

    int dimension() const override { return 64; }

    std::string fingerprint() const override { return m_fingerprint; }

    int countTokens(std::string_view text) const override;
    rag::Result<std::vector<float>> embed(std::span<const std::string_view> texts, rag::TextKind kind,
                                          const rag::CancelToken &cancel) const override;

    /// One text's vector, for tests that want to compare.
    static std::vector<float> vectorOf(std::string_view text);

    int textsEmbedded() const { return m_texts; }

    /// The next call fails with this error.
    void failOnce(rag::ErrorCode code) { m_failure = static_cast<int>(code); }

private:
    std::string m_fingerprint;
    mutable std::atomic<int> m_texts = 0;
    mutable std::atomic<int> m_failure = -1;
};
