#include "engine/base/log.h"

#include <memory>
#include <mutex>
#include <utility>

namespace engine {

namespace {

using Sink = std::function<void(LogLevel, std::string_view)>;

std::mutex sinkMutex;
std::shared_ptr<const Sink> currentSink;

} // namespace

void logLine(LogLevel level, std::string_view line)
{
    std::shared_ptr<const Sink> sink;
    {
        const std::lock_guard lock(sinkMutex);
        sink = currentSink;
    }
    if (sink) {
        (*sink)(level, line);
    }
}

void setLogSink(std::function<void(LogLevel, std::string_view)> sink)
{
    auto next = sink ? std::make_shared<const Sink>(std::move(sink)) : nullptr;
    const std::lock_guard lock(sinkMutex);
    currentSink = std::move(next);
}

} // namespace engine
