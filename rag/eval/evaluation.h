#pragma once

#include "rag/answer/answerer.h"
#include "rag/eval/question_set.h"
#include "rag/retrieve/retriever.h"
#include "rag/types.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
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

/// A citation's boxes beside those of the gold quote on the same page.
struct BoxFit
{
    double unionShare = 0; ///< intersection over union
    double covered = 0;    ///< share of the gold quote's boxes that the citation covers
};

/// A gold quote looked for on its page.
struct QuoteReading
{
    std::string pdf;
    int page = 0;
    bool found = false;
    bool wordsThere = false;
    double characterError = 1;
};

/// A page of a file whose text is known.
struct PageReading
{
    std::string pdf;
    int page = 0;
    double wordRecall = 0;
    double characterError = 1;
    int words = 0; ///< of the reference
};

/// What was found and said for one question.
struct EvalRow
{
    EvalQuestion question;
    bool inDocument = false;              ///< asked inside its file too
    std::vector<FoundPage> documentPages; ///< distinct, the best first
    std::vector<FoundPage> libraryPages;
    std::optional<Answer> answer;
    double confidence = 0;
    std::vector<BoxFit> boxFits;      ///< of each citation on a gold page whose gold quote was found there
    std::vector<QuoteReading> quotes; ///< of each gold page with a quote
    double retrieveSeconds = 0;
    double answerSeconds = 0;
};

/// A page as it was read; nothing where it is not there.
using PageReader = std::function<Result<std::optional<PageContent>>(DocumentId document, int page)>;

struct EvalOptions
{
    int passages = 40; ///< looked at for pages
    AnswerOptions answer;
    PageReader readPage = {}; ///< empty: extraction and boxes are not judged
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

/// Pages whose printed text is known, read beside the PDFs: FOLDER/texts/NAME.txt for NAME.pdf, a form feed
/// between pages. A file without such a text is passed over. Errors: those of readPage.
Result<std::vector<PageReading>> readKnownTexts(const std::filesystem::path &folder,
                                                const std::map<std::string, DocumentId> &documents,
                                                const PageReader &readPage);

/// The figures: {"document", "library": {"n", "recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"},
/// "answers", "abstention", "extraction", "by_language", "by_type", "seconds"} (README.md names them all).
/// "answers" and "abstention" are empty when nothing was asked, "extraction" when no page was looked at.
nlohmann::ordered_json figures(std::span<const EvalRow> rows, double ingestSeconds,
                               std::span<const PageReading> pages = {});

/// Whether a question went right: answerable, it was answered with a short answer that holds one of those
/// known, or with a citation of a gold page; not answerable, it was declined. Where nothing was asked: a gold
/// page is among the first five found.
bool wentRight(const EvalRow &row);

/// One row as a JSON object, for comparing two runs question by question.
nlohmann::ordered_json rowObject(const EvalRow &row);

/// Whether a reply contains one of the answers, compared after folding; answers of up to four characters as
/// whole words.
bool containsAnswer(std::string_view reply, std::span<const std::string> answers);

/// Area under the ROC curve: how often a positive scores higher than a negative, ties half. 0 without pairs.
double areaUnderCurve(std::span<const double> positives, std::span<const double> negatives);

} // namespace rag
