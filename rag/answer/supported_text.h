#pragma once

#include "rag/answer/citation_parser.h"
#include "rag/answer/verifier.h"
#include "rag/types.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rag {

struct SupportedSentence
{
    std::string text; ///< without citation marks
    Judgement judgement;
};

/// A model's streamed text to those of its sentences that something speaks for, each as soon as it is whole.
/// The model's own citation marks are taken off: which passage backs a sentence is found by comparing, not
/// believed. Sentences that repeat the quote, add no key term to those before them, or only frame an answer
/// ("The answer to the question is:") are left out, and so is an end that had no room.
class SupportedText
{
public:
    using Judge = std::function<Judgement(std::string_view sentence)>;

    /// @param passages  how many the prompt has
    /// @param said  what the answer says already
    /// @param least  what is less is left out
    SupportedText(int passages, std::string_view said, Judge judge, Verdict least = Verdict::Supported);

    std::vector<SupportedSentence> add(std::string_view piece);
    /// @return what is left when the text has ended by itself
    std::vector<SupportedSentence> finish();

private:
    void take(const std::vector<AnswerPart> &parts);
    std::vector<SupportedSentence> whole(bool atEnd);
    bool tellsMore(std::string_view sentence); ///< than was said; remembers it

    Judge m_judge;
    Verdict m_least;
    CitationParser m_parser;
    std::string m_pending;
    std::string m_quote;                    ///< what the answer said already: stems, each between blanks
    std::unordered_set<std::string> m_said; ///< key terms of the sentences since
    bool m_begun = false;                   ///< a sentence has come
};

} // namespace rag
