#pragma once

#include "rag/index/vector_index.h"

#include <faiss/utils/distances.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace rag {

/// Scores rows against one query.
class Scorer
{
public:
    Scorer(std::span<const float> query, const Centre &centre)
        : m_query(query)
        , m_centre(centre)
        , m_centred(query.begin(), query.end())
    {
        if (centre.mean.size() != query.size() || centre.queryMean.size() != query.size())
            m_centre.share = 0;
        if (m_centre.share == 0)
            return;
        for (std::size_t i = 0; i < query.size(); ++i)
            m_centred[i] -= m_centre.share * centre.queryMean[i];
        const float length = std::sqrt(faiss::fvec_norm_L2sqr(m_centred.data(), m_centred.size()));
        for (float &value : m_centred)
            value /= std::max(length, 1e-6F);
        m_meanSquare = faiss::fvec_norm_L2sqr(centre.mean.data(), query.size());
        m_meanScore = faiss::fvec_inner_product(m_centred.data(), centre.mean.data(), query.size());
    }

    VectorHit hit(ChunkId chunk, const float *row) const
    {
        const std::size_t size = m_query.size();
        const float similarity = faiss::fvec_inner_product(m_query.data(), row, size);
        if (m_centre.share == 0)
            return {chunk, similarity, similarity};
        // (row - share mean) . query / |row - share mean|, the row being of length 1
        const float share = m_centre.share;
        const float along = faiss::fvec_inner_product(m_centre.mean.data(), row, size);
        const float square = 1 - 2 * share * along + share * share * m_meanSquare;
        const float product = faiss::fvec_inner_product(m_centred.data(), row, size) - share * m_meanScore;
        return {chunk, similarity, product / std::sqrt(std::max(square, 1e-6F))};
    }

    std::span<const float> query() const { return m_query; }

private:
    std::span<const float> m_query;
    Centre m_centre;
    std::vector<float> m_centred;
    float m_meanSquare = 0;
    float m_meanScore = 0; ///< mean . query
};

} // namespace rag
