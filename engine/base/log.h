#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace engine {

enum class LogLevel { Debug, Info, Warning, Error };

/// The rooms' one way to log: silent until app gives a sink. Never pass text of a document, question or
/// answer. Safe from any thread.
void logLine(LogLevel level, std::string_view line);

/// Set once, before threads start; empty: silent again.
void setLogSink(std::function<void(LogLevel, std::string_view)> sink);

} // namespace engine
