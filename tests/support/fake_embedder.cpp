#include "tests/support/fake_embedder.h"

#include <cmath>
#include <cstdint>

namespace {

/// Calls onWord for each run of bytes that are no white space.
template <class F>
void eachWord(std::string_view text, F onWord)
{
    std::size_t begin = 0;
    while ((begin = text.find_first_not_of(" \t\n\r", begin)) != text.npos) {
        const std::size_t end = std::min(text.find_first_of(" \t\n\r", begin), text.size());
        onWord(text.substr(begin, end - begin));
        begin = end;
    }
}

/// FNV-1a over ASCII lower case without trailing punctuation.
std::uint32_t hashOf(std::string_view word)
{
    while (word.size() > 1 && std::string_view(".,;:!?").find(word.back()) != std::string_view::npos)
        word.remove_suffix(1);
    std::uint32_t hash = 2166136261U;
    for (const char c : word) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        hash = (hash ^ static_cast<unsigned char>(lower)) * 16777619U;
    }
    return hash;
}

} // namespace

FakeEmbedder::FakeEmbedder(std::string fingerprint)
    : m_fingerprint(std::move(fingerprint))
{
}

int FakeEmbedder::countTokens(std::string_view text) const
{
    int words = 0;
    eachWord(text, [&](std::string_view) { ++words; });
    return words;
}

std::vector<float> FakeEmbedder::vectorOf(std::string_view text)
{
    std::vector<float> vector(64, 0.0F);
    vector[0] = 0.01F; // a text without words has a direction too
    eachWord(text, [&](std::string_view word) {
        const std::uint32_t hash = hashOf(word);
        vector[hash >> 8 & 63] += (hash & 1) != 0 ? 1.0F : -1.0F;
        vector[hash >> 16 & 63] += (hash & 2) != 0 ? 1.0F : -1.0F;
    });
    float squares = 0;
    for (const float value : vector)
        squares += value * value;
    for (float &value : vector)
        value /= std::sqrt(squares);
    return vector;
}

rag::Result<std::vector<float>> FakeEmbedder::embed(std::span<const std::string_view> texts, rag::TextKind,
                                                    const rag::CancelToken &cancel) const
{
    if (const int failure = m_failure.exchange(-1); failure >= 0)
        return rag::fail(static_cast<rag::ErrorCode>(failure), "told to fail");
    std::vector<float> rows;
    for (const std::string_view text : texts) {
        if (cancel.isCancelled())
            return rag::fail(rag::ErrorCode::Cancelled, "stopped");
        const std::vector<float> row = vectorOf(text);
        rows.insert(rows.end(), row.begin(), row.end());
        ++m_texts;
    }
    return rows;
}
