#pragma once

#include "rag/answer/answerer.h"
#include "rag/eval/question_set.h"
#include "rag/retrieve/retriever.h"
#include "rag/types.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rag {

/// File name and page (from 0).
using FoundPage = std::pair<std::string, int>;

/// What was found and said for one question.
struct EvalRow
{
    EvalQuestion question;
    bool inDocument = false;              ///< asked inside its file too
    std::vector<FoundPage> documentPages; ///< distinct, the best first
    std::vector<FoundPage> libraryPages;
    std::optional<Answer> answer;
    double confidence = 0;
    double retrieveSeconds = 0;
    double answerSeconds = 0;
};

struct EvalOptions
{
    int passages = 40; ///< looked at for pages
    AnswerOptions answer;
};

/// Asks every question: its pages inside its own file (where it has one) and over all the files, and, with an
/// answerer, its answer inside its own file. A follow-up comes with the question before it as history. A file
/// that is not in `documents` counts as one in which nothing was found.
/// @param documents  file name to document
/// @param answerer  null: retrieval only
/// @param onProgress  questions done
/// Errors: those of retriever and answerer; Cancelled.
Result<std::vector<EvalRow>> evaluate(std::span<const EvalQuestion> questions,
                                      const std::map<std::string, DocumentId> &documents,
                                      Retriever &retriever, Answerer *answerer, const EvalOptions &options,
                                      const std::function<void(int)> &onProgress, const CancelToken &cancel);

/// The figures: {"document", "library": {"n", "recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"},
/// "answers", "abstention", "by_language", "by_type", "seconds"}. "answers" and "abstention" are empty when
/// nothing was asked.
nlohmann::ordered_json figures(std::span<const EvalRow> rows, double ingestSeconds);

/// One row as a JSON object, for comparing two runs question by question.
nlohmann::ordered_json rowObject(const EvalRow &row);

/// Whether a reply contains one of the answers, compared after folding; answers of up to four characters as
/// whole words.
bool containsAnswer(std::string_view reply, std::span<const std::string> answers);

/// Area under the ROC curve: how often a positive scores higher than a negative, ties half. 0 without pairs.
double areaUnderCurve(std::span<const double> positives, std::span<const double> negatives);

} // namespace rag
