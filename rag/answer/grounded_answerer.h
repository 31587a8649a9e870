#pragma once

#include "rag/answer/answerer.h"
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

/// Answers by quoting: the sentence of the passages that answers best stands first, word for word, with its
/// page. What the model then writes is shown a sentence at a time, each only once the passages are seen to
/// support it. When the passages do not hold the question's matter, the answer says so and cites nothing.
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
    class Writer;

    Result<std::vector<WeightedTerm>> weigh(const std::string &text, const Question &question);
    Result<Citation> cite(const Passage &passage, int n, std::uint32_t begin, std::uint32_t end);
    Result<Citation> backing(std::span<const Passage> passages, const SupportedSentence &sentence);
    bool modelCanAnswer(const std::string &language, std::span<const Passage> passages) const;
    Result<void> generate(Writer &writer, const Question &question, const std::vector<Exchange> &history,
                          const AnswerOptions &options, const std::string &language,
                          const CancelToken &cancel);

    std::shared_ptr<Database> m_database;
    LibraryStore m_store;
    std::unique_ptr<Retriever> m_retriever;
    std::shared_ptr<const Embedder> m_embedder;
    std::unique_ptr<LanguageModel> m_model;
    GroundedOptions m_options;
    double m_confidence = 0;
};

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
