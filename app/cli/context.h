#pragma once

#include "app/services.h"
#include "engine/base/cancel.h"
#include "engine/base/result.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace app {

/// What the program gives back to the shell.
enum class ExitCode : int { Done = 0, Failed = 1, WrongUsage = 2, NothingFound = 3 };

/// The common options as they were given, and what every command needs: one object, made by main(), filled by
/// the parser before a command's callback runs. stdout carries results only; everything else goes to stderr.
struct CliContext : ServiceOptions
{
    std::uint64_t seed = 0;
    float temperature = 0;
    bool quiet = false;
    bool verbose = false;
    bool json = false; ///< one JSON object on stdout
    bool colour = false;

    ExitCode exitCode = ExitCode::Done; ///< set by the command that ran
    engine::CancelToken cancel;         ///< Ctrl-C sets it

    engine::LoadOptions loadOptions() const;

    /// A model file or folder: `given` as a path, or looked up by name (see rag/models/model_store.h).
    /// @param given  empty: the default model of that role, "generator" or "embedder"
    engine::Result<std::filesystem::path> findModel(const std::string &given, std::string_view role) const;

    /// Opens the library at first use. Errors: as Services::open.
    engine::Result<Services *> services();

    /// Says the error on stderr and sets exitCode (Cancelled: 1 as well).
    void report(const engine::Error &error);
    /// A line on stderr unless --quiet.
    void note(std::string_view line) const;
    /// Prints one JSON object, and a line end, on stdout. Malformed UTF-8 becomes U+FFFD.
    static void print(const nlohmann::json &object);
    static void print(const nlohmann::ordered_json &object);

private:
    std::unique_ptr<Services> m_services;
};

/// Runs `body` (a Result<void> function) as the callback of `command`; its error is reported.
void onRun(CLI::App &command, CliContext &context, std::function<engine::Result<void>()> body);

/// The Ctrl-C handler: the first sets context.cancel, the second ends the program at once.
void cancelOnInterrupt(const engine::CancelToken &cancel);

// One a file: NAME_command.cpp
void addAddCommand(CLI::App &app, CliContext &context);
void addListCommand(CLI::App &app, CliContext &context);
void addRemoveCommand(CLI::App &app, CliContext &context);
void addVerifyCommand(CLI::App &app, CliContext &context);
void addAskCommand(CLI::App &app, CliContext &context);
void addSearchCommand(CLI::App &app, CliContext &context);
void addChatCommand(CLI::App &app, CliContext &context);
void addTaskCommands(CLI::App &app, CliContext &context); ///< summarize, outline, compare, list-every
void addReportCommand(CLI::App &app, CliContext &context);
void addCollectionCommands(CLI::App &app, CliContext &context);
void addEvalCommand(CLI::App &app, CliContext &context);
void addEngineCommands(CLI::App &app, CliContext &context);
void addBenchCommand(CLI::App &app, CliContext &context);

} // namespace app
