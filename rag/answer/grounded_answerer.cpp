#include "rag/answer/grounded_answerer.h"

#include "engine/base/log.h"
#include "rag/answer/prompt.h"
#include "rag/answer/wording.h"
#include "rag/chunk/chunker.h"
#include "rag/retrieve/question_text.h"
#include "rag/store/sqlite.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <utility>

namespace rag {

namespace {

constexpr int kNearest = 3;        ///< passages named when there is no answer
constexpr int kSmallBudget = 1400; ///< prompt tokens that a small model still follows
constexpr int kSmallPassages = 3;
constexpr int kSmallMaxTokens = 96;
constexpr int kMarkReserve = 64; ///< tokens of the context left free besides prompt and answer

class Stopwatch
{
public:
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

/// The same marks round every passage, so that the same seed gives the same answer, and a prompt that begins
/// with the same passages is known. makeFence() sees to it that no passage contains them.
constexpr std::uint64_t kFenceSeed = 14695981039346656037ULL;

} // namespace

/// The answer as it grows: keeps text, citations and events in step.
class GroundedAnswerer::Writer
{
public:
    Writer(Answer &answer, const OnEvent &onEvent)
        : m_answer(answer)
        , m_onEvent(onEvent)
    {
    }

    void passages(std::vector<Passage> passages)
    {
        m_answer.passages = std::move(passages);
        send(PassagesFound{m_answer.passages});
    }

    void text(const std::string &text)
    {
        m_answer.text += text;
        send(AnswerText{text, false});
    }

    /// Appends the mark " [n]"; a number that is cited already keeps its first quote.
    void mark(const Citation &citation)
    {
        const bool isNew = std::none_of(m_answer.citations.begin(), m_answer.citations.end(),
                                        [&](const Citation &other) { return other.n == citation.n; });
        if (isNew) {
            m_answer.citations.push_back(citation);
            send(Cited{citation});
        }
        text(" [" + std::to_string(citation.n) + "]");
    }

    Answer &answer() { return m_answer; }

private:
    void send(const AnswerEvent &event)
    {
        if (m_onEvent)
            m_onEvent(event);
    }

    Answer &m_answer;
    const OnEvent &m_onEvent;
};

GroundedAnswerer::GroundedAnswerer(std::shared_ptr<Database> database, std::unique_ptr<Retriever> retriever,
                                   std::shared_ptr<const Embedder> embedder,
                                   std::unique_ptr<LanguageModel> model, const GroundedOptions &options)
    : m_database(std::move(database))
    , m_store(*m_database)
    , m_retriever(std::move(retriever))
    , m_embedder(std::move(embedder))
    , m_model(std::move(model))
    , m_options(options)
{
}

Result<Answer> GroundedAnswerer::ask(const Question &question, const std::vector<Exchange> &history,
                                     const AnswerOptions &options, const OnEvent &onEvent,
                                     const CancelToken &cancel)
{
    Answer answer;
    Writer writer(answer, onEvent);
    m_confidence = 0;
    if (m_model) {
        answer.model = m_model->name();
        answer.device = m_model->device();
    }
    const auto stopped = [&](const Error &error) { return error.code == ErrorCode::Cancelled; };

    const Stopwatch watch;
    const std::string language = questionLanguage(question.text);
    Question searched = question;
    searched.text = searchText(question.text, history);
    auto passages = m_retriever->retrieve(searched, std::max(options.passages, kNearest), cancel);
    if (!passages && !stopped(passages.error()))
        return tl::unexpected(passages.error());
    answer.stopped = !passages;
    if (!passages)
        return answer;
    writer.passages(*std::move(passages));

    ASSIGN_OR_RETURN(const std::vector<WeightedTerm> terms, weigh(searched.text, question));
    auto sentences = rankSentences(searched.text, terms, answer.passages, m_embedder.get(), cancel);
    answer.seconds.retrieve = watch.seconds();
    if (!sentences && !stopped(sentences.error()))
        return tl::unexpected(sentences.error());
    answer.stopped = !sentences;
    if (!sentences)
        return answer;

    const Evidence evidence = judgeEvidence(searched.text, terms, answer.passages, *sentences);
    m_confidence = evidence.confidence;
    if (!evidence.enough) {
        answer.abstained = true;
        writer.text(notFound(answer.passages, language));
        return answer;
    }
    const EvidenceSentence &best = sentences->front();
    ASSIGN_OR_RETURN(const Citation citation, cite(answer.passages[std::size_t(best.passage)],
                                                   best.passage + 1, best.begin, best.end));
    writer.text(quoted(citation.quote, language));
    writer.mark(citation);
    writer.text(" — " + place(citation, language));
    if (modelCanAnswer(language, answer.passages))
        RETURN_IF_ERROR(generate(writer, question, history, options, language, cancel));
    return answer;
}

Result<std::vector<WeightedTerm>> GroundedAnswerer::weigh(const std::string &text, const Question &question)
{
    constexpr int kCountedHits = 2000;
    ASSIGN_OR_RETURN(const std::vector<Document> documents, m_store.documents());
    std::size_t chunks = 0;
    for (const Document &document : documents)
        if (question.documents.empty() || std::find(question.documents.begin(), question.documents.end(),
                                                    document.id) != question.documents.end())
            chunks += std::size_t(document.chunks);

    std::map<std::string, std::size_t> counts;
    const std::vector<std::string> stems = keyTerms(text);
    for (const std::string &stem : stems) {
        ASSIGN_OR_RETURN(const std::vector<WordHit> hits,
                         m_store.searchWords(stem, kCountedHits, question.documents));
        counts[stem] = hits.size();
    }
    return weighTerms(stems, chunks, [&](const std::string &stem) { return counts[stem]; });
}

Result<Citation> GroundedAnswerer::cite(const Passage &passage, int n, std::uint32_t begin, std::uint32_t end)
{
    Citation citation;
    citation.n = n;
    citation.document = passage.document;
    citation.documentName = passage.documentName;
    citation.page = passage.page;
    citation.pageLabel = passage.pageLabel;
    citation.quote = passage.text.substr(begin, end - begin);

    const PageRange range = locate(passage, begin, end);
    if (range.pageEnd == 0)
        return citation;
    ASSIGN_OR_RETURN(const std::optional<PageContent> page, m_store.page(passage.document, range.page));
    if (!page || range.pageEnd > page->text.size())
        return citation;
    citation.page = range.page;
    citation.pageLabel = page->label;
    citation.quote = page->text.substr(range.pageBegin, range.pageEnd - range.pageBegin);
    citation.boxes = boxesOf(passage.segments, range.begin, range.end, *page);
    return citation;
}

bool GroundedAnswerer::modelCanAnswer(const std::string &language, std::span<const Passage> passages) const
{
    if (!m_model)
        return false;
    return !m_options.smallModel || (language == "en" && questionLanguage(passages.front().text) == "en");
}

Result<void> GroundedAnswerer::generate(Writer &writer, const Question &question,
                                        const std::vector<Exchange> &history, const AnswerOptions &options,
                                        const std::string &language, const CancelToken &cancel)
{
    Answer &answer = writer.answer();
    const int maxTokens =
        m_options.smallModel ? std::min(options.maxTokens, kSmallMaxTokens) : options.maxTokens;
    const int room = m_model->contextLength() - maxTokens - kMarkReserve;

    PromptOptions promptOptions;
    promptOptions.budget = m_options.smallModel ? std::min(room, kSmallBudget) : room;
    promptOptions.passages =
        m_options.smallModel ? std::min(options.passages, kSmallPassages) : options.passages;
    promptOptions.fence = makeFence(answer.passages, kFenceSeed);
    promptOptions.answerLanguage = language;
    const Prompt prompt = writePrompt(
        answer.passages, history, question.text,
        [&](std::string_view text) { return m_model->countTokens(text); }, promptOptions);
    if (prompt.passages == 0) {
        engine::logLine(engine::LogLevel::Warning,
                        "no room for a passage: the question and its history take " +
                            std::to_string(prompt.tokens) + " of " + std::to_string(promptOptions.budget) +
                            " tokens; the answer is the quote alone");
        return {};
    }

    SupportedText supported(std::span(answer.passages).first(std::size_t(prompt.passages)),
                            answer.citations.front().quote);
    Result<void> shown;
    bool begun = false;
    const auto show = [&](const std::vector<SupportedSentence> &sentences) {
        for (const SupportedSentence &sentence : sentences) {
            writer.text((begun ? " " : "\n\n") + withoutMarks(sentence.text));
            begun = true;
            if (const auto citation = backing(answer.passages, sentence); citation)
                writer.mark(*citation);
            else if (shown)
                shown = tl::unexpected(citation.error());
        }
    };

    GenerationOptions generation;
    generation.maxTokens = maxTokens;
    generation.temperature = options.temperature;
    generation.seed = options.seed;
    ASSIGN_OR_RETURN(
        const Generation made,
        m_model->generate(
            prompt.turns, generation, [&](std::string_view piece) { show(supported.add(piece)); }, cancel));
    answer.stopped = made.cancelled;
    if (made.contextFull)
        engine::logLine(engine::LogLevel::Warning, "the answer ends with the context of " +
                                                       std::to_string(m_model->contextLength()) + " tokens");
    if (!made.cancelled)
        show(supported.finish());
    RETURN_IF_ERROR(shown);
    answer.promptTokens = made.promptTokens;
    answer.reusedTokens = made.reusedTokens;
    answer.answerTokens = made.answerTokens;
    answer.seconds.prefill = made.prefillSeconds;
    answer.seconds.decode = made.decodeSeconds;
    return {};
}

Result<Citation> GroundedAnswerer::backing(std::span<const Passage> passages,
                                           const SupportedSentence &sentence)
{
    const Passage &passage = passages[std::size_t(sentence.passage)];
    const std::vector<WeightedTerm> terms =
        weighTerms(keyTerms(sentence.text), 1, [](const auto &) { return 1; });
    ASSIGN_OR_RETURN(const std::vector<EvidenceSentence> ranked,
                     rankSentences(sentence.text, terms, std::span(&passage, 1), nullptr, {}));
    if (ranked.empty())
        return cite(passage, sentence.passage + 1, 0, std::uint32_t(passage.text.size()));
    return cite(passage, sentence.passage + 1, ranked.front().begin, ranked.front().end);
}

PageRange locate(const Passage &passage, std::uint32_t begin, std::uint32_t end)
{
    struct Part
    {
        std::uint32_t bytes = 0;
        PageRange range;
    };

    std::map<int, Part> pages;
    for (const Segment &segment : passage.segments) {
        const std::uint32_t from = std::max(begin, segment.begin);
        const std::uint32_t to = std::min(end, segment.begin + segment.length);
        if (from >= to)
            continue;
        const std::uint32_t pageFrom = segment.pageBegin + (from - segment.begin);
        const std::uint32_t pageTo = segment.pageBegin + (to - segment.begin);
        Part &part = pages[segment.page];
        if (part.bytes == 0)
            part.range = {segment.page, from, to, pageFrom, pageTo};
        part.bytes += to - from;
        part.range.begin = std::min(part.range.begin, from);
        part.range.end = std::max(part.range.end, to);
        part.range.pageBegin = std::min(part.range.pageBegin, pageFrom);
        part.range.pageEnd = std::max(part.range.pageEnd, pageTo);
    }
    Part best;
    for (const auto &[page, part] : pages)
        if (part.bytes > best.bytes)
            best = part;
    return best.range;
}

} // namespace rag
