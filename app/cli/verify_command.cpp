#include "app/cli/context.h"
#include "app/cli/terminal.h"
#include "app/cli/to_json.h"
#include "app/models.h"
#include "rag/index/faiss_index.h"
#include "rag/store/library_store.h"
#include "rag/store/salvage.h"
#include "rag/store/sha256.h"

#include <cstdio>

namespace app {

using engine::Result;

namespace {

const char *foundName(rag::IndexFile found)
{
    switch (found) {
    case rag::IndexFile::Current:
        return "current";
    case rag::IndexFile::Older:
        return "older";
    case rag::IndexFile::Missing:
        return "missing";
    case rag::IndexFile::Damaged:
        return "damaged";
    case rag::IndexFile::Foreign:
        return "foreign";
    }
    return "";
}

Result<Json> verifyDatabase(rag::Database &database)
{
    ASSIGN_OR_RETURN(const std::vector<std::string> complaints, database.check());
    return Json{{"ok", complaints.empty()}, {"complaints", complaints}};
}

/// Opening it rebuilds what is missing, old or damaged.
Result<Json> verifyIndex(CliContext &context, rag::Database &database)
{
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto embedder, services->embedder());
    rag::LibraryStore store(database);
    rag::RebuildReport report;
    ASSIGN_OR_RETURN(const auto index,
                     rag::FaissIndex::openOrRebuild(context.library / "vectors.faiss", store,
                                                    embedder->fingerprint(), embedder->dimension(), &report));
    return Json{{"ok", true},
                {"found", foundName(report.found)},
                {"vectors", index->size()},
                {"recall", index->recallOfExact()},
                {"added", report.added},
                {"dropped", report.dropped}};
}

Json verifyModel(const rag::ModelStore &store, const rag::ModelEntry &entry)
{
    Json json{{"name", entry.name}, {"role", entry.role}, {"ok", false}};
    const auto path = store.find(entry.name, entry.role);
    if (!path) {
        json["error"] = "not found";
        return json;
    }
    json["path"] = path->string();
    if (!entry.sha256.empty() && path->filename() == entry.file) {
        const Result<std::string> hash = rag::sha256OfFile(*path);
        if (!hash || *hash != entry.sha256) {
            json["error"] = hash ? "the file is not the one of the catalogue (SHA-256)" : hash.error().detail;
            return json;
        }
    }
    // A model without a checksum beforehand is read in: header, sizes and offsets are checked.
    const auto model = engine::Model::load(*path, {});
    json["ok"] = bool(model);
    if (!model)
        json["error"] = model.error().detail;
    return json;
}

void printReport(const Json &report)
{
    std::printf("database  %s\n", report["database"]["ok"].get<bool>() ? "ok" : "damaged");
    for (const Json &complaint : report["database"]["complaints"])
        std::printf("          %s\n", plainText(complaint.get<std::string>()).c_str());
    if (!report["database"]["ok"].get<bool>())
        std::printf("          warraq-cli verify --repair saves what can be read\n");
    const Json &index = report["index"];
    if (index.contains("error"))
        std::printf("index     not checked: %s\n", plainText(index["error"].get<std::string>()).c_str());
    else
        std::printf(
            "index     ok (file was %s; %d vectors, %d taken from the database; finds %.1f %% of what an "
            "exact search does)\n",
            index["found"].get<std::string>().c_str(), index["vectors"].get<int>(), index["added"].get<int>(),
            100 * index["recall"].get<double>());
    for (const Json &model : report["models"])
        std::printf("%-9s %s: %s\n", model["role"].get<std::string>().c_str(),
                    model["name"].get<std::string>().c_str(),
                    model["ok"].get<bool>() ? "ok" : plainText(model["error"].get<std::string>()).c_str());
}

/// Whether there is something to repair: the library does not open, or its tables do not fit together. A
/// library that is missing, newer or another program's is none of it.
Result<bool> isDamaged(const std::filesystem::path &file)
{
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return engine::fail(engine::ErrorCode::NotFound, "there is no library " + file.string());
    if (std::filesystem::file_size(file, error) == 0 && !error)
        return true; // would be taken for a new one
    const auto database = rag::Database::open(file);
    if (!database) {
        if (database.error().code == engine::ErrorCode::Damaged)
            return true;
        return tl::unexpected(database.error());
    }
    const auto complaints = (*database)->check();
    return !complaints || !complaints->empty();
}

Json repairJson(const rag::Salvaged &salvaged)
{
    return {{"repaired", true},
            {"kept", salvaged.kept.string()},
            {"documents", salvaged.documents},
            {"to_read_again", salvaged.toReadAgain},
            {"pages", salvaged.pages},
            {"passages", salvaged.chunks},
            {"vectors", salvaged.vectors},
            {"conversations", salvaged.conversations},
            {"messages", salvaged.messages},
            {"citations", salvaged.citations}};
}

Result<Json> repair(CliContext &context)
{
    const std::filesystem::path file = context.library / "warraq.db";
    ASSIGN_OR_RETURN(const bool damaged, isDamaged(file));
    if (!damaged)
        return Json{{"repaired", false}};
    ASSIGN_OR_RETURN(const rag::Salvaged salvaged, rag::salvageLibrary(file));
    context.note("The library was damaged. Saved: " + std::to_string(salvaged.documents) + " documents (" +
                 std::to_string(salvaged.toReadAgain) + " to be read again), " +
                 std::to_string(salvaged.conversations) + " conversations, " +
                 std::to_string(salvaged.messages) + " messages.");
    context.note("The damaged file is kept as " + salvaged.kept.string());
    return repairJson(salvaged);
}

Result<void> verify(CliContext &context, bool withRepair)
{
    Json repaired;
    if (withRepair) {
        ASSIGN_OR_RETURN(repaired, repair(context));
    }
    ASSIGN_OR_RETURN(Services * services, context.services());
    ASSIGN_OR_RETURN(const auto database, services->connect());
    Json report;
    if (withRepair)
        report["repair"] = repaired;
    ASSIGN_OR_RETURN(report["database"], verifyDatabase(*database));
    const Result<Json> index = verifyIndex(context, *database);
    report["index"] = index ? *index : Json{{"ok", false}, {"error", index.error().detail}};
    report["models"] = Json::array();
    const rag::ModelStore store = modelStore(context.library);
    for (const rag::ModelEntry &entry : store.catalogue().models)
        report["models"].push_back(verifyModel(store, entry));

    bool ok = report["database"]["ok"].get<bool>() && report["index"]["ok"].get<bool>();
    for (const Json &model : report["models"])
        ok = ok && model["ok"].get<bool>();
    report["ok"] = ok;
    if (!ok)
        context.exitCode = ExitCode::Failed;
    if (context.json)
        CliContext::print(report);
    else
        printReport(report);
    return {};
}

} // namespace

void addVerifyCommand(CLI::App &app, CliContext &context)
{
    CLI::App *command = app.add_subcommand("verify", "Check database, index and models; repair the index");
    auto withRepair = std::make_shared<bool>(false);
    command->add_flag("--repair", *withRepair,
                      "Make a damaged library anew of what can be read in it; the damaged file is kept");
    onRun(*command, context, [&context, withRepair] { return verify(context, *withRepair); });
}

} // namespace app
