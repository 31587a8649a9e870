#include "app/cli/context.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "rag/store/library_store.h"

#include <cstdio>

namespace app {

using engine::Result;

namespace {

std::string line(const rag::Document &document)
{
    std::string text = std::to_string(document.id) + "\t" + document.name + "\t" +
                       std::to_string(document.pagesDone) + "/" + std::to_string(document.pages) +
                       " pages\t" + stateName(document.state);
    if (!document.note.empty())
        text += "\t" + document.note;
    return text;
}

Result<void> list(CliContext &context)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    ASSIGN_OR_RETURN(const std::vector<rag::Document> documents, rag::LibraryStore(*database).documents());
    Json json{{"documents", Json::array()}};
    for (const rag::Document &document : documents) {
        json["documents"].push_back(toJson(document));
        if (!context.json)
            std::printf("%s\n", plainText(line(document)).c_str());
    }
    if (context.json)
        CliContext::print(json);
    else if (documents.empty())
        context.note("The library is empty. Take a PDF in with: warraq-cli add FILE");
    return {};
}

} // namespace

void addListCommand(CLI::App &app, CliContext &context)
{
    CLI::App *command = app.add_subcommand("list", "Show the documents of the library");
    onRun(*command, context, [&context] { return list(context); });
}

} // namespace app
