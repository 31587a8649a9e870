#include "app/cli/context.h"
#include "app/cli/scope.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"

#include <chrono>
#include <cstdio>

namespace app {

using engine::Result;

namespace {

struct SearchOptions
{
    std::vector<std::string> words; ///< the PDFs, and the query last
    ScopeOptions scope;
    int count = 10;
};

void printPassages(const std::vector<rag::Passage> &passages)
{
    for (std::size_t i = 0; i < passages.size(); ++i) {
        const rag::Passage &passage = passages[i];
        std::printf("[%zu] %s, page %d  (%.4f)\n%s\n\n", i + 1, plainText(passage.documentName).c_str(),
                    passage.page + 1, passage.score, plainText(passage.text).c_str());
    }
}

Result<void> search(CliContext &context, const SearchOptions &options)
{
    const std::vector<std::string> pdfs(options.words.begin(), options.words.end() - 1);
    ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, pdfs, options.scope));
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto retriever, services->makeRetriever());
    const auto start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(
        const std::vector<rag::Passage> passages,
        retriever->retrieve(scope.question(options.words.back()), options.count, context.cancel));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (passages.empty())
        context.exitCode = ExitCode::NothingFound;
    if (context.json)
        CliContext::print(
            Json{{"passages", toJson(passages)},
                 {"seconds", {{"ingest", scope.ingestSeconds}, {"retrieve", seconds.count()}}}});
    else
        printPassages(passages);
    return {};
}

} // namespace

void addSearchCommand(CLI::App &app, CliContext &context)
{
    constexpr int kMost = 1000;
    auto options = std::make_shared<SearchOptions>();
    CLI::App *command = app.add_subcommand("search", "Find passages, in the named PDFs or the whole library");
    command->add_option("QUERY", options->words, "Files to search in, and what to look for")
        ->required()
        ->option_text("[PDF...] QUERY");
    command->add_option("-k", options->count, "How many passages")->check(CLI::Range(1, kMost));
    addScopeOptions(*command, options->scope, true);
    onRun(*command, context, [&context, options] { return search(context, *options); });
}

} // namespace app
