#include "app/cli/context.h"
#include "app/cli/ingest_files.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "rag/eval/comparison.h"
#include "rag/eval/evaluation.h"
#include "rag/store/library_store.h"

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
    std::string rows;    ///< where to write a line a question
    std::string save;    ///< where to write figures and rows, for --compare
    std::string compare; ///< such a file of an earlier run
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

/// Without a folder: the documents that are there, by name.
Result<std::map<std::string, rag::DocumentId>> inLibrary(CliContext &context)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    ASSIGN_OR_RETURN(const std::vector<rag::Document> all, rag::LibraryStore(*database).documents());
    std::map<std::string, rag::DocumentId> documents;
    for (const rag::Document &document : all)
        documents[document.name] = document.id;
    return documents;
}

/// A short form does not say which language a document is in; the library knows.
Result<void> fillLanguages(CliContext &context, const std::map<std::string, rag::DocumentId> &documents,
                           std::vector<rag::EvalQuestion> &questions)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::LibraryStore store(*database);
    for (rag::EvalQuestion &question : questions) {
        const auto known = documents.find(question.pdf);
        if (!question.documentLanguage.empty() || known == documents.end())
            continue;
        ASSIGN_OR_RETURN(const std::optional<rag::Document> document, store.document(known->second));
        if (document)
            question.documentLanguage = document->language;
    }
    return {};
}

Result<std::map<std::string, rag::DocumentId>> ingestAll(CliContext &context,
                                                         const EvalCommandOptions &options,
                                                         const std::vector<rag::EvalQuestion> &questions)
{
    if (options.folder.empty())
        return inLibrary(context);
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
        if (value.is_number())
            std::printf("  %-24s %.3f\n", key.c_str(), value.get<double>());
}

/// The answers of each language pair and type, a line each.
void printAnswers(const Json &figures)
{
    if (figures["answers"].empty())
        return;
    constexpr const char *kColumns[] = {"citation_page_precision", "box_iou",         "sentences_supported",
                                        "extract_match",           "generated_match", "answer_match"};
    std::printf("\n%-24s %4s  page   box  supp  extr   gen match  auroc  s/q\n", "answers", "n");
    const auto line = [&](const std::string &name, const Json &group, double seconds) {
        const Json &answers = group["answers"];
        std::printf("%-24s %4d", name.c_str(), answers.value("n", 0));
        for (const char *column : kColumns)
            std::printf("  %.2f", answers.value(column, 0.0));
        std::printf("   %.2f  %.2f\n", group["abstention"].value("auroc", 0.0), seconds);
    };
    line("all", figures, figures["seconds"].value("answer_median", 0.0));
    for (const char *by : {"by_language", "by_type"})
        for (const auto &[key, group] : figures[by].items())
            line(key, group, group["seconds"].value("answer_median", 0.0));
}

void printExtraction(const Json &extraction)
{
    if (extraction.empty())
        return;
    printNamed("extraction", extraction);
    std::printf("\n%-32s %4s  found  error  order\n", "gold quotes on their pages", "n");
    for (const auto &[key, group] : extraction["by_file"].items())
        std::printf("%-32s %4d   %.2f  %.3f   %.2f\n", key.c_str(), group.value("quotes", 0),
                    group.value("quotes_found", 0.0), group.value("character_error", 0.0),
                    group.value("reading_order", 0.0));
}

void printComparison(const Json &comparison)
{
    std::printf("\n%-56s %8s %8s\n", "changed", "old", "new");
    for (const Json &change : comparison["figures"])
        std::printf("%-56s %8.3f %8.3f  %+.3f\n", change["metric"].get<std::string>().c_str(),
                    change["old"].get<double>(), change["new"].get<double>(),
                    change["new"].get<double>() - change["old"].get<double>());
    if (comparison["figures"].empty())
        std::printf("nothing\n");
    if (comparison["compared_rows"].get<int>() == 0)
        return;
    for (const auto &[key, title] : {std::pair("right_to_wrong", "right before, wrong now"),
                                     std::pair("wrong_to_right", "wrong before, right now")}) {
        std::printf("\n%s: %zu\n", title, comparison[key].size());
        for (const Json &id : comparison[key])
            std::printf("  %s\n", plainText(id.get<std::string>()).c_str());
    }
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
    printAnswers(figures);
    printNamed("answers", figures["answers"]);
    printNamed("abstention", figures["abstention"]);
    printExtraction(figures["extraction"]);
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

Result<void> writeRun(const std::string &file, const Json &run)
{
    std::ofstream stream(file);
    stream << run.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!stream.flush())
        return engine::fail(engine::ErrorCode::Storage, "cannot write " + file);
    return {};
}

/// The set of a person's own, in the library's folder.
fs::path ownSet(const CliContext &context)
{
    return context.library / "questions.jsonl";
}

Result<std::vector<rag::EvalQuestion>> readSet(const CliContext &context, const EvalCommandOptions &options)
{
    if (!options.questions.empty())
        return rag::readQuestions(options.questions);
    std::error_code error;
    if (!fs::exists(ownSet(context), error))
        return engine::fail(
            engine::ErrorCode::NotFound,
            "there is no set of your own yet: write " + ownSet(context).string() +
                R"(, one object a line: {"question": "...", "pdf": "a.pdf", "page": 3, "answer": "..."})");
    return rag::readQuestions(ownSet(context));
}

Result<void> eval(CliContext &context, EvalCommandOptions &options)
{
    options.eval.answer.temperature = context.temperature;
    options.eval.answer.seed = context.seed;
    ASSIGN_OR_RETURN(std::vector<rag::EvalQuestion> questions, readSet(context, options));
    Json before;
    if (!options.compare.empty()) {
        ASSIGN_OR_RETURN(before, rag::readRun(options.compare));
    }
    const auto start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(const auto documents, ingestAll(context, options, questions));
    const std::chrono::duration<double> ingestSeconds = std::chrono::steady_clock::now() - start;

    RETURN_IF_ERROR(fillLanguages(context, documents, questions));
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::LibraryStore store(*database);
    options.eval.readPage = [&store](rag::DocumentId document, int page) {
        return store.page(document, page);
    };
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
    std::vector<rag::PageReading> pages;
    if (!options.folder.empty()) {
        ASSIGN_OR_RETURN(pages, rag::readKnownTexts(options.folder, documents, options.eval.readPage));
    }
    Json figures = rag::figures(rows, ingestSeconds.count(), pages);
    Json run = figures;
    run["rows"] = Json::array();
    for (const rag::EvalRow &row : rows)
        run["rows"].push_back(rag::rowObject(row));
    if (!options.save.empty())
        RETURN_IF_ERROR(writeRun(options.save, run));
    if (!options.compare.empty())
        figures["compare"] = rag::compareRuns(before, run);
    if (context.json)
        CliContext::print(figures);
    else
        printTables(figures);
    if (!context.json && !options.compare.empty())
        printComparison(figures["compare"]);
    return {};
}

} // namespace

void addEvalCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<EvalCommandOptions>();
    CLI::App *command = app.add_subcommand("eval", "Run a set of questions with known pages and answers");
    command
        ->add_option("QUESTIONS", options->questions,
                     "The set, a JSON object a line; none: questions.jsonl in the library's folder")
        ->check(CLI::ExistingFile);
    command->add_option("--pdfs", options->folder, "Folder of its files; none: they are in the library")
        ->check(CLI::ExistingDirectory);
    command->add_option("--password", options->passwords, "FILE=PASSWORD; may be given again")
        ->allow_extra_args(false);
    command->add_flag("--retrieval-only", options->retrievalOnly, "Search, but do not answer");
    command->add_option("--rows", options->rows,
                        "Write what was found for each question here, a JSON object a line");
    command->add_option("--save", options->save, "Write figures and rows here, for --compare");
    command
        ->add_option("--compare", options->compare,
                     "What --save, --json or --rows of an earlier run wrote: show what changed")
        ->check(CLI::ExistingFile);
    onRun(*command, context, [&context, options] { return eval(context, *options); });
}

} // namespace app
