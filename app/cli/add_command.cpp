#include "app/cli/context.h"
#include "app/cli/ingest_files.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"

namespace app {

using engine::Result;

namespace {

struct AddOptions
{
    std::vector<std::string> paths;
    std::string password;
};

std::string summary(const FileOutcome &outcome)
{
    const std::string name = outcome.path.filename().string();
    const rag::Ingested &done = outcome.ingested;
    if (outcome.error)
        return name + ": " + outcome.error->detail;
    if (done.alreadyThere)
        return name + ": in the library already (" + std::to_string(done.document) + ")";
    std::string text = name + ": " + std::to_string(done.pages) + " pages, " + std::to_string(done.chunks) +
                       " passages (" + std::to_string(done.document) + ")";
    if (done.pagesWithoutText > 0)
        text += ", " + std::to_string(done.pagesWithoutText) + " pages without text";
    if (done.pagesSkipped > 0)
        text += ", " + std::to_string(done.pagesSkipped) + " pages skipped";
    return text;
}

Json outcomeJson(const FileOutcome &outcome)
{
    const rag::Ingested &done = outcome.ingested;
    return {{"id", done.document},
            {"name", outcome.path.filename().string()},
            {"already_there", done.alreadyThere},
            {"pages", done.pages},
            {"pages_without_text", done.pagesWithoutText},
            {"pages_skipped", done.pagesSkipped},
            {"chunks", done.chunks},
            {"seconds", done.seconds}};
}

Result<void> add(CliContext &context, const AddOptions &options)
{
    ASSIGN_OR_RETURN(const std::vector<FileOutcome> outcomes,
                     ingestFiles(context, options.paths, [&](const auto &) { return options.password; }));
    Json json{{"documents", Json::array()}, {"failed", Json::array()}};
    for (const FileOutcome &outcome : outcomes) {
        if (outcome.error) {
            context.exitCode = ExitCode::Failed;
            json["failed"].push_back({{"path", outcome.path.string()}, {"error", outcome.error->detail}});
        } else {
            json["documents"].push_back(outcomeJson(outcome));
        }
        context.note(summary(outcome));
    }
    if (outcomes.empty())
        return engine::fail(engine::ErrorCode::NotFound, "no PDF in what was named");
    if (context.json)
        CliContext::print(json);
    return {};
}

} // namespace

void addAddCommand(CLI::App &app, CliContext &context)
{
    auto options = std::make_shared<AddOptions>();
    CLI::App *command = app.add_subcommand("add", "Take PDFs, and folders of them, into the library");
    command->add_option("PATH", options->paths, "PDF files and folders")->required();
    command->add_option("--password", options->password, "Password of the files that need one");
    onRun(*command, context, [&context, options] { return add(context, *options); });
}

} // namespace app
