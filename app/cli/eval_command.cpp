#include "app/cli/context.h"
#include "app/cli/ingest_files.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "rag/eval/evaluation.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

namespace app {

namespace fs = std::filesystem;
using engine::Result;

namespace {

struct EvalCommandOptions
{
    std::string questions;
    std::string folder;
    std::vector<std::string> passwords; ///< "FILE=PASSWORD"
    bool retrievalOnly = false;
    std::string rows; ///< where to write a line a question
    rag::EvalOptions eval;
};

Result<std::map<std::string, std::string>> passwordTable(const std::vector<std::string> &given)
{
    std::map<std::string, std::string> table;
    for (const std::string &entry : given) {
        const std::size_t equals = entry.find('=');
        if (equals == std::string::npos)
            return engine::fail(engine::ErrorCode::Unsupported, "--password wants FILE=PASSWORD");
        table[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    return table;
}

/// The files that the questions are about and that are in the folder.
std::vector<std::string> filesOf(const std::vector<rag::EvalQuestion> &questions, const fs::path &folder)
{
    std::set<std::string> names;
    for (const rag::EvalQuestion &question : questions) {
        if (!question.pdf.empty())
            names.insert(question.pdf);
        for (const rag::GoldPage &gold : question.gold)
            names.insert(gold.pdf);
    }
    std::vector<std::string> files;
    for (const std::string &name : names)
        files.push_back((folder / name).string());
    return files;
}

Result<std::map<std::string, rag::DocumentId>> ingestAll(CliContext &context,
                                                         const EvalCommandOptions &options,
                                                         const std::vector<rag::EvalQuestion> &questions)
{
    ASSIGN_OR_RETURN(const auto passwords, passwordTable(options.passwords));
    const auto passwordOf = [&](const fs::path &file) {
        const auto found = passwords.find(file.filename().string());
        return found == passwords.end() ? std::string() : found->second;
    };
    ASSIGN_OR_RETURN(const std::vector<FileOutcome> outcomes,
                     ingestFiles(context, filesOf(questions, options.folder), passwordOf));
    std::map<std::string, rag::DocumentId> documents;
    for (const FileOutcome &outcome : outcomes) {
        if (outcome.error)
            context.note(outcome.path.filename().string() + " counts as not found: " + outcome.error->detail);
        else
            documents[outcome.path.filename().string()] = outcome.ingested.document;
    }
    return documents;
}

void printRetrieval(const std::string &name, const Json &figures)
{
    std::printf("%-24s %4d", name.c_str(), figures["n"].get<int>());
    for (const char *key : {"recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"})
        std::printf("  %.2f", figures[key].get<double>());
    std::printf("\n");
}

void printNamed(const char *title, const Json &figures)
{
    if (figures.empty())
        return;
    std::printf("\n%s\n", title);
    for (const auto &[key, value] : figures.items())
        std::printf("  %-24s %.3f\n", key.c_str(), value.get<double>());
}

void printTables(const Json &figures)
{
    std::printf("%-24s %4s   R@1   R@3   R@5  R@10   MRR\n", "page recall", "n");
    printRetrieval("inside the document", figures["document"]);
    printRetrieval("over all files", figures["library"]);
    for (const char *by : {"by_language", "by_type"}) {
        std::printf("\n");
        for (const auto &[key, group] : figures[by].items()) {
            printRetrieval(key + ", document", group["document"]);
            printRetrieval(key + ", all files", group["library"]);
        }
    }
    printNamed("answers", figures["answers"]);
    printNamed("abstention", figures["abstention"]);
    printNamed("seconds", figures["seconds"]);
}

Result<void> writeRows(const std::string &file, const std::vector<rag::EvalRow> &rows)
{
    std::ofstream stream(file);
    for (const rag::EvalRow &row : rows)
        stream << rag::rowObject(row).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!stream.flush())
        return engine::fail(engine::ErrorCode::Storage, "cannot write " + file);
    return {};
}

Result<void> eval(CliContext &context, EvalCommandOptions &options)
{
    options.eval.answer.temperature = context.temperature;
    options.eval.answer.seed = context.seed;
    ASSIGN_OR_RETURN(const std::vector<rag::EvalQuestion> questions, rag::readQuestions(options.questions));
    const auto start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(const auto documents, ingestAll(context, options, questions));
    const std::chrono::duration<double> ingestSeconds = std::chrono::steady_clock::now() - start;

    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto retriever, services->makeRetriever());
    std::unique_ptr<rag::Answerer> answerer;
    if (!options.retrievalOnly) {
        ASSIGN_OR_RETURN(answerer, services->makeAnswerer());
    }
    const auto ask = [&]() -> Result<std::vector<rag::EvalRow>> {
        ProgressBar bar(!context.quiet);
        return rag::evaluate(
            questions, documents, *retriever, answerer.get(), options.eval,
            [&](int done) { bar.show("questions", done, int(questions.size())); }, context.cancel);
    };
    ASSIGN_OR_RETURN(const std::vector<rag::EvalRow> rows, ask());
    if (!options.rows.empty())
        RETURN_IF_ERROR(writeRows(options.rows, rows));
    const Json figures = rag::figures(rows, ingestSeconds.count());
    if (context.json)
        CliContext::print(figures);
    else
        printTables(figures);
    return {};
}

} // namespace

void addEvalCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<EvalCommandOptions>();
    CLI::App *command = app.add_subcommand("eval", "Run a set of questions with known pages and answers");
    command->add_option("QUESTIONS", options->questions, "The set, a JSON object a line")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--pdfs", options->folder, "Folder of its files")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("--password", options->passwords, "FILE=PASSWORD; may be given again")
        ->allow_extra_args(false);
    command->add_flag("--retrieval-only", options->retrievalOnly, "Search, but do not answer");
    command->add_option("--rows", options->rows,
                        "Write what was found for each question here, a JSON object a line");
    onRun(*command, context, [&context, options] { return eval(context, *options); });
}

} // namespace app
