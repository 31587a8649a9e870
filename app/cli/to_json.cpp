#include "app/cli/to_json.h"

#include <algorithm>

namespace app {

Json toJson(const rag::Document &document)
{
    return {{"id", document.id},
            {"name", document.name},
            {"title", document.title},
            {"path", document.path},
            {"language", document.language},
            {"state", stateName(document.state)},
            {"note", document.note},
            {"pages", document.pages},
            {"pages_done", document.pagesDone},
            {"pages_without_text", document.pagesWithoutText},
            {"pages_skipped", document.pagesSkipped},
            {"chunks", document.chunks},
            {"chunks_embedded", document.chunksEmbedded},
            {"added", document.addedAt}};
}

Json toJson(const rag::Citation &citation)
{
    Json boxes = Json::array();
    for (const rag::Box &box : citation.boxes)
        boxes.push_back({box.x, box.y, box.right(), box.bottom()});
    return {{"n", citation.n},           {"document", citation.documentName},
            {"page", citation.page + 1}, {"page_label", citation.pageLabel},
            {"quote", citation.quote},   {"boxes", boxes}};
}

Json toJson(std::span<const rag::Passage> passages)
{
    Json list = Json::array();
    for (std::size_t i = 0; i < passages.size(); ++i)
        list.push_back({{"n", i + 1},
                        {"document", passages[i].documentName},
                        {"page", passages[i].page + 1},
                        {"page_label", passages[i].pageLabel},
                        {"score", passages[i].score},
                        {"text", passages[i].text}});
    return list;
}

namespace {

const char *verdictName(rag::Verdict verdict)
{
    switch (verdict) {
    case rag::Verdict::Supported:
        return "supported";
    case rag::Verdict::Weak:
        return "weak";
    case rag::Verdict::Unsupported:
        return "unsupported";
    }
    return "";
}

Json sentencesOf(const rag::Answer &answer)
{
    Json list = Json::array();
    for (const rag::AnswerSentence &sentence : answer.sentences) {
        const std::size_t begin = std::min<std::size_t>(sentence.begin, answer.text.size());
        const std::size_t end = std::clamp<std::size_t>(sentence.end, begin, answer.text.size());
        list.push_back({{"text", answer.text.substr(begin, end - begin)},
                        {"verdict", verdictName(sentence.verdict)},
                        {"quoted", sentence.quoted},
                        {"support", sentence.support},
                        {"citations", sentence.citations}});
    }
    return list;
}

Json scanOf(const rag::ScopeScan &scan)
{
    Json terms = Json::array();
    for (const rag::TermHits &term : scan.terms) {
        Json places = Json::array();
        for (const auto &[document, page] : term.places)
            places.push_back({{"document", document}, {"page", page + 1}});
        terms.push_back({{"term", term.term}, {"pages", term.pages}, {"places", places}});
    }
    return {{"pages_searched", scan.pagesSearched}, {"pages_in_scope", scan.pagesInScope}, {"terms", terms}};
}

} // namespace

Json answerJson(const rag::Answer &answer, double ingestSeconds)
{
    Json citations = Json::array();
    for (const rag::Citation &citation : answer.citations)
        citations.push_back(toJson(citation));
    return {{"answer", answer.text},
            {"abstained", answer.abstained},
            {"citations", citations},
            {"passages", toJson(answer.passages)},
            {"model", answer.model},
            {"prompt_tokens", answer.promptTokens},
            {"reused_tokens", answer.reusedTokens},
            {"answer_tokens", answer.answerTokens},
            {"searched_for", answer.searchedFor},
            {"sentences", sentencesOf(answer)},
            {"scan", answer.scan ? scanOf(*answer.scan) : Json()},
            {"extract", answer.extract},
            {"generated", answer.generated},
            {"confidence", answer.confidence},
            {"thinking", answer.thinking},
            {"seconds",
             {{"ingest", ingestSeconds},
              {"retrieve", answer.seconds.retrieve},
              {"prefill", answer.seconds.prefill},
              {"decode", answer.seconds.decode}}}};
}

const char *stateName(rag::DocumentState state)
{
    switch (state) {
    case rag::DocumentState::Waiting:
        return "waiting";
    case rag::DocumentState::Ingesting:
        return "ingesting";
    case rag::DocumentState::Done:
        return "done";
    case rag::DocumentState::PartlyDone:
        return "partly done";
    case rag::DocumentState::Failed:
        return "failed";
    case rag::DocumentState::NeedsPassword:
        return "needs password";
    }
    return "";
}

} // namespace app
