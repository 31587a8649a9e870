#include "app/cli/context.h"
#include "app/cli/scope.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "rag/store/collection_store.h"
#include "rag/store/library_store.h"

#include <cstdio>

namespace app {

using engine::ErrorCode;
using engine::Result;

namespace {

struct CollectionOptions
{
    std::string name;
    std::vector<std::string> words;
    std::string password;
};

Result<void> add(CliContext &context, const CollectionOptions &options)
{
    ScopeOptions files;
    files.password = options.password;
    ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, options.words, files));
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::CollectionStore collections(*database);
    ASSIGN_OR_RETURN(const auto known, collections.named(options.name));
    rag::CollectionId id = known ? known->id : 0;
    if (!known) {
        ASSIGN_OR_RETURN(id, collections.create(options.name));
    }
    RETURN_IF_ERROR(collections.add(id, scope.documents));
    ASSIGN_OR_RETURN(const std::vector<rag::DocumentId> inside, collections.documents(id));
    context.note(options.name + ": " + std::to_string(inside.size()) +
                 (inside.size() == 1 ? " document" : " documents"));
    if (context.json)
        CliContext::print(Json{{"collection", options.name}, {"documents", inside}});
    return {};
}

/// Without documents the collection itself goes; its documents stay in the library.
Result<void> remove(CliContext &context, const CollectionOptions &options)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::CollectionStore collections(*database);
    ASSIGN_OR_RETURN(const auto known, collections.named(options.name));
    if (!known)
        return engine::fail(ErrorCode::NotFound, "there is no collection " + options.name);
    if (options.words.empty()) {
        RETURN_IF_ERROR(collections.remove(known->id));
        context.note("removed the collection " + known->name + "; its documents stay in the library");
    } else {
        ASSIGN_OR_RETURN(const Scope scope, scopeOf(context, options.words, {}));
        RETURN_IF_ERROR(collections.take(known->id, scope.documents));
        context.note(known->name + ": took out " + std::to_string(scope.documents.size()));
    }
    if (context.json)
        CliContext::print(Json{{"collection", known->name}});
    return {};
}

Result<void> list(CliContext &context)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    rag::CollectionStore collections(*database);
    rag::LibraryStore store(*database);
    ASSIGN_OR_RETURN(const std::vector<rag::Collection> all, collections.collections());
    Json json{{"collections", Json::array()}};
    for (const rag::Collection &collection : all) {
        ASSIGN_OR_RETURN(const std::vector<rag::DocumentId> ids, collections.documents(collection.id));
        Json names = Json::array();
        if (!context.json)
            std::printf("%s\n", plainText(collection.name).c_str());
        for (const rag::DocumentId id : ids) {
            ASSIGN_OR_RETURN(const auto document, store.document(id));
            if (!document)
                continue;
            names.push_back({{"id", document->id}, {"name", document->name}});
            if (!context.json)
                std::printf("  %lld\t%s\n", static_cast<long long>(document->id),
                            plainText(document->name).c_str());
        }
        json["collections"].push_back({{"name", collection.name}, {"documents", names}});
    }
    if (context.json)
        CliContext::print(json);
    else if (all.empty())
        context.note("There are no collections. Make one with: warraq-cli collection add NAME PDF...");
    return {};
}

} // namespace

void addCollectionCommands(CLI::App &app, CliContext &context)
{
    CLI::App *group = app.add_subcommand("collection", "Named groups of documents, for --collection NAME");
    group->require_subcommand(1);
    auto options = std::make_shared<CollectionOptions>();

    CLI::App *adding = group->add_subcommand("add", "Put documents into a collection; it is made if missing");
    adding->add_option("NAME", options->name, "The collection")->required();
    adding->add_option("PDF", options->words, "Files, or numbers as `list` shows them")->required();
    adding->add_option("--password", options->password, "Password of the files that need one");
    onRun(*adding, context, [&context, options] { return add(context, *options); });

    CLI::App *removing = group->add_subcommand("remove", "Take documents out, or the collection itself away");
    removing->add_option("NAME", options->name, "The collection")->required();
    removing->add_option("PDF", options->words, "Documents to take out; none: the collection goes");
    onRun(*removing, context, [&context, options] { return remove(context, *options); });

    CLI::App *listing = group->add_subcommand("list", "Show collections and what is in them");
    onRun(*listing, context, [&context] { return list(context); });
}

} // namespace app
