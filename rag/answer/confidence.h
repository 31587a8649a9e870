#pragma once

#include "rag/answer/evidence.h"
#include "rag/types.h"

#include <span>
#include <string_view>

/// Whether the passages hold the answer, and whether the line is on the right page.
namespace rag {

/// What the decision is made of. All are of one question.
struct ConfidenceFeatures
{
    double coverage = 0;    ///< largest share of the key terms' weight round one unit
    double unknown = 0;     ///< weight share of key terms that stand nowhere in the scope; 0 across languages
    double missingName = 0; ///< 1: no passage holds all names, numbers and foreign words of the question
    double cross = 0; ///< 1: question and passages are written in different scripts; less where none is near
    double asksNumber = 0;
    double kind = 0; ///< 1: one of the best units holds the sort of thing asked for; -1: none does
    double lift = 0; ///< of the best unit's cosine: 0: as the mean of the scope's chunks, 1: identity
};

struct Confidence
{
    double answered = 0; ///< 0..1, that the scope holds the answer
    bool enough = false; ///< answer; else say that it is not in there
    double page = 0;     ///< 0..1, that the line's page is the right one
    bool sure = false;   ///< else the line is shown as a guess, with its page all the same
};

/// @param background  cosines of the question with chunks spread over the scope; may be empty
ConfidenceFeatures confidenceFeatures(std::string_view question, std::span<const WeightedTerm> terms,
                                      std::span<const Passage> passages,
                                      std::span<const EvidenceSentence> sentences,
                                      std::span<const double> background);

/// Logistic regressions; weights, how they were fitted and what they reach in cross-validation:
/// rag/README.md.
/// @param chunks  of the scope
Confidence judge(const ConfidenceFeatures &features, const AnswerLine &line,
                 std::span<const Passage> passages, int chunks);

} // namespace rag
