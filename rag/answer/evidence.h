#pragma once

#include "rag/model/embedder.h"
#include "rag/types.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the passages hold of a question, and which sentence says it best.
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

/// A sentence (or, of a very long one, the part with most of the question's words) of a passage.
struct EvidenceSentence
{
    int passage = 0;         ///< index into the passages
    std::uint32_t begin = 0; ///< in the passage's text
    std::uint32_t end = 0;
    double coverage =
        0; ///< 0..1, weight of the key terms in it or, less, just before it or in its section title
    double similarity = 0; ///< cosine with the question; 0: not measured
    double score = 0;
};

/// Ranks the sentences of the passages by how well they answer: words of the question weighted by rarity,
/// cosine, rank of their passage, a number where one is asked for.
/// @param question  as searched for
/// @param embedder  null: words only
/// @return the best first. Errors: Cancelled, Device.
Result<std::vector<EvidenceSentence>> rankSentences(std::string_view question,
                                                    std::span<const WeightedTerm> terms,
                                                    std::span<const Passage> passages,
                                                    const Embedder *embedder, const CancelToken &cancel);

/// How far the passages can be trusted to hold the answer.
struct Evidence
{
    double coverage = 0;   ///< of the key terms in the best single passage
    double similarity = 0; ///< largest cosine of a passage
    double unknown = 0;    ///< weight share of key terms that stand nowhere in the scope
    double confidence = 0; ///< 0..1
    bool enough = false;   ///< confidence reaches the threshold: answer, else say that it is not in there
};

/// A plain weighted sum; the threshold is set by hand, not calibrated. Across languages words tell nothing,
/// and similarity decides alone.
Evidence judgeEvidence(std::string_view question, std::span<const WeightedTerm> terms,
                       std::span<const Passage> passages, std::span<const EvidenceSentence> sentences);

/// What backs a generated sentence.
struct Support
{
    int passage = -1;   ///< the best one; -1: none
    double share = 0;   ///< of its content words that the passage holds
    bool holds = false; ///< enough words, every number and every name
};

/// Compares one sentence with each two neighbouring sentences of the passages: content words by stem, numbers
/// and names exactly.
Support supportOf(std::string_view sentence, std::span<const Passage> passages);

} // namespace rag
