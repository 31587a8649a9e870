#include "app/cli/scope.h"
#include "app/cli/task_output.h"

namespace app {

using engine::ErrorCode;
using engine::Result;

namespace {

struct TaskOptions
{
    std::vector<std::string> words;
    ScopeOptions scope;
    bool afresh = false;
};

/// @param files  of the words; the rest is the question already
Result<void> runOver(CliContext &context, const TaskOptions &options, rag::TaskRequest request,
                     const std::vector<std::string> &files)
{
    ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, files, options.scope));
    request.documents = scope.documents;
    request.afresh = options.afresh;
    return runTask(context, request, scope.ingestSeconds);
}

Result<void> whole(CliContext &context, const TaskOptions &options, rag::TaskKind kind)
{
    rag::TaskRequest request;
    request.kind = kind;
    return runOver(context, options, request, options.words);
}

/// A last word that names no document is the aspect.
Result<void> compare(CliContext &context, const TaskOptions &options)
{
    rag::TaskRequest request;
    request.kind = rag::TaskKind::Comparison;
    std::vector<std::string> files = options.words;
    if (!files.empty() && !namesDocument(context, files.back())) {
        request.question = files.back();
        files.pop_back();
    }
    return runOver(context, options, request, files);
}

Result<void> listEvery(CliContext &context, const TaskOptions &options)
{
    rag::TaskRequest request;
    request.kind = rag::TaskKind::ListEvery;
    request.question = options.words.front();
    return runOver(context, options, request, {options.words.begin() + 1, options.words.end()});
}

std::shared_ptr<TaskOptions> addOptions(CLI::App &command)
{
    auto options = std::make_shared<TaskOptions>();
    addScopeOptions(command, options->scope, false);
    command.add_flag("--afresh", options->afresh, "Forget the notes of an earlier run");
    return options;
}

} // namespace

void addTaskCommands(CLI::App &app, CliContext &context)
{
    CLI::App *summary = app.add_subcommand(
        "summarize", "Summarize whole documents: every page is read, every line has its page");
    summary->alias("summarise");
    const auto summaryOptions = addOptions(*summary);
    summary->add_option("PDF", summaryOptions->words, "Files, or numbers as `list` shows them; none: all");
    onRun(*summary, context,
          [&context, summaryOptions] { return whole(context, *summaryOptions, rag::TaskKind::Summary); });

    CLI::App *outline = app.add_subcommand("outline", "The headings of documents with their pages");
    const auto outlineOptions = addOptions(*outline);
    outline->add_option("PDF", outlineOptions->words, "Files, or numbers as `list` shows them; none: all");
    onRun(*outline, context,
          [&context, outlineOptions] { return whole(context, *outlineOptions, rag::TaskKind::Outline); });

    CLI::App *comparison =
        app.add_subcommand("compare", "What documents have in common and what only one of them says");
    const auto comparisonOptions = addOptions(*comparison);
    comparison->add_option("PDF", comparisonOptions->words, "Files, and perhaps in what respect")
        ->option_text("PDF PDF... [ASPECT]");
    onRun(*comparison, context,
          [&context, comparisonOptions] { return compare(context, *comparisonOptions); });

    CLI::App *list =
        app.add_subcommand("list-every", "Every place that names something: list-every deadline a.pdf");
    const auto listOptions = addOptions(*list);
    list->add_option("WHAT", listOptions->words, "What to list, and the files; none: all")
        ->required()
        ->option_text("WHAT [PDF...]");
    onRun(*list, context, [&context, listOptions] { return listEvery(context, *listOptions); });
}

} // namespace app
