#include "app/cli/context.h"

#include "app/cli/terminal.h"
#include "app/logging.h"
#include "app/models.h"
#include "engine/base/log.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace app {

namespace {

/// For the signal handler, which can be given nothing.
engine::CancelToken *g_interrupted = nullptr;
volatile std::sig_atomic_t g_interrupts = 0;

extern "C" void onInterrupt(int)
{
    constexpr int kInterrupted = 130; // 128 + SIGINT, as shells have it
    if (g_interrupts > 0)
        _exit(kInterrupted);
    g_interrupts = 1;
    g_interrupted->cancel();
}

template <class Json>
void printLine(const Json &object)
{
    const std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

} // namespace

engine::LoadOptions CliContext::loadOptions() const
{
    return {threads, device};
}

engine::Result<std::filesystem::path> CliContext::findModel(const std::string &given,
                                                            std::string_view role) const
{
    return app::findModel(library, given, role);
}

engine::Result<Services *> CliContext::services()
{
    if (!m_services) {
        startLogging(library, "warraq-cli", verbose ? engine::LogLevel::Debug : engine::LogLevel::Info,
                     verbose);
        auto opened = Services::open(*this);
        if (!opened && opened.error().code == engine::ErrorCode::Damaged)
            opened.error().detail += "; `warraq-cli verify --repair` saves what can be read";
        ASSIGN_OR_RETURN(m_services, std::move(opened));
    }
    return m_services.get();
}

void CliContext::report(const engine::Error &error)
{
    exitCode = ExitCode::Failed;
    const std::string text = error.code == engine::ErrorCode::Cancelled ? "stopped" : error.detail;
    std::fprintf(stderr, "%swarraq-cli: %s%s\n", colour ? "\033[31m" : "", plainText(text).c_str(),
                 colour ? "\033[0m" : "");
    engine::logLine(engine::LogLevel::Error, "a command failed, code " + std::to_string(int(error.code)));
}

void CliContext::note(std::string_view line) const
{
    if (!quiet)
        std::fprintf(stderr, "%s\n", plainText(line).c_str());
}

void CliContext::print(const nlohmann::json &object)
{
    printLine(object);
}

void CliContext::print(const nlohmann::ordered_json &object)
{
    printLine(object);
}

void onRun(CLI::App &command, CliContext &context, std::function<engine::Result<void>()> body)
{
    command.callback([&context, body = std::move(body)] {
        if (const engine::Result<void> result = body(); !result)
            context.report(result.error());
    });
}

void cancelOnInterrupt(const engine::CancelToken &cancel)
{
    static engine::CancelToken token;
    token = cancel;
    g_interrupted = &token;
    struct sigaction action = {};
    action.sa_handler = onInterrupt; // without SA_RESTART: a read from the terminal ends
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace app
