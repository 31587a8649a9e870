#pragma once

#include "rag/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rag {

struct KeySentence
{
    std::uint32_t begin = 0; ///< in the passage's text
    std::uint32_t end = 0;
    double score = 0;
};

/// Which sentences of a document stand for it, told from its words alone: those whose words are frequent in
/// the document and rare in its single passages (tf·idf centroid: Radev et al., "Centroid-based
/// summarization of multiple documents", 2004), that repeat their heading, and that stand at the head of a
/// section. Code, rows of tables, contents lines, fragments and questions count little or nothing.
class Salience
{
public:
    /// @param passages  of one document, in reading order; must outlive this
    explicit Salience(std::span<const Passage> passages);

    /// The best first, at most `most`; fewer where there are not so many sentences worth showing.
    /// @param passage  index into the passages
    std::vector<KeySentence> keySentences(std::size_t passage, std::size_t most) const;

    /// The words that tell this document from the other, the strongest first, spelled as there.
    std::vector<std::string> telling(const Salience &other, std::size_t most) const;
    /// The words that both use much.
    std::vector<std::string> shared(const Salience &other, std::size_t most) const;

private:
    struct Term
    {
        int count = 0;
        int passages = 0;
        std::string spelling; ///< as first met
    };

    double weight(const std::string &stem) const;

    std::span<const Passage> m_passages;
    std::unordered_map<std::string, Term> m_terms;
    double m_usual = 1; ///< mean lexical score of a sentence
    int m_words = 0;
};

/// 0..1: how much a text reads like a sentence that can stand alone. A pure function.
double standsAlone(std::string_view sentence);

/// Share of the words of the shorter one that both have: 1 says the same.
double likeness(std::string_view a, std::string_view b);

} // namespace rag
