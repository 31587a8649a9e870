#pragma once

#include "rag/model/language_model.h"
#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

/// A model's sentence with the passage that supports it.
struct WrittenNote
{
    std::string text;
    std::size_t passage = 0; ///< of those that were given
    std::uint32_t begin = 0; ///< in its text: what it stands on
    std::uint32_t end = 0;
    double support = 0; ///< 0..1
};

/// Lets a model write about passages, and keeps of it only what the passages are seen to support
/// (answer/verifier.h): its own words are never taken on trust.
class NoteMaker
{
public:
    /// @param language  that it shall write in
    NoteMaker(LanguageModel &model, std::string language);

    /// How many of the passages, from the front, fit into one prompt; at least one.
    std::size_t thatFit(std::span<const Passage> passages) const;

    /// @param instruction  what to write, in English; plain
    /// @return may be empty. `cancelled` set when it was broken off. Errors: Device.
    Result<std::vector<WrittenNote>> write(std::span<const Passage> passages, std::string_view instruction,
                                           const CancelToken &cancel);

private:
    int budget() const;

    LanguageModel &m_model;
    std::string m_language;
};

} // namespace rag
