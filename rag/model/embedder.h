#pragma once

#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

enum class TextKind { Query, Passage };

/// Texts to unit vectors. Safe from any thread.
class Embedder
{
public:
    virtual ~Embedder() = default;

    virtual int dimension() const = 0;
    /// Names the model and its weights: vectors of another fingerprint are not comparable.
    virtual std::string fingerprint() const = 0;
    virtual int countTokens(std::string_view text) const = 0;
    /// @return [texts, dimension] row-major, rows of length 1. Errors: Cancelled, Device.
    virtual Result<std::vector<float>> embed(std::span<const std::string_view> texts, TextKind kind,
                                             const CancelToken &cancel) const = 0;
};

} // namespace rag
