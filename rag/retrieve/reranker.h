#pragma once

#include "rag/types.h"

#include <span>
#include <string_view>
#include <vector>

namespace rag {

/// Says how well texts answer a question, reading both together: slower and surer than vectors. Safe from any
/// thread.
class Reranker
{
public:
    virtual ~Reranker() = default;

    /// @return one score a text, larger is better; comparable within one call only. Errors: Cancelled,
    /// Device.
    virtual Result<std::vector<float>> score(std::string_view question,
                                             std::span<const std::string_view> texts,
                                             const CancelToken &cancel) const = 0;
};

} // namespace rag
