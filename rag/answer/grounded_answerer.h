#pragma once

#include "rag/answer/answer_writer.h"
#include "rag/answer/answerer.h"
#include "rag/answer/confidence.h"
#include "rag/answer/evidence.h"
#include "rag/answer/supported_text.h"
#include "rag/model/embedder.h"
#include "rag/model/language_model.h"
#include "rag/retrieve/retriever.h"
#include "rag/store/library_store.h"

#include <memory>
#include <string>
#include <vector>

namespace rag {

struct GroundedOptions
{
    /// A model too small to be believed by itself: short prompts and English only.
    bool smallModel = true;
};

/// Answers by quoting: the line of the passages that answers best stands first, word for word, with its page.
/// It is cited where its page is sure, else shown as a guess. What the model then writes is shown a sentence
/// at a time, each only once the passages are seen to support it (of a large model, also what they support
/// weakly). When the passages do not hold the question's matter, every page of the scope is looked through
/// for its terms, and the answer says so and cites nothing.
class GroundedAnswerer final : public Answerer
{
public:
    /// @param embedder  null: sentences are compared by words only
    /// @param model  null: quotes only
    GroundedAnswerer(std::shared_ptr<Database> database, std::unique_ptr<Retriever> retriever,
                     std::shared_ptr<const Embedder> embedder, std::unique_ptr<LanguageModel> model,
                     const GroundedOptions &options = {});

    Result<Answer> ask(const Question &question, const std::vector<Exchange> &history,
                       const AnswerOptions &options, const OnEvent &onEvent,
                       const CancelToken &cancel) override;

    double confidence() const override { return m_confidence; }

private:
    /// What was found out before anything is said.
    struct Findings
    {
        std::vector<EvidenceSentence> sentences; ///< the best first; empty: nothing found
        AnswerLine line;
        Confidence confidence;
    };

    struct Task;

    Result<Findings> look(const Question &searched, std::span<const Passage> passages,
                          const CancelToken &cancel);
    Result<std::vector<WeightedTerm>> weigh(const std::string &text, const Question &question, int chunks);
    Result<std::vector<double>> background(const Question &question, const CancelToken &cancel);
    Result<void> decline(AnswerWriter &writer, const Question &searched, const std::string &language,
                         const CancelToken &cancel);
    Result<void> quote(AnswerWriter &writer, const Findings &findings, const std::string &language);
    Result<Citation> cite(const Passage &passage, int n, TextRange range);
    bool modelCanAnswer(const std::string &language, std::span<const Passage> passages) const;
    Result<void> generate(Task &task, const CancelToken &cancel);
    Result<Generation> draw(Task &task, const std::vector<Turn> &turns, GenerationOptions options,
                            std::span<const Passage> inPrompt, const CancelToken &cancel);
    Result<void> show(Task &task, const SupportedSentence &sentence);
    Judgement judge(Task &task, std::string_view sentence, const CancelToken &cancel);

    std::shared_ptr<Database> m_database;
    LibraryStore m_store;
    std::unique_ptr<Retriever> m_retriever;
    std::shared_ptr<const Embedder> m_embedder;
    std::unique_ptr<LanguageModel> m_model;
    GroundedOptions m_options;
    double m_confidence = 0;
};

} // namespace rag
