#pragma once

#include "rag/model/embedder.h"
#include "rag/store/library_store.h"

#include <span>
#include <string_view>
#include <vector>

namespace rag {

/// Rows of length 1 (or zero, where there is no vector), for comparing by meaning.
class Vectors
{
public:
    Vectors() = default;
    /// The stored vectors of the passages, one a row. Errors: those of the store.
    static Result<Vectors> ofPassages(LibraryStore &store, const Embedder &embedder,
                                      std::span<const Passage> passages);
    /// Errors: Cancelled, Device.
    static Result<Vectors> ofTexts(const Embedder &embedder, std::span<const std::string_view> texts,
                                   TextKind kind, const CancelToken &cancel);

    bool empty() const { return m_values.empty(); }

    std::span<const float> row(std::size_t i) const
    {
        return std::span(m_values).subspan(i * m_dimension, m_dimension);
    }

    /// The mean of rows [first, end), made length 1.
    std::vector<float> centroid(std::size_t first, std::size_t end) const;

private:
    std::size_t m_dimension = 0;
    std::vector<float> m_values;
};

double cosine(std::span<const float> a, std::span<const float> b);

/// Moves values to 0..1; all alike: 0.
void spread(std::span<double> values);

} // namespace rag
