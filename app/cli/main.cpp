#include "app/cli/context.h"
#include "app/cli/terminal.h"
#include "app/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace {

void addCommonOptions(CLI::App &app, app::CliContext &context)
{
    constexpr float kHottest = 5;
    app::addServiceOptions(app, context);
    app.add_option("--seed", context.seed, "Of the random numbers when the temperature is above 0");
    app.add_option("--temperature", context.temperature, "0: always the likeliest word")
        ->check(CLI::Range(0.0F, kHottest));
    app.add_flag("--json", context.json, "Print one JSON object");
    app.add_flag("-q,--quiet", context.quiet, "Say nothing but results and errors");
    app.add_flag("-v,--verbose", context.verbose, "Show the log");
}

void addCommands(CLI::App &app, app::CliContext &context)
{
    app::addAddCommand(app, context);
    app::addListCommand(app, context);
    app::addRemoveCommand(app, context);
    app::addVerifyCommand(app, context);
    app::addAskCommand(app, context);
    app::addSearchCommand(app, context);
    app::addChatCommand(app, context);
    app::addTaskCommands(app, context);
    app::addReportCommand(app, context);
    app::addCollectionCommands(app, context);
    app::addEvalCommand(app, context);
    app::addBenchCommand(app, context);
    app::addEngineCommands(app, context);
}

int run(int argc, char **argv)
{
    app::CliContext context;
    const char *noColour = std::getenv("NO_COLOR");
    context.colour = app::errorIsTerminal() && !(noColour && *noColour); // no-color.org
    app::cancelOnInterrupt(context.cancel);

    CLI::App app("Ask any PDF, on your own machine, and check every answer against the page", "warraq-cli");
    app.set_version_flag("--version", WARRAQ_VERSION);
    app.require_subcommand(1);
    app.fallthrough(); // common options may stand after the command
    addCommonOptions(app, context);
    addCommands(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : int(app::ExitCode::WrongUsage);
    }
    return int(context.exitCode);
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc &) {
        std::fputs("warraq-cli: not enough memory\n", stderr);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "warraq-cli: %s\n", error.what());
    }
    return int(app::ExitCode::Failed);
}
