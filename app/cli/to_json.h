#pragma once

#include "rag/types.h"

#include <nlohmann/json.hpp>

#include <span>

/// The values of rag as the JSON that the commands print. Pages count from 1 here.
namespace app {

using Json = nlohmann::ordered_json;

/// {"id", "name", "title", "path", "language", "state", "note", "pages", "pages_done", ...}
Json toJson(const rag::Document &document);
/// {"n", "document", "page", "page_label", "quote", "boxes": [[x0, y0, x1, y1]]}
Json toJson(const rag::Citation &citation);
/// [{"n", "document", "page", "page_label", "score", "text"}]
Json toJson(std::span<const rag::Passage> passages);

/// What `ask --json` prints: the keys of the contract and beside them what is known of each sentence, of the
/// scan of the pages, and of the thinking.
Json answerJson(const rag::Answer &answer, double ingestSeconds);

const char *stateName(rag::DocumentState state);

} // namespace app
