#pragma once

#include "rag/types.h"

#include <span>
#include <string_view>
#include <vector>

/// What is known of passages once their text is there. Pure functions; passages are the best first.
namespace rag {

/// The share of a text that is dot leaders, 0..1: near 1 for a table of contents, which names everything and
/// says nothing.
double contentsShare(std::string_view text);

/// Raises the score of passages whose document the question points to, by a word of its name or title that
/// few others have, or by its language. Does nothing for a single document. @param nameWeight, languageWeight
/// 1 doubles
void favourNamed(std::vector<Passage> &passages, std::string_view question, std::span<const Document> scope,
                 double nameWeight, double languageWeight);

/// The best first; equal scores stay as they are.
void sortByScore(std::vector<Passage> &passages);

/// Takes out each passage that mostly repeats a better one (chunks overlap).
void dropRepeats(std::vector<Passage> &passages);

/// Puts each passage that says nearly the same as a better one, word for word, behind those that do not: the
/// same page in two files, a slide shown twice.
void putRepeatsLast(std::vector<Passage> &passages);

/// Pages that a passage stands on, the one with most of its text first.
std::vector<int> pagesOf(const Passage &passage);

} // namespace rag
