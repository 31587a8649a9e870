#pragma once

#include "rag/types.h"

#include <span>
#include <string_view>
#include <vector>

namespace rag {

/// Says how well texts answer a question: slower and surer than the search. Safe from any thread.
class Reranker
{
public:
    virtual ~Reranker() = default;

    /// @return one score a text, larger is better; comparable within one call only. NaN: it can not read this
    /// text, or the question. Errors: Cancelled, Device.
    virtual Result<std::vector<float>> score(std::string_view question,
                                             std::span<const std::string_view> texts,
                                             const CancelToken &cancel) const = 0;

    /// What its order counts for, that of the search being 1.
    virtual double weight() const { return 2; }
};

} // namespace rag
