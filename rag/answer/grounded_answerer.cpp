#include "rag/answer/grounded_answerer.h"

#include "engine/base/log.h"
#include "engine/base/unicode.h"
#include "rag/answer/focus.h"
#include "rag/answer/prompt.h"
#include "rag/answer/quote_mask.h"
#include "rag/answer/scope_scan.h"
#include "rag/answer/wording.h"
#include "rag/chunk/chunker.h"
#include "rag/retrieve/follow_up.h"
#include "rag/retrieve/question_text.h"
#include "rag/store/scope_reader.h"
#include "rag/store/sqlite.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <span>
#include <utility>

namespace rag {

namespace {

constexpr int kLookedAt = 8;      ///< passages that the line is taken from
constexpr int kSmallBudget = 700; ///< prompt tokens that a small model still follows
constexpr int kSmallPassages = 3;
constexpr int kSmallMaxTokens = 64;
constexpr int kMarkReserve = 64;         ///< tokens of the context left free besides prompt and answer
constexpr float kDrawTemperature = 0.7f; ///< where several answers are drawn and none was set
constexpr double kSureSupport = 0.8; ///< of a generated sentence that cites another passage than the quote

/// A small model joins the words of several sentences to things that none of them says.
constexpr double kSmallSupport = 0.75;

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

/// Whether at least half of what is printed of a page's bytes [begin, end) has a box there.
bool isLocated(const PageContent &page, std::uint32_t begin, std::uint32_t end)
{
    std::size_t printed = 0;
    for (std::size_t at = begin; at < end;) {
        const std::size_t from = at;
        printed += engine::isWhitespace(engine::nextCodePoint(page.text, at)) ? 0 : at - from;
    }
    std::size_t located = 0;
    for (const CharBox &box : page.chars)
        if (box.begin < end && box.end > begin)
            located += std::min(box.end, end) - std::max(box.begin, begin);
    return printed > 0 && 2 * located >= printed;
}

bool isStop(const Error &error)
{
    return error.code == ErrorCode::Cancelled;
}

} // namespace

/// One question while the model writes about it.
struct GroundedAnswerer::Task
{
    AnswerWriter &writer;
    const Question &question;
    const std::vector<Exchange> &history;
    const AnswerOptions &options;
    const Findings &findings;
    std::string language;
    std::vector<Passage> judgedBy; ///< the quote's passage first, then the others of the prompt
    std::vector<int> numbers;      ///< [judgedBy] the number of each in the answer
    std::string fence;             ///< of the prompt
    bool begun = false;            ///< a generated sentence is shown
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
    AnswerWriter writer(answer, onEvent);
    m_confidence = 0;
    if (m_model) {
        answer.model = m_model->name();
        answer.device = m_model->device();
    }
    const auto orStopped = [&](const Result<void> &done) -> Result<Answer> {
        if (!done && !isStop(done.error()))
            return tl::unexpected(done.error());
        answer.stopped |= !done;
        return answer;
    };

    const Stopwatch watch;
    const std::string language = questionLanguage(question.text);
    Question searched = question;
    searched.text =
        question.searchText.empty() ? standaloneQuestion(question.text, history) : question.searchText;
    answer.searchedFor = searched.text;
    if (searched.text != question.text)
        writer.searchedFor(searched.text);
    auto passages = m_retriever->retrieve(searched, std::max(options.passages, kLookedAt), cancel);
    if (!passages)
        return orStopped(tl::unexpected(passages.error()));
    writer.passages(*std::move(passages));

    const Result<Findings> findings = look(searched, answer.passages, cancel);
    answer.seconds.retrieve = watch.seconds();
    if (!findings)
        return orStopped(tl::unexpected(findings.error()));
    m_confidence = answer.confidence = findings->confidence.answered;
    if (!findings->confidence.enough)
        return orStopped(decline(writer, searched, language, cancel));
    if (const Result<void> quoted = quote(writer, *findings, language); !quoted)
        return orStopped(quoted);
    if (!modelCanAnswer(language, answer.passages))
        return answer;
    Task task{writer, question, history, options, *findings, language, {}, {}, {}, false};
    return orStopped(generate(task, cancel));
}

Result<GroundedAnswerer::Findings>
GroundedAnswerer::look(const Question &searched, std::span<const Passage> passages, const CancelToken &cancel)
{
    Findings findings;
    ASSIGN_OR_RETURN(const int chunks, ScopeReader(*m_database, searched).chunkCount());
    ASSIGN_OR_RETURN(const std::vector<WeightedTerm> terms, weigh(searched.text, searched, chunks));
    ASSIGN_OR_RETURN(findings.sentences,
                     rankSentences(searched.text, terms, passages, m_embedder.get(), cancel));
    if (findings.sentences.empty())
        return findings;
    ASSIGN_OR_RETURN(const std::vector<double> cosines, background(searched, cancel));
    findings.line = bestLine(findings.sentences, passages);
    findings.confidence =
        rag::judge(confidenceFeatures(searched.text, terms, passages, findings.sentences, cosines),
                   findings.line, passages, chunks);
    return findings;
}

Result<std::vector<WeightedTerm>> GroundedAnswerer::weigh(const std::string &text, const Question &question,
                                                          int chunks)
{
    constexpr int kCountedHits = 2000;
    std::map<std::string, std::size_t> counts;
    const std::vector<std::string> stems = keyTerms(text);
    for (const std::string &stem : stems) {
        ASSIGN_OR_RETURN(const std::vector<WordHit> hits,
                         m_store.searchWords(stem, kCountedHits, question.documents));
        counts[stem] = hits.size();
    }
    return weighTerms(stems, std::size_t(chunks), [&](const std::string &stem) { return counts[stem]; });
}

/// Cosines of the question with chunks spread over the scope: what is usual there.
Result<std::vector<double>> GroundedAnswerer::background(const Question &question, const CancelToken &cancel)
{
    constexpr int kSample = 256;
    std::vector<double> cosines;
    if (!m_embedder)
        return cosines;
    const std::string_view texts[] = {question.text};
    ASSIGN_OR_RETURN(const std::vector<float> query, m_embedder->embed(texts, TextKind::Query, cancel));
    ASSIGN_OR_RETURN(const std::vector<float> rows,
                     ScopeReader(*m_database, question).sampleVectors(m_embedder->fingerprint(), kSample));
    for (std::size_t row = 0; row + query.size() <= rows.size(); row += query.size()) {
        cosines.push_back(0);
        for (std::size_t d = 0; d < query.size(); ++d)
            cosines.back() += double(query[d]) * double(rows[row + d]);
    }
    return cosines;
}

Result<void> GroundedAnswerer::decline(AnswerWriter &writer, const Question &searched,
                                       const std::string &language, const CancelToken &cancel)
{
    writer.answer().abstained = true;
    ScopeReader reader(*m_database, searched);
    const Result<ScopeScan> scan = scanScope(reader, searched.text, cancel);
    if (scan)
        writer.scanned(*scan);
    writer.text(notFound(writer.answer().passages, scan ? &*scan : nullptr, language));
    if (!scan)
        return tl::unexpected(scan.error());
    return {};
}

Result<void> GroundedAnswerer::quote(AnswerWriter &writer, const Findings &findings,
                                     const std::string &language)
{
    const AnswerLine &line = findings.line;
    const Passage &passage = writer.answer().passages[std::size_t(line.passage)];
    const bool sure = findings.confidence.sure;
    // Shown are the words around it too; cited and boxed is the sentence that answers.
    ASSIGN_OR_RETURN(const Citation shown, cite(passage, line.passage + 1, line.range));
    ASSIGN_OR_RETURN(const Citation citation, cite(passage, line.passage + 1, line.core));
    if (!sure)
        writer.text(guess(language) + " ");
    const std::uint32_t begin = writer.position();
    writer.answer().extract = shown.quote;
    if (line.lead.end > line.lead.begin) {
        const std::string lead = passage.text.substr(line.lead.begin, line.lead.end - line.lead.begin);
        writer.answer().extract = lead + "\n" + shown.quote;
        writer.text(quoted(lead, language) + " ");
    }
    writer.text(quoted(shown.quote, language));
    writer.judged(begin, sure ? Verdict::Supported : Verdict::Weak, findings.confidence.page, true,
                  {citation.n});
    writer.mark(citation);
    writer.text(" — " + place(citation, language));
    return {};
}

Result<Citation> GroundedAnswerer::cite(const Passage &passage, int n, TextRange asked)
{
    Citation citation;
    citation.n = n;
    citation.document = passage.document;
    citation.documentName = passage.documentName;
    citation.page = passage.page;
    citation.pageLabel = passage.pageLabel;
    citation.quote = passage.text.substr(asked.begin, asked.end - asked.begin);

    const PageRange range = locate(passage, asked.begin, asked.end);
    if (range.pageEnd == 0)
        return citation;
    ASSIGN_OR_RETURN(const std::optional<PageContent> page, m_store.page(passage.document, range.page));
    if (!page || range.pageEnd > page->text.size())
        return citation;
    citation.page = range.page;
    citation.pageLabel = page->label;
    citation.quote = page->text.substr(range.pageBegin, range.pageEnd - range.pageBegin);
    if (isLocated(*page, range.pageBegin, range.pageEnd))
        citation.boxes = boxesOf(passage.segments, range.begin, range.end, *page);
    return citation;
}

bool GroundedAnswerer::modelCanAnswer(const std::string &language, std::span<const Passage> passages) const
{
    if (!m_model)
        return false;
    return !m_options.smallModel || (language == "en" && questionLanguage(passages.front().text) == "en");
}

Result<void> GroundedAnswerer::generate(Task &task, const CancelToken &cancel)
{
    const Answer &answer = task.writer.answer();
    const bool small = m_options.smallModel;
    const int maxTokens = small ? std::min(task.options.maxTokens, kSmallMaxTokens) : task.options.maxTokens;
    const int room = m_model->contextLength() - maxTokens - kMarkReserve;

    // A small model is lost in whole passages: it reads the lines round the best ones.
    const std::vector<Passage> read = small
                                          ? focused(answer.passages, task.findings.sentences, kSmallPassages)
                                          : std::vector<Passage>(answer.passages);
    PromptOptions promptOptions;
    promptOptions.budget = small ? std::min(room, kSmallBudget) : room;
    promptOptions.passages = small ? kSmallPassages : task.options.passages;
    promptOptions.fence = task.fence = makeFence(answer.passages, kFenceSeed);
    promptOptions.answerLanguage = task.language;
    promptOptions.smallModel = small;
    // Nor does it read the conversation, which it would repeat: the question as written out has what matters
    // of it.
    const std::span<const Exchange> said =
        small ? std::span<const Exchange>() : std::span<const Exchange>(task.history);
    const Prompt prompt = writePrompt(
        read, said, small ? answer.searchedFor : task.question.text,
        [&](std::string_view text) { return m_model->countTokens(text); }, promptOptions);
    if (prompt.passages == 0) {
        engine::logLine(engine::LogLevel::Warning,
                        "no room for a passage: the question and its history take " +
                            std::to_string(prompt.tokens) + " of " + std::to_string(promptOptions.budget) +
                            " tokens; the answer is the quote alone");
        return {};
    }
    std::vector<Passage> inPrompt;
    for (const int index : prompt.order)
        inPrompt.push_back(read[std::size_t(index)]);
    const auto add = [&](const Passage &passage) {
        const auto place = std::find_if(answer.passages.begin(), answer.passages.end(),
                                        [&](const Passage &other) { return other.chunk == passage.chunk; });
        const int number = int(place - answer.passages.begin()) + 1;
        if (place == answer.passages.end() ||
            std::find(task.numbers.begin(), task.numbers.end(), number) != task.numbers.end())
            return;
        task.judgedBy.push_back(*place);
        task.numbers.push_back(number);
    };
    add(answer.passages[std::size_t(task.findings.line.passage)]);
    std::for_each(inPrompt.begin(), inPrompt.end(), add);

    GenerationOptions generation;
    generation.maxTokens = maxTokens;
    generation.temperature = task.options.temperature;
    generation.seed = task.options.seed;
    generation.thinkingBudget = task.options.thinkingBudget;
    generation.answerNow = task.options.answerNow;
    ASSIGN_OR_RETURN(const Generation made, draw(task, prompt.turns, generation, inPrompt, cancel));
    Answer &written = task.writer.answer();
    written.stopped = made.cancelled;
    if (made.contextFull)
        engine::logLine(engine::LogLevel::Warning, "the answer ends with the context of " +
                                                       std::to_string(m_model->contextLength()) + " tokens");
    written.promptTokens = made.promptTokens;
    written.reusedTokens = made.reusedTokens;
    written.answerTokens = made.answerTokens;
    written.seconds.prefill = made.prefillSeconds;
    written.seconds.decode = made.decodeSeconds;
    return {};
}

/// Streams one answer, or draws several in silence and shows the one with most support.
Result<Generation> GroundedAnswerer::draw(Task &task, const std::vector<Turn> &turns,
                                          GenerationOptions options, std::span<const Passage> inPrompt,
                                          const CancelToken &cancel)
{
    std::vector<std::string> texts;
    for (const Passage &passage : inPrompt)
        texts.push_back(passage.text);
    const QuotableTexts quotable(texts);
    const int draws = std::max(task.options.bestOf, 1);
    const std::string said = task.writer.answer().extract;
    const Verdict least = m_options.smallModel ? Verdict::Supported : Verdict::Weak;
    const auto judged = [&](std::string_view sentence) { return judge(task, sentence, cancel); };

    Generation best;
    std::vector<SupportedSentence> bestSentences;
    double bestSupport = -1;
    for (int n = 0; n < draws; ++n) {
        SupportedText supported(int(inPrompt.size()), said, judged, least);
        std::vector<SupportedSentence> sentences;
        Result<void> shown;
        const auto take = [&](const std::vector<SupportedSentence> &more) {
            for (const SupportedSentence &sentence : more) {
                if (draws > 1)
                    sentences.push_back(sentence);
                else if (shown)
                    shown = show(task, sentence);
            }
        };
        options.seed = task.options.seed + std::uint64_t(n);
        if (n > 0 && options.temperature <= 0)
            options.temperature = kDrawTemperature;
        options.onThinking = [&](std::string_view text) {
            if (draws == 1)
                task.writer.thought(text);
        };
        QuoteMask mask(quotable, *m_model);
        options.mask = [&](std::span<const Token> answer, MaskedTokens &next) { mask(answer, next); };
        ASSIGN_OR_RETURN(
            Generation made,
            m_model->generate(
                turns, options, [&](std::string_view piece) { take(supported.add(piece)); }, cancel));
        if (!made.cancelled)
            take(supported.finish());
        RETURN_IF_ERROR(shown);
        double support = 0;
        for (const SupportedSentence &sentence : sentences)
            support += sentence.judgement.support / double(sentences.size());
        if (support > bestSupport) {
            bestSupport = support;
            bestSentences = std::move(sentences);
            best = std::move(made);
        }
        if (best.cancelled)
            break;
    }
    if (draws > 1 && !best.thinking.empty())
        task.writer.thought(best.thinking);
    for (const SupportedSentence &sentence : bestSentences)
        RETURN_IF_ERROR(show(task, sentence));
    return best;
}

Judgement GroundedAnswerer::judge(Task &task, std::string_view sentence, const CancelToken &cancel)
{
    // What frames the passages in the prompt is no text of theirs.
    if (sentence.find(task.fence) != std::string_view::npos)
        return {};
    // The quote's own passage first: an answer stands firmer on one page than on two.
    const Embedder *embedder = m_options.smallModel ? nullptr : m_embedder.get();
    const double needed = m_options.smallModel ? kSmallSupport : 0;
    const auto asNeeded = [&](Judgement judgement) {
        if (judgement.verdict == Verdict::Supported && judgement.support < needed)
            judgement.verdict = Verdict::Weak;
        return judgement;
    };
    Result<Judgement> own = judgeSentence(sentence, std::span(task.judgedBy).first(1), embedder, cancel);
    if (own && own->verdict == Verdict::Supported && own->support >= needed)
        return *own;
    // A word or two stand in many places: only the quote's passage can speak for them.
    if (own && keyTerms(sentence).size() < 2)
        return asNeeded(*own);
    Result<Judgement> any = judgeSentence(sentence, task.judgedBy, embedder, cancel);
    return asNeeded(any ? *any : judgeSentence(sentence, task.judgedBy));
}

Result<void> GroundedAnswerer::show(Task &task, const SupportedSentence &sentence)
{
    AnswerWriter &writer = task.writer;
    const Judgement &judgement = sentence.judgement;
    writer.text(task.begun ? " " : "\n\n");
    task.begun = true;
    const std::uint32_t begin = writer.position();
    writer.text(withoutMarks(sentence.text));
    std::string &generated = writer.answer().generated;
    generated += (generated.empty() ? "" : " ") + sentence.text;

    // A wrong number is worse than none: the quote's page only where that is sure, another one only for words
    // that are nearly its own.
    const bool quotesPassage = judgement.passage == 0;
    const bool cites = judgement.verdict == Verdict::Supported &&
                       (quotesPassage ? task.findings.confidence.sure
                                      : !m_options.smallModel && judgement.support >= kSureSupport);
    if (!cites) {
        writer.judged(begin, judgement.verdict, judgement.support, false, {});
        return {};
    }
    const auto index = std::size_t(judgement.passage);
    const TextRange span = judgement.span.end > judgement.span.begin
                               ? judgement.span
                               : TextRange{0, std::uint32_t(task.judgedBy[index].text.size())};
    ASSIGN_OR_RETURN(const Citation citation, cite(task.judgedBy[index], task.numbers[index], span));
    writer.judged(begin, judgement.verdict, judgement.support, false, {citation.n});
    writer.mark(citation);
    return {};
}

} // namespace rag
