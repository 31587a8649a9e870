#include "rag/tasks/sentence_vectors.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace rag {

Result<Vectors> Vectors::ofPassages(LibraryStore &store, const Embedder &embedder,
                                    std::span<const Passage> passages)
{
    constexpr int kAtOnce = 1024;
    Vectors vectors;
    vectors.m_dimension = std::size_t(embedder.dimension());
    vectors.m_values.resize(passages.size() * vectors.m_dimension);
    std::unordered_map<ChunkId, std::size_t> rowOf;
    for (std::size_t i = 0; i < passages.size(); ++i)
        rowOf.emplace(passages[i].chunk, i);
    if (passages.empty())
        return vectors;
    const auto [first, last] =
        std::minmax_element(passages.begin(), passages.end(),
                            [](const Passage &a, const Passage &b) { return a.chunk < b.chunk; });
    for (ChunkId after = first->chunk - 1; after < last->chunk;) {
        ASSIGN_OR_RETURN(const std::vector<StoredVector> some,
                         store.vectors(embedder.fingerprint(), after, kAtOnce));
        if (some.empty())
            break;
        for (const StoredVector &vector : some)
            if (const auto row = rowOf.find(vector.chunk);
                row != rowOf.end() && vector.values.size() == vectors.m_dimension)
                std::copy(vector.values.begin(), vector.values.end(),
                          vectors.m_values.begin() + std::ptrdiff_t(row->second * vectors.m_dimension));
        after = some.back().chunk;
    }
    return vectors;
}

Result<Vectors> Vectors::ofTexts(const Embedder &embedder, std::span<const std::string_view> texts,
                                 TextKind kind, const CancelToken &cancel)
{
    constexpr std::size_t kAtOnce = 32; // so that a cancel is soon seen
    Vectors vectors;
    vectors.m_dimension = std::size_t(embedder.dimension());
    for (std::size_t at = 0; at < texts.size(); at += kAtOnce) {
        ASSIGN_OR_RETURN(
            const std::vector<float> some,
            embedder.embed(texts.subspan(at, std::min(kAtOnce, texts.size() - at)), kind, cancel));
        vectors.m_values.insert(vectors.m_values.end(), some.begin(), some.end());
    }
    return vectors;
}

std::vector<float> Vectors::centroid(std::size_t first, std::size_t end) const
{
    std::vector<float> mean(m_dimension, 0);
    for (std::size_t i = first; i < end; ++i)
        for (std::size_t d = 0; d < m_dimension; ++d)
            mean[d] += m_values[i * m_dimension + d];
    double squares = 0;
    for (const float value : mean)
        squares += double(value) * double(value);
    if (squares > 0)
        for (float &value : mean)
            value = float(double(value) / std::sqrt(squares));
    return mean;
}

double cosine(std::span<const float> a, std::span<const float> b)
{
    double sum = 0;
    for (std::size_t d = 0; d < std::min(a.size(), b.size()); ++d)
        sum += double(a[d]) * double(b[d]);
    return sum;
}

void spread(std::span<double> values)
{
    if (values.empty())
        return;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double least = *low;
    const double range = *high - *low;
    for (double &value : values)
        value = range > 0 ? (value - least) / range : 0;
}

} // namespace rag
