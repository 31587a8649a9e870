#pragma once

#include "rag/model/embedder.h"
#include "rag/text/normalizer.h"
#include "rag/types.h"

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which piece of the passages says best what was asked.
namespace rag {

/// A key term of the question with its weight: rarer in the scope, heavier.
struct WeightedTerm
{
    std::string stem;
    double weight = 1;
    bool known = true; ///< occurs somewhere in the scope
};

/// @param chunksWith  number of chunks in scope that hold a stem
std::vector<WeightedTerm> weighTerms(std::span<const std::string> stems, std::size_t chunks,
                                     const std::function<std::size_t(const std::string &stem)> &chunksWith);

/// What a unit of a passage (answer/units.h) is judged by. Most are 0..1.
enum class UnitFeature {
    Coverage,     ///< weight of the key terms in it
    LeadCoverage, ///< more of them in its section title, heading or header row
    NearCoverage, ///< more of them in the units beside it
    PageCoverage, ///< of the key terms in the passage, units beside it apart
    Pairs,        ///< neighbouring key terms of the question that are near one another in it
    Similarity,   ///< cosine with the question, its section and lead before it; standardised over the units
    PassageSimilarity, ///< cosine of its passage, standardised over the passages
    Rank,              ///< 1 / rank of its passage
    Kind,              ///< 1: holds the sort of thing that is asked for, -1: does not, 0: nothing told
    NearKind,          ///< the unit after it holds it, and it does not
    Heading,
    Asks,    ///< it is a question itself
    Short,   ///< too short to say much
    Subject, ///< begins with a key term
    Row,
    News,    ///< share of its words that the question has not
    Defines, ///< "X is ..." where X is asked for
    Count_
};
inline constexpr std::size_t kUnitFeatures = std::size_t(UnitFeature::Count_);

/// A unit of a passage (or, of a very long one, the part with most of the question's words).
struct EvidenceSentence
{
    int passage = 0;         ///< index into the passages
    std::uint32_t begin = 0; ///< in the passage's text
    std::uint32_t end = 0;
    TextRange lead;        ///< see Unit::lead
    double coverage = 0;   ///< 0..1, weight of the key terms in it, or half in its lead
    double similarity = 0; ///< cosine with the question; 0: not measured
    double score = 0;
    std::array<double, kUnitFeatures> features{};
};

/// Ranks the units of the passages by how well they answer: a sum of their features with weights fitted on
/// questions with known answers (rag/README.md says how).
/// @param question  as searched for
/// @param passages  the best first
/// @param embedder  null: words only
/// @return the best first. Errors: Cancelled, Device.
Result<std::vector<EvidenceSentence>> rankSentences(std::string_view question,
                                                    std::span<const WeightedTerm> terms,
                                                    std::span<const Passage> passages,
                                                    const Embedder *embedder, const CancelToken &cancel);

/// What is shown as the answer: neighbouring units of one passage.
struct AnswerLine
{
    int passage = 0;
    TextRange range; ///< in the passage's text
    TextRange core;  ///< the unit of it that most likely answers: what is cited and boxed
    TextRange lead;  ///< see Unit::lead, of its first unit where that is a row; empty: nothing
    double mass = 0; ///< chance that the answer is on its page, as far as the passages go: 0..1
    double gap = 0;  ///< mass less that of the next best page
};

/// The stretch of at most 350 characters that most likely holds the answering unit: a unit's chance is the
/// softmax of its score, a stretch's the sum over its units.
/// @param sentences  as rankSentences() gives them, not empty
AnswerLine bestLine(std::span<const EvidenceSentence> sentences, std::span<const Passage> passages);

/// Where bytes [begin, end) of a passage stand: the page that holds most of them, and the range there.
struct PageRange
{
    int page = 0;
    std::uint32_t begin = 0; ///< in the passage's text, cut to that page
    std::uint32_t end = 0;
    std::uint32_t pageBegin = 0; ///< in the page's text
    std::uint32_t pageEnd = 0;
};

/// @return pageEnd 0 where none of the bytes was taken from a page
PageRange locate(const Passage &passage, std::uint32_t begin, std::uint32_t end);

} // namespace rag
