#pragma once

#include "rag/model/language_model.h"
#include "rag/types.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rag {

struct PromptOptions
{
    int budget = 2048;          ///< tokens that the whole prompt may take
    int passages = 5;           ///< at most
    std::string fence;          ///< random part of the marks round passages; see makeFence
    std::string answerLanguage; ///< "en", "ar", ...
    bool smallModel = false;    ///< fewer rules: it follows few
};

/// What the model reads, and the passages that are in it.
struct Prompt
{
    std::vector<Turn> turns;
    int passages = 0;       ///< of those given, so many from the front
    std::vector<int> order; ///< number n of the prompt is the passage order[n - 1] of those given
    int tokens = 0;         ///< without what the chat form adds
};

/// A word that no passage holds, from letters that `random` chooses: a document can not close its own fence.
std::string makeFence(std::span<const Passage> passages, std::uint64_t random);

/// Rules, documents, history, question: in this order, so that what changes stands last. Passages stand in
/// the order of their documents and pages, so that another ranking of the same gives the same beginning,
/// which a model has read already. Short and plain, as small models need it. Passages that pass the budget
/// are left out, the last perhaps cut at a sentence; of the history the latest exchanges that fit into a
/// quarter of the budget. A pure function.
/// @param passages  the best first @param history  oldest first
Prompt writePrompt(std::span<const Passage> passages, std::span<const Exchange> history,
                   std::string_view question, const std::function<int(std::string_view)> &countTokens,
                   const PromptOptions &options);

} // namespace rag
