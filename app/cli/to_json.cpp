#include "app/cli/to_json.h"

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
