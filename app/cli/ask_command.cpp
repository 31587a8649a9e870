#include "app/cli/answer_printer.h"
#include "app/cli/context.h"
#include "app/cli/scope.h"
#include "app/cli/task_output.h"
#include "app/cli/to_json.h"
#include "rag/store/library_store.h"
#include "rag/tasks/recognise.h"

namespace app {

using engine::Result;

namespace {

struct AskOptions
{
    std::vector<std::string> words; ///< the PDFs, and the question last
    ScopeOptions scope;
    std::string searchFor;
    bool showThinking = false;
    bool noTask = false;
    rag::AnswerOptions answer;
};

/// How many documents are in the scope; an empty one is the library.
Result<std::size_t> documentsIn(CliContext &context, const Scope &scope)
{
    if (!scope.documents.empty())
        return scope.documents.size();
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    ASSIGN_OR_RETURN(const std::vector<rag::Document> documents, rag::LibraryStore(*database).documents());
    return documents.size();
}

/// "Summarize this document": no few passages can answer that.
Result<std::optional<rag::TaskRequest>> taskIn(CliContext &context, const AskOptions &options,
                                               const Scope &scope)
{
    if (options.noTask || !options.scope.pages.empty() || !options.searchFor.empty())
        return std::nullopt;
    std::optional<rag::TaskRequest> task = rag::recogniseTask(options.words.back());
    if (!task)
        return std::nullopt;
    ASSIGN_OR_RETURN(const std::size_t documents, documentsIn(context, scope));
    const bool fits = task->kind == rag::TaskKind::Comparison ? documents >= 2 : documents == 1;
    if (!fits)
        return std::nullopt;
    task->documents = scope.documents;
    return task;
}

Result<void> ask(CliContext &context, AskOptions &options)
{
    options.answer.temperature = context.temperature;
    options.answer.seed = context.seed;
    const std::vector<std::string> pdfs(options.words.begin(), options.words.end() - 1);
    ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, pdfs, options.scope));
    ASSIGN_OR_RETURN(const std::optional<rag::TaskRequest> task, taskIn(context, options, scope));
    if (task) {
        context.note("This asks for work on the whole document: every page is read "
                     "(--no-task answers from a few passages instead).");
        return runTask(context, *task, scope.ingestSeconds);
    }
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto answerer, services->makeAnswerer());

    AnswerPrinter printer({!context.json, !context.quiet, options.showThinking});
    rag::Question question = scope.question(options.words.back());
    question.searchText = options.searchFor;
    ASSIGN_OR_RETURN(const rag::Answer answer,
                     answerer->ask(question, {}, options.answer, printer.onEvent(), context.cancel));
    printer.finish(answer);
    if (context.json)
        CliContext::print(answerJson(answer, scope.ingestSeconds));
    if (answer.stopped)
        return engine::fail(engine::ErrorCode::Cancelled, "stopped");
    if (answer.abstained)
        context.exitCode = ExitCode::NothingFound;
    return {};
}

} // namespace

void addAskCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<AskOptions>();
    CLI::App *command =
        app.add_subcommand("ask", "Answer a question from the named PDFs or the whole library");
    command->add_option("QUESTION", options->words, "Files to answer from, and the question")
        ->required()
        ->option_text("[PDF...] QUESTION");
    addScopeOptions(*command, options->scope, true);
    command->add_option("--search-for", options->searchFor, "Look for these words instead of the question's");
    command->add_flag("--show-thinking", options->showThinking, "Show what a reasoning model thinks");
    command->add_flag("--no-task", options->noTask,
                      "Answer from passages even where the whole document is asked about");
    addAnswerOptions(*command, options->answer);
    onRun(*command, context, [&context, options] { return ask(context, *options); });
}

} // namespace app
