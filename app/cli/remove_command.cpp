#include "app/cli/context.h"
#include "app/cli/to_json.h"
#include "rag/store/library_store.h"

namespace app {

using engine::Result;

namespace {

Result<void> removeDocuments(CliContext &context, const std::vector<rag::DocumentId> &ids)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::LibraryStore store(*database);
    Json removed = Json::array();
    for (const rag::DocumentId id : ids) {
        ASSIGN_OR_RETURN(const auto document, store.document(id));
        if (!document)
            return engine::fail(engine::ErrorCode::NotFound, "no document has the id " + std::to_string(id));
        RETURN_IF_ERROR(services->removeDocument(id));
        removed.push_back(id);
        context.note("removed " + document->name);
    }
    if (context.json)
        CliContext::print(Json{{"removed", removed}});
    return {};
}

} // namespace

void addRemoveCommand(CLI::App &app, CliContext &context)
{
    auto ids = std::make_shared<std::vector<rag::DocumentId>>();
    CLI::App *command =
        app.add_subcommand("remove", "Take documents out of the library, with every trace of them");
    command->add_option("ID", *ids, "Numbers as `list` shows them")->required();
    onRun(*command, context, [&context, ids] { return removeDocuments(context, *ids); });
}

} // namespace app
