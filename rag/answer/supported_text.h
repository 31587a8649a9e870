#pragma once

#include "rag/answer/citation_parser.h"
#include "rag/types.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rag {

struct SupportedSentence
{
    std::string text; ///< without citation marks
    int passage = 0;  ///< index of the passage that supports it best
};

/// A model's streamed text to those of its sentences that the passages support, each as soon as it is whole.
/// The model's own citation marks are taken off: which passage backs a sentence is found by comparing, not
/// believed. Sentences that repeat the quote or add no key term to those before
/// them are left out, and so is an end that had no room.
class SupportedText
{
public:
    /// @param passages  those of the prompt; must outlive this
    /// @param said  what the answer says already
    SupportedText(std::span<const Passage> passages, std::string_view said);

    std::vector<SupportedSentence> add(std::string_view piece);
    /// @return what is left when the text has ended by itself
    std::vector<SupportedSentence> finish();

private:
    void take(const std::vector<AnswerPart> &parts);
    std::vector<SupportedSentence> whole(bool atEnd);
    bool tellsMore(std::string_view sentence); ///< than was said; remembers it

    std::span<const Passage> m_passages;
    CitationParser m_parser;
    std::string m_pending;
    std::string m_quote;                    ///< what the answer said already: stems, each between blanks
    std::unordered_set<std::string> m_said; ///< key terms of the sentences since
    bool m_begun = false;                   ///< a sentence has come
};

} // namespace rag
