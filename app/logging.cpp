#include "app/logging.h"

#include "app/crash_line.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <vector>

namespace app {

namespace {

constexpr std::size_t kFileBytes = 1 << 20;
constexpr std::size_t kFiles = 3;

spdlog::level::level_enum levelOf(engine::LogLevel level)
{
    switch (level) {
    case engine::LogLevel::Debug:
        return spdlog::level::debug;
    case engine::LogLevel::Info:
        return spdlog::level::info;
    case engine::LogLevel::Warning:
        return spdlog::level::warn;
    case engine::LogLevel::Error:
        break;
    }
    return spdlog::level::err;
}

} // namespace

void startLogging(const std::filesystem::path &library, const std::string &program, engine::LogLevel least,
                  bool alsoOnStderr)
{
    std::vector<spdlog::sink_ptr> sinks;
    const std::filesystem::path folder = library / "logs";
    const std::filesystem::path file = folder / (program + ".log");
    try {
        std::filesystem::create_directories(folder);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
        sinks.push_back(
            std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), kFileBytes, kFiles));
        writeLineOnCrash(file);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: no log file: %s\n", program.c_str(), error.what());
    }
    if (alsoOnStderr)
        sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());

    const auto logger = std::make_shared<spdlog::logger>(program, sinks.begin(), sinks.end());
    logger->set_level(levelOf(least));
    logger->flush_on(spdlog::level::trace); // some lines a second at most: cheaper than a thread that flushes
    logger->set_error_handler([](const std::string &) {}); // a full disk must not fill the terminal
    engine::setLogSink(
        [logger](engine::LogLevel level, std::string_view line) { logger->log(levelOf(level), line); });
}

} // namespace app
