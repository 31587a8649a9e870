#pragma once

#include "rag/types.h"

#include <vector>

namespace rag {

/// Question to passages. One thread at a time.
class Retriever
{
public:
    virtual ~Retriever() = default;

    /// @return the best first, at most k. Errors: Storage, Device, Cancelled.
    virtual Result<std::vector<Passage>> retrieve(const Question &question, int k,
                                                  const CancelToken &cancel) = 0;
};

} // namespace rag
