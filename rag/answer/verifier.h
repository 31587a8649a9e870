#pragma once

#include "rag/model/embedder.h"
#include "rag/text/normalizer.h"
#include "rag/types.h"

#include <span>
#include <string_view>

namespace rag {

/// What stands behind a sentence.
struct Judgement
{
    Verdict verdict = Verdict::Unsupported;
    double support = 0;   ///< 0..1
    int passage = -1;     ///< index of the one that supports it best; -1: none
    TextRange span;       ///< in its text: from the first to the last word that the sentence shares with it
    const char *why = ""; ///< what spoke against it, English, for logs and tests; empty: nothing
};

/// Compares a sentence with each few neighbouring units of the passages. Content words are aligned by stem,
/// and count the more the more of them are there in the same order. Exact, and enough to reject: numbers with
/// their units, names, negation ("does not" against "does"), opposites ("before", "after"), and which of two
/// names or numbers belongs to what. A paraphrase with few common words can be no more than weak by words
/// alone.
/// @param cosines  of the sentence with each passage's unit nearest to it, [passages]; empty: not measured
/// A pure function.
Judgement judgeSentence(std::string_view sentence, std::span<const Passage> passages,
                        std::span<const double> cosines = {});

/// The same with cosines measured; two languages can only be compared so, and give weak at most.
/// @param embedder  null: words only. Errors: Cancelled, Device.
Result<Judgement> judgeSentence(std::string_view sentence, std::span<const Passage> passages,
                                const Embedder *embedder, const CancelToken &cancel);

} // namespace rag
