// For development: what each stage of retrieval is worth. Prints a Markdown table of page recall and time
// over an evaluation set whose files are in a library. measure_retrieval QUESTIONS.jsonl LIBRARY_FOLDER
// EMBEDDER.gguf [RERANKER]
#include "rag/eval/evaluation.h"
#include "rag/index/faiss_index.h"
#include "rag/model/engine_embedder.h"
#include "rag/retrieve/engine_reranker.h"
#include "rag/retrieve/hybrid_retriever.h"
#include "rag/store/sqlite.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

using namespace rag;

namespace {

struct Variant
{
    const char *name;
    HybridOptions options;
    bool reranked = false;
};

template <class Change>
Variant without(const char *name, const Change &change)
{
    Variant variant{name, {}, false};
    change(variant.options);
    return variant;
}

std::vector<Variant> variants(bool withReranker)
{
    std::vector<Variant> list{{"all stages", {}, false}};
    for (const auto &[name, count] : {std::pair{"with the reranker on 10 passages", 10},
                                      {"with the reranker on 15", 15},
                                      {"with the reranker on 30", 30}}) {
        if (!withReranker)
            break;
        list.push_back({name, {}, true});
        list.back().options.reranked = count;
    }
    list.push_back(without("without words", [](HybridOptions &o) { o.wordWeight = 0; }));
    list.push_back(
        without("without vectors", [](HybridOptions &o) { o.vectorWeight = o.foreignWeight = 0; }));
    list.push_back(
        without("without the list of other languages", [](HybridOptions &o) { o.foreignWeight = 0; }));
    list.push_back(without("without centring", [](HybridOptions &o) { o.centring = 0; }));
    list.push_back(
        without("without neighbours", [](HybridOptions &o) { o.neighbourVectors = o.neighbourWords = 0; }));
    list.push_back(without("without names and languages in the question",
                           [](HybridOptions &o) { o.nameWeight = o.languageWeight = 0; }));
    list.push_back(
        without("without the damping of contents", [](HybridOptions &o) { o.contentsWeight = 0; }));
    list.push_back(without("without repeated text last", [](HybridOptions &o) { o.repeatsLast = false; }));
    list.push_back(without("with at most 3 of a document", [](HybridOptions &o) { o.perDocument = 3; }));
    list.push_back(without("words and vectors alone", [](HybridOptions &o) {
        o.foreignWeight = o.centring = o.neighbourVectors = o.neighbourWords = 0;
        o.nameWeight = o.languageWeight = o.contentsWeight = 0;
        o.repeatsLast = false;
    }));
    return list;
}

double share(const nlohmann::ordered_json &found, const char *scope, const char *figure)
{
    return found.at(scope).at(figure).get<double>();
}

int run(const char *questionFile, const std::filesystem::path &folder, const char *model,
        const char *rerankerFile)
{
    const auto questions = readQuestions(questionFile);
    auto opened = Database::open(folder / "warraq.db");
    const auto weights = engine::Model::load(model);
    if (!questions || !opened || !weights)
        return 1;
    const std::shared_ptr<Database> database = std::move(*opened);
    LibraryStore store(*database);
    const auto embedder = EngineEmbedder::open(*weights);
    if (!embedder)
        return 1;
    const auto index = FaissIndex::openOrRebuild(folder / "vectors.faiss", store, (*embedder)->fingerprint(),
                                                 (*embedder)->dimension());
    const auto listed = store.documents();
    if (!index || !listed)
        return 1;
    std::shared_ptr<const Reranker> reranker;
    if (rerankerFile) {
        const auto loaded = engine::Model::load(rerankerFile);
        const auto made = loaded ? EngineReranker::open(*loaded) : tl::unexpected(loaded.error());
        if (!made)
            return 1;
        reranker = *made;
    }
    std::map<std::string, DocumentId> documents;
    for (const Document &document : *listed)
        documents[document.name] = document.id;

    std::printf("| | document R@5 | MRR | all files R@5 | MRR | ms a search |\n|---|---|---|---|---|---|\n");
    for (const Variant &variant : variants(reranker != nullptr)) {
        HybridRetriever retriever(database, *embedder, *index, variant.options,
                                  variant.reranked ? reranker : nullptr);
        const auto rows = evaluate(*questions, documents, retriever, nullptr, {}, {}, {});
        if (!rows)
            return 1;
        const nlohmann::ordered_json found = figures(*rows, 0);
        double seconds = 0;
        int searches = 0;
        for (const EvalRow &row : *rows) {
            seconds += row.retrieveSeconds;
            searches += row.inDocument ? 2 : 1;
        }
        std::printf("| %s | %.3f | %.3f | %.3f | %.3f | %.0f |\n", variant.name,
                    share(found, "document", "recall@5"), share(found, "document", "mrr@10"),
                    share(found, "library", "recall@5"), share(found, "library", "mrr@10"),
                    1000 * seconds / std::max(searches, 1));
        std::fflush(stdout);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        std::fprintf(stderr,
                     "usage: measure_retrieval QUESTIONS.jsonl LIBRARY_FOLDER EMBEDDER.gguf [RERANKER]\n");
        return 2;
    }
    return run(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : nullptr);
}
